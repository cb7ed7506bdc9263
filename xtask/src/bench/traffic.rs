//! Requests as a browser sends them, and the bytes that come back.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use ureq::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION,
};
use ureq::{Agent, SendBody};

use super::pages::Encoding;

/// How long one answer may take: some pages of 10 million rows take seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long sending a large file and reading it may take.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(300);

/// Levels of a categorical factor that a filter asks for, or none of them.
const GENDERS: [&str; 3] = ["", "&Gender=Female", "&Gender=Male"];

/// One way to filter the sample: ranges of two factors, and a level of a third or not.
pub(super) const FILTERS: usize = 15 * 20 * 16 * 16 * GENDERS.len();

/// A step through the filters without a common divisor with their number: it visits each once, and
/// successive ones differ in everything.
const STRIDE: usize = 7919;

/// The `index`-th filter, as a query. Different indices below [`FILTERS`] are different filters.
pub(super) fn filter(index: usize) -> String {
    let mut rest = index * STRIDE % FILTERS;
    let mut digit = |base: usize| {
        let digit = rest % base;
        rest /= base;
        digit
    };
    let hours = (1 + digit(15), 25 + digit(20));
    let attendance = (60 + digit(16), 85 + digit(16));
    let gender = GENDERS[digit(GENDERS.len())];
    format!(
        "Hours_Studied={}..{}&Attendance={}..{}{gender}",
        hours.0, hours.1, attendance.0, attendance.1
    )
}

/// A client that keeps its connection and takes bodies as they are transferred.
pub(super) struct Visitor {
    agent: Agent,
    origin: String,
}

impl Visitor {
    /// A visitor of the program at `origin`.
    pub(super) fn new(origin: &str) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: config.into(),
            origin: origin.to_owned(),
        }
    }

    /// Whether the program says that it is ready.
    pub(super) fn ready(&self) -> bool {
        self.agent
            .get(format!("{}/readyz", self.origin))
            .call()
            .is_ok()
    }

    /// Bytes of the answer to `path`, compressed with `encoding` where the program does: status
    /// line, headers and body.
    pub(super) fn get(&self, path: &str, encoding: Encoding) -> Result<u64> {
        let (head, body) = self.fetch(path, encoding.name())?;
        Ok((head + body.len()) as u64)
    }

    /// The answer to `path`, as text.
    pub(super) fn text(&self, path: &str) -> Result<String> {
        let (_, body) = self.fetch(path, "identity")?;
        String::from_utf8(body).with_context(|| format!("{path} is not text"))
    }

    /// Bytes of a page and of everything that it makes a browser load.
    pub(super) fn first_visit(&self, path: &str, encoding: Encoding) -> Result<u64> {
        let page = self.text(path)?;
        let assets = assets(&page);
        ensure!(
            !assets.is_empty(),
            "{path} loads nothing: has its markup changed?"
        );
        let mut bytes = self.get(path, encoding)?;
        for asset in &assets {
            bytes += self.get(asset, encoding)?;
        }
        Ok(bytes)
    }

    /// Sends a body of so many bytes; where the answer leads.
    pub(super) fn send(
        &self,
        path: &str,
        content_type: &str,
        length: u64,
        body: &mut impl Read,
    ) -> Result<String> {
        let url = format!("{}{path}", self.origin);
        let answer = self
            .agent
            .post(&url)
            .config()
            .timeout_global(Some(UPLOAD_PATIENCE))
            .build()
            .header(CONTENT_TYPE, content_type)
            .header(CONTENT_LENGTH, length)
            .send(SendBody::from_reader(body));
        let answer = answer.with_context(|| format!("POST {url}"))?;
        let place = answer
            .headers()
            .get(LOCATION)
            .and_then(|place| place.to_str().ok());
        let status = answer.status();
        let place = place.with_context(|| format!("POST {url} leads nowhere: {status}"))?;
        Ok(place.to_owned())
    }

    fn fetch(&self, path: &str, encoding: &str) -> Result<(usize, Vec<u8>)> {
        let url = format!("{}{path}", self.origin);
        let answer = self
            .agent
            .get(&url)
            .header(ACCEPT_ENCODING, encoding)
            .call();
        let mut answer = answer.with_context(|| format!("GET {url}"))?;
        ensure!(answer.status() == 200, "GET {url}: {}", answer.status());
        let encoded = answer
            .headers()
            .get(CONTENT_ENCODING)
            .map(|value| value.as_bytes());
        ensure!(
            encoded.is_none_or(|name| name == encoding.as_bytes()),
            "GET {url}: not {encoding}"
        );
        let fields = answer.headers().iter();
        let head: usize = fields
            .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
            .sum();
        let body = answer
            .body_mut()
            .read_to_vec()
            .with_context(|| format!("GET {url}"))?;
        Ok((head + "HTTP/1.1 200 OK\r\n\r\n".len(), body))
    }
}

/// Addresses of what a page makes a browser load: scripts, images, links that are not for people to
/// follow, and the library that draws the charts, if there are any.
fn assets(page: &str) -> BTreeSet<String> {
    let has_charts = page.contains("class=\"plot\"");
    let tags = page
        .split('<')
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag);
    let loaded = tags.flat_map(|tag| {
        let address = |name| attribute(tag, name);
        match tag.split_whitespace().next() {
            Some("script") if has_charts => [address("src"), address("data-library")],
            Some("script" | "img") => [address("src"), None],
            Some("link") if address("rel").is_some_and(is_loaded) => [address("href"), None],
            _ => [None, None],
        }
    });
    let loaded = loaded.flatten();
    loaded
        .filter(|address| !address.starts_with("data:"))
        .map(|address| address.replace("&amp;", "&"))
        .collect()
}

fn is_loaded(relation: &str) -> bool {
    let loaded = ["stylesheet", "icon", "preload", "modulepreload", "manifest"];
    relation.split(' ').any(|word| loaded.contains(&word))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_distinct() {
        let filters: BTreeSet<_> = (0..FILTERS).map(filter).collect();
        assert_eq!(filters.len(), FILTERS);
    }

    #[test]
    fn assets_are_what_a_browser_loads() {
        let cases = [
            (r#"<script src="/a.js" defer></script>"#, vec!["/a.js"]),
            (
                r#"<link rel="stylesheet" href="/a.css"><link rel="canonical" href="/b">"#,
                vec!["/a.css"],
            ),
            (
                r#"<link rel="icon" href="/i.svg?a=1&amp;b=2">"#,
                vec!["/i.svg?a=1&b=2"],
            ),
            (
                r#"<img src="data:image/png;base64,AAAA"><a href="/export.csv">CSV</a>"#,
                vec![],
            ),
            (
                r#"<script type="application/json">{"a": 1}</script>"#,
                vec![],
            ),
            (
                r#"<script src="/a.js"></script><script src="/a.js"></script>"#,
                vec!["/a.js"],
            ),
            (
                r#"<script src="/a.js" data-library="/b.js"></script>"#,
                vec!["/a.js"],
            ),
            (
                r#"<script src="/a.js" data-library="/b.js"></script><div class="plot"></div>"#,
                vec!["/a.js", "/b.js"],
            ),
        ];
        for (page, expected) in cases {
            assert_eq!(assets(page).iter().collect::<Vec<_>>(), expected, "{page}");
        }
    }
}
