//! An XML document as a tree that can be edited: AWS's answers are small, and elements hold
//! either text or other elements.

use anyhow::{Context, Result, anyhow, bail};
use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};

/// An element with its attributes, and either text or children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// An element without content.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// An element that holds text.
    pub(crate) fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::new(name)
        }
    }

    /// An element that holds elements.
    pub(crate) fn tree(name: &str, children: Vec<Element>) -> Self {
        Self {
            children,
            ..Self::new(name)
        }
    }

    /// Gives the element an attribute.
    pub(crate) fn attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Reads a document.
    pub(crate) fn parse(document: &[u8]) -> Result<Self> {
        let text = std::str::from_utf8(document).context("the XML is not UTF-8")?;
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Element> = Vec::new();
        loop {
            match reader.read_event()? {
                Event::Start(start) => open.push(opened(&start)?),
                Event::Empty(start) => {
                    let element = opened(&start)?;
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Ok(element),
                    }
                }
                Event::End(_) => {
                    let mut element = open.pop().context("an end tag without its start")?;
                    if !element.children.is_empty() {
                        element.text.clear();
                    }
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => return Ok(element),
                    }
                }
                Event::Text(part) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&part.decode()?);
                    }
                }
                Event::CData(part) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&part.decode()?);
                    }
                }
                Event::GeneralRef(reference) => {
                    let Some(element) = open.last_mut() else {
                        continue;
                    };
                    if let Some(character) = reference.resolve_char_ref()? {
                        element.text.push(character);
                    } else {
                        let name = reference.decode()?;
                        let value = resolve_predefined_entity(&name)
                            .ok_or_else(|| anyhow!("the XML has an unknown entity &{name};"))?;
                        element.text.push_str(value);
                    }
                }
                Event::Eof => bail!("the XML ends before its root element does"),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// The document as text, with its declaration.
    pub(crate) fn document(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        if self.children.is_empty() {
            out.push_str(&escape(&self.text));
        }
        for child in &self.children {
            child.write(out);
        }
        out.push_str(&format!("</{}>", self.name));
    }

    /// The first element at a path of names, such as `vpcSet/item`; the empty path is this one.
    pub(crate) fn find(&self, path: &str) -> Option<&Element> {
        steps(path).try_fold(self, |element, step| {
            element.children.iter().find(|child| child.name == step)
        })
    }

    /// Like [`Self::find`], to edit.
    pub(crate) fn find_mut(&mut self, path: &str) -> Option<&mut Element> {
        steps(path).try_fold(self, |element, step| {
            element.children.iter_mut().find(|child| child.name == step)
        })
    }

    /// Every element at a path of names.
    pub(crate) fn all(&self, path: &str) -> Vec<&Element> {
        steps(path).fold(vec![self], |elements, step| {
            elements
                .into_iter()
                .flat_map(|element| &element.children)
                .filter(|child| child.name == step)
                .collect()
        })
    }

    /// The text at a path of names, empty if there is none.
    pub(crate) fn text_at(&self, path: &str) -> &str {
        self.find(path).map_or("", |element| element.text.as_str())
    }

    /// Puts a child in the place of the one of that name, or at the end.
    pub(crate) fn put(&mut self, child: Element) {
        match self.children.iter_mut().find(|old| old.name == child.name) {
            Some(old) => *old = child,
            None => self.children.push(child),
        }
    }

    /// Puts a text child, as [`Self::put`].
    pub(crate) fn put_text(&mut self, name: &str, text: &str) {
        self.put(Element::leaf(name, text));
    }

    /// Takes children of that name away.
    pub(crate) fn remove(&mut self, name: &str) {
        self.children.retain(|child| child.name != name);
    }
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|step| !step.is_empty())
}

fn opened(start: &BytesStart<'_>) -> Result<Element> {
    let mut element = Element::new(std::str::from_utf8(start.name().as_ref())?);
    for attribute in start.attributes() {
        let attribute = attribute?;
        let name = std::str::from_utf8(attribute.key.as_ref())?.to_owned();
        element
            .attributes
            .push((name, attribute.unescape_value()?.into_owned()));
    }
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_content() {
        for document in [
            "<a/>",
            "<a><b>1 &lt; 2 &amp; 3</b><b/></a>",
            "<a xmlns=\"urn:x\"><b c=\"d\">e</b></a>",
        ] {
            let written = Element::parse(document.as_bytes()).unwrap().document();
            assert!(written.ends_with(document), "{document} became {written}");
        }
    }

    #[test]
    fn space_between_elements_is_not_content() {
        let element = Element::parse(b"<a>\n <b>x</b>\n</a>").unwrap();
        assert_eq!(element.text, "");
        assert_eq!(element.text_at("b"), "x");
    }
}
