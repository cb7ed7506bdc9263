//! The document around a report, with all that it needs inside.

use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::assets::{APP_CSS, Asset, CHARTS_JS, ECHARTS, THEME_JS};
use crate::views::layout::NAME;

/// What starts the charts.
const START: &str = include_str!("../../../assets/report.js");

/// The pages' sheet, and what only reports have.
static SHEET: LazyLock<String> =
    LazyLock::new(|| [text(&APP_CSS), include_str!("report.css")].concat());

/// Nothing from elsewhere, and none but these scripts and this sheet: text that came with the data
/// cannot run, whatever it says. A file has no headers, so the document says it itself.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let scripts = [text(&THEME_JS), text(&ECHARTS), text(&CHARTS_JS), START].map(source);
    format!(
        "default-src 'none'; script-src {}; style-src {}; style-src-attr 'unsafe-inline'; \
         img-src data:; base-uri 'none'; form-action 'none'",
        scripts.join(" "),
        source(&SHEET)
    )
});

/// How a policy names an inline script or sheet.
fn source(content: &str) -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(content));
    format!("'sha256-{hash}'")
}

/// Our assets are text.
fn text(asset: &Asset) -> &'static str {
    std::str::from_utf8(asset.raw).unwrap_or_default()
}

pub(super) fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html.report lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(*POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ (NAME) " " (env!("CARGO_PKG_VERSION")) };
                title { (title) " · " (NAME) }
                style { (PreEscaped(SHEET.as_str())) }
                script { (PreEscaped(text(&THEME_JS))) }
            }
            body {
                (body)
                script { (PreEscaped(text(&ECHARTS))) }
                script { (PreEscaped(text(&CHARTS_JS))) }
                script { (PreEscaped(START)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element's content ends at its end tag, wherever that is, and browsers turn some bytes into
    /// others before they take the hash.
    #[test]
    fn what_is_inside_can_be() {
        for content in [
            text(&THEME_JS),
            text(&ECHARTS),
            text(&CHARTS_JS),
            SHEET.as_str(),
            START,
        ] {
            assert!(!content.is_empty());
            let lower = content.to_lowercase();
            for end in ["</script", "</style", "<!--", "\r", "\0"] {
                assert!(!lower.contains(end), "{end:?}");
            }
        }
    }
}
