//! Whether a page is well-formed: every element is closed in its order, every script of data is
//! JSON, and no undefined number is shown as a computer writes it.

const VOID: [&str; 6] = ["meta", "link", "input", "br", "hr", "img"];

/// What is wrong with the page, if anything.
pub(crate) fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        check_text(&rest[..start])?;
        rest = &rest[start..];
        let end = tag_end(rest).ok_or("a tag without an end")?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes another element"));
            }
            continue;
        }
        let name = tag.split([' ', '\n']).next().unwrap_or_default();
        if name == "script" {
            let end = rest.find("</script>").ok_or("a script without an end")?;
            check_script(tag, &rest[..end])?;
            rest = &rest[end + "</script>".len()..];
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    match open.last() {
        Some(name) => Err(format!("<{name}> is never closed")),
        None => Ok(()),
    }
}

/// Where a tag ends, quoted attributes passed over.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quoted = false;
    tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    })
}

fn check_script(tag: &str, content: &str) -> Result<(), String> {
    if !tag.contains("application/json") {
        return Ok(());
    }
    match serde_json::from_str::<serde_json::Value>(content) {
        Ok(_) if has_undefined(content) => Err(format!("an undefined number in {content}")),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn check_text(text: &str) -> Result<(), String> {
    match has_undefined(text) {
        true => Err(format!("an undefined number in {text}")),
        false => Ok(()),
    }
}

/// Whether a word of it is how Rust, Python or JavaScript write what is no finite number.
pub(crate) fn has_undefined(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|word| ["NaN", "nan", "inf", "Infinity"].contains(&word))
}
