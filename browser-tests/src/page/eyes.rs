//! What can be seen of a page, and what the browser noticed of it.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::command::Command;
use super::{GLANCE, PATIENCE, Page};

/// What is drawn in the canvases of a chart, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Ink {
    /// All pixels.
    pub pixels: u64,
    /// Those that are not of the ground's colour.
    pub drawn: u64,
    /// Those in a colour, which text, axes and ground are not.
    pub colored: u64,
    /// Distinct colours of more than a few pixels, similar ones taken together.
    pub shades: u64,
}

impl Page {
    /// The text of the first element that `selector` matches, shown or not.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let text = self.element(selector).await?.prop("textContent").await?;
        Ok(text.unwrap_or_default().trim().to_owned())
    }

    /// The line that says how many students are shown.
    pub async fn count(&self) -> Result<String> {
        self.text("#count").await
    }

    /// Every number that the page shows as text: the count, the findings and the tables.
    pub async fn numbers(&self) -> Result<Value> {
        self.run(include_str!("numbers.js"), vec![]).await
    }

    /// An attribute of the first element that `selector` matches.
    pub async fn attribute(&self, selector: &str, name: &str) -> Result<Option<String>> {
        Ok(self.element(selector).await?.attr(name).await?)
    }

    /// The identifiers of the charts that have something to draw.
    pub async fn charts(&self) -> Result<Vec<String>> {
        let script = "return [...document.querySelectorAll('figure.chart:has(.plot)')].map((figure) => figure.id)";
        Ok(serde_json::from_value(self.run(script, vec![]).await?)?)
    }

    /// What is drawn in a chart.
    pub async fn ink(&self, chart: &str) -> Result<Ink> {
        let ink = self.run(include_str!("ink.js"), vec![json!(chart)]).await?;
        let count = |name: &str| {
            ink[name]
                .as_u64()
                .with_context(|| format!("{chart}: no {name} in {ink}"))
        };
        Ok(Ink {
            pixels: count("pixels")?,
            drawn: count("drawn")?,
            colored: count("colored")?,
            shades: count("shades")?,
        })
    }

    /// What axe-core finds against the rules of WCAG 2.2, A and AA, and best practice.
    pub async fn violations(&self) -> Result<Vec<String>> {
        let axe = std::env::var_os("AXE_CORE").map(PathBuf::from);
        let axe =
            axe.with_context(|| format!("AXE_CORE names no script: run {}", crate::COMMAND))?;
        let axe = std::fs::read_to_string(&axe).with_context(|| format!("{}", axe.display()))?;
        self.run(&axe, vec![]).await?;
        let found = self
            .client()
            .execute_async(include_str!("axe.js"), vec![])
            .await?;
        Ok(serde_json::from_value(found)?)
    }

    /// Errors in the browser's console since the last call.
    pub async fn console_errors(&self) -> Result<Vec<String>> {
        let entries = self.log("browser").await?;
        let errors = entries.iter().filter(|entry| entry["level"] == "SEVERE");
        Ok(errors
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    /// Addresses that the page asked for since the last call and that are not the program's.
    pub async fn foreign_requests(&self) -> Result<Vec<String>> {
        let entries = self.log("performance").await?;
        let messages = entries
            .iter()
            .filter_map(|entry| serde_json::from_str(entry["message"].as_str()?).ok());
        let sent = messages.filter_map(|event: Value| {
            let sent = event["message"]["method"] == "Network.requestWillBeSent";
            sent.then(|| {
                event["message"]["params"]["request"]["url"]
                    .as_str()
                    .map(str::to_owned)
            })?
        });
        let sent: Vec<_> = sent.collect();
        ensure!(
            sent.iter().any(|url| url.starts_with(&self.origin)),
            "the browser kept no record of requests"
        );
        let own = |url: &String| {
            [self.origin.as_str(), "data:", "blob:"]
                .iter()
                .any(|start| url.starts_with(start))
        };
        Ok(sent.into_iter().filter(|url| !own(url)).collect())
    }

    async fn log(&self, kind: &str) -> Result<Vec<Value>> {
        let entries = self.client().issue_cmd(Command::log(kind)).await?;
        entries.as_array().cloned().context("a log is a list")
    }

    /// Waits until a download whose name ends in `extension` is complete; what is in it.
    pub async fn downloaded(&self, extension: &str) -> Result<Vec<u8>> {
        let find = async {
            loop {
                // Chromium takes the name with an empty file, and fills it when all is there.
                let files = std::fs::read_dir(self.session.downloads.path())
                    .into_iter()
                    .flatten()
                    .flatten();
                let file = files
                    .map(|file| file.path())
                    .filter(|path| path.extension().is_some_and(|end| end == extension))
                    .find(|path| path.metadata().is_ok_and(|file| file.len() > 0));
                if let Some(file) = file {
                    return file;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let file = tokio::time::timeout(PATIENCE, find).await;
        let file = file
            .with_context(|| format!("no .{extension} file was downloaded within {PATIENCE:?}"))?;
        Ok(std::fs::read(file)?)
    }

    /// A picture of the window, as PNG.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        Ok(self.client().screenshot().await?)
    }

    /// A picture of one element, as PNG.
    pub async fn picture_of(&self, selector: &str) -> Result<Vec<u8>> {
        Ok(self.element(selector).await?.screenshot().await?)
    }

    /// A picture of the page in its whole height, with its charts, as PNG.
    pub async fn whole_picture(&self, width: u32) -> Result<Vec<u8>> {
        self.draw().await?;
        self.run("scrollTo(0, 0)", vec![]).await?;
        let height = self
            .run("return document.documentElement.scrollHeight", vec![])
            .await?;
        let height = height.as_u64().context("a page has a height")?;
        self.resize(width, u32::try_from(height)?).await?;
        self.ready().await?;
        self.picture().await
    }
}
