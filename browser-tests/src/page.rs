//! A page in the browser: how a visitor gets to it, and what is waited for.

use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::browser::{Browser, Session};
use crate::program::Program;
use command::Command;

pub use eyes::Ink;

mod command;
mod eyes;
mod hands;

/// How long a page may take to come to a state that is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often to look.
const GLANCE: Duration = Duration::from_millis(20);

/// A page in a browser of its own.
#[derive(Debug)]
pub struct Page {
    session: Session,
    origin: String,
    scripts: bool,
}

impl Page {
    /// Opens `browser`, on no page yet.
    pub(crate) async fn open(program: &Program, browser: Browser) -> Result<Self> {
        let session = browser.start().await?;
        let page = Self {
            session,
            origin: program.origin.clone(),
            scripts: browser.scripts,
        };
        let (width, height) = browser.size;
        page.resize(width, height).await?;
        let scheme = json!([{"name": "prefers-color-scheme", "value": browser.scheme.name()}]);
        page.devtools("Emulation.setEmulatedMedia", json!({"features": scheme}))
            .await?;
        Ok(page)
    }

    /// Closes the browser.
    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.session.client.close().await?)
    }

    /// Says where a visit that failed ended, as far as that can be told.
    pub(crate) async fn report(&self) {
        let name = std::thread::current()
            .name()
            .unwrap_or("visit")
            .replace("::", "-");
        let picture = std::env::temp_dir().join(format!("{name}.png"));
        let kept = self
            .picture()
            .await
            .is_ok_and(|bytes| std::fs::write(&picture, bytes).is_ok());
        eprintln!("the visit ended at {:?}", self.path().await.ok());
        eprintln!("console errors: {:?}", self.console_errors().await.ok());
        if kept {
            eprintln!("what it saw: {}", picture.display());
        }
    }

    fn client(&self) -> &Client {
        &self.session.client
    }

    /// Runs `script` in the page, as the body of a function of `arguments`.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client().execute(script, arguments).await?)
    }

    /// Waits until `script` returns something true, for a bounded time.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) -> Result<()> {
        let mut last = String::from("nothing");
        let wait = async {
            loop {
                // While the browser goes from one page to the next, scripts cannot run.
                match self.run(script, arguments.clone()).await {
                    Ok(Value::Bool(true)) => return,
                    Ok(value) => last = value.to_string(),
                    Err(error) => last = format!("{error:#}"),
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.with_context(|| {
            format!("waited {PATIENCE:?} in vain until {what}; the last answer was {last}")
        })
    }

    /// Waits until the page has nothing left to load or draw.
    pub async fn ready(&self) -> Result<()> {
        if self.scripts {
            self.until(
                "the page is ready",
                "return document.documentElement.dataset.state === 'ready'",
                vec![],
            )
            .await?;
        }
        Ok(())
    }

    async fn devtools(&self, method: &str, parameters: Value) -> Result<Value> {
        let answer = self
            .client()
            .issue_cmd(Command::devtools(method, parameters))
            .await;
        answer.with_context(|| format!("{method} of the developer tools"))
    }

    /// Gives the window this size.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        Ok(())
    }

    /// Lets the browser send no more than so many bytes a second.
    pub async fn slow_down(&self, bytes_per_second: u32) -> Result<()> {
        self.network(json!({"uploadThroughput": bytes_per_second, "downloadThroughput": -1}))
            .await
    }

    /// Lets the browser receive no more than so many bytes a second.
    pub async fn slow_arrival(&self, bytes_per_second: u32) -> Result<()> {
        self.network(json!({"uploadThroughput": -1, "downloadThroughput": bytes_per_second}))
            .await
    }

    async fn network(&self, mut conditions: Value) -> Result<()> {
        conditions["offline"] = json!(false);
        conditions["latency"] = json!(0);
        self.devtools("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }

    /// Shows the page as it is printed.
    pub async fn print_media(&self) -> Result<()> {
        self.devtools("Emulation.setEmulatedMedia", json!({"media": "print"}))
            .await?;
        Ok(())
    }

    /// Opens `path`, which may have a query or be a whole address, and waits until the page is ready.
    pub async fn goto(&self, path: &str) -> Result<()> {
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.origin)
        };
        self.client()
            .goto(&url)
            .await
            .with_context(|| format!("open {path}"))?;
        self.ready().await
    }

    /// Opens `path`, which may be a page without charts and scripts, like one about an error.
    pub async fn open_any(&self, path: &str) -> Result<()> {
        self.client()
            .goto(&format!("{}{path}", self.origin))
            .await
            .with_context(|| format!("open {path}"))
    }

    /// Waits until the browser is at `path`, with its query, and the page is ready.
    pub async fn arrived(&self, path: &str) -> Result<()> {
        let there = "return location.pathname + location.search === arguments[0] && document.readyState === 'complete'";
        self.until(
            &format!("the browser is at {path}"),
            there,
            vec![json!(path)],
        )
        .await?;
        self.ready().await
    }

    /// Path and query of the page.
    pub async fn path(&self) -> Result<String> {
        let url = self.client().current_url().await?;
        let query = url
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        Ok(format!("{}{query}", url.path()))
    }

    /// Goes back in the browser's history.
    pub async fn back(&self) -> Result<()> {
        Ok(self.client().back().await?)
    }

    /// Goes forward in the browser's history.
    pub async fn forward(&self) -> Result<()> {
        Ok(self.client().forward().await?)
    }

    /// Loads the page anew.
    pub async fn reload(&self) -> Result<()> {
        self.client().refresh().await?;
        self.ready().await
    }

    /// Waits until the text of `selector` is another than `before`; the new text.
    pub async fn changed(&self, selector: &str, before: &str) -> Result<String> {
        let script =
            "return document.querySelector(arguments[0])?.textContent.trim() !== arguments[1]";
        self.until(
            &format!("{selector} changes"),
            script,
            vec![json!(selector), json!(before)],
        )
        .await?;
        self.ready().await?;
        self.text(selector).await
    }

    /// Scrolls every chart into view and waits until it is drawn.
    pub async fn draw(&self) -> Result<()> {
        for chart in self.charts().await? {
            self.scroll_to(&format!("#{chart} .plot")).await?;
            let drawn =
                "return document.querySelector(`#${arguments[0]} .plot`).dataset.drawn === 'true'";
            self.until(&format!("{chart} is drawn"), drawn, vec![json!(chart)])
                .await?;
        }
        self.ready().await
    }

    async fn element(&self, selector: &str) -> Result<Element> {
        let element = self.client().find(Locator::Css(selector)).await;
        element.with_context(|| format!("the page has no {selector}"))
    }
}
