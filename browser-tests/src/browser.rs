//! The browser: a headless Chromium with an empty profile of its own, driven by chromedriver.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;

use anyhow::{Context, Result};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::process::Process;

/// What kind of browser a visitor has.
#[derive(Clone, Copy, Debug)]
pub struct Browser {
    /// Whether it runs scripts.
    pub scripts: bool,
    /// What the visitor's system prefers.
    pub scheme: Scheme,
    /// Width and height of its window, in CSS pixels.
    pub size: (u32, u32),
}

/// The preferred colour scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

/// A running browser.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    /// Where downloads go.
    pub(crate) downloads: TempDir,
    _driver: Process,
}

impl Default for Browser {
    /// A desktop computer's.
    fn default() -> Self {
        Self {
            scripts: true,
            scheme: Scheme::Light,
            size: (1280, 900),
        }
    }
}

impl Scheme {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Its name in CSS.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How often chromedriver is started at most.
const STARTS: usize = 20;

/// Starts chromedriver; its port. It takes a free one of IPv4 and then the same one of IPv6, and ends
/// if another program has that one: then it is started again.
fn driver() -> Result<(Process, String)> {
    let start = || Process::start(OsStr::new("chromedriver"), &["--port=0"], port);
    (1..STARTS).fold(start(), |started, _| started.or_else(|_| start()))
}

impl Browser {
    /// Starts it. chromedriver makes the profile and removes it at the end.
    pub(crate) async fn start(self) -> Result<Session> {
        let (driver, port) = driver()?;
        let downloads = tempfile::tempdir().context("no folder for downloads")?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(self.capabilities(&downloads)?)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| format!("chromedriver opens no browser: run {}", crate::COMMAND))?;
        Ok(Session {
            client,
            downloads,
            _driver: driver,
        })
    }

    fn capabilities(self, downloads: &TempDir) -> Result<Map<String, Value>> {
        let mut arguments = vec![
            "--headless=new",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        if is_root() {
            // Chromium refuses to make its sandbox as root.
            arguments.push("--no-sandbox");
        }
        let mut preferences = json!({"download.default_directory": downloads.path()});
        if !self.scripts {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let capabilities = json!({
            "goog:chromeOptions": {"args": arguments, "prefs": preferences},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"pageLoad": 60_000, "script": 60_000},
        });
        capabilities
            .as_object()
            .cloned()
            .context("capabilities are not an object")
    }
}

fn port(line: &str) -> Option<String> {
    let (_, port) = line.split_once("started successfully on port ")?;
    Some(port.trim_end_matches('.').to_owned())
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
