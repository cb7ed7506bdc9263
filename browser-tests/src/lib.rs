//! Tests of the dashboard in a real browser: this library starts the program and the browser and
//! says what can be done with a page; the tests beside it say what must come of it. Whether figures are right is
//! not asked here: that needs no browser, and is tested in `app`.
//!
//! `cargo xtask test --only browser` provides what the tests need and runs them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use anyhow::{Context, Result};

pub use browser::{Browser, Scheme};
pub use page::{Ink, Page};
pub use program::Program;

mod browser;
mod page;
mod process;
mod program;

/// The views, in the order of their tabs.
pub const VIEWS: [&str; 6] = [
    "/overview",
    "/performance",
    "/factors",
    "/relationships",
    "/explore",
    "/compare",
];

/// The command that provides what is missing, for messages.
const COMMAND: &str = "cargo xtask test --only browser";

/// Opens a fresh `browser`, makes a `visit` to `program` with it, and closes it whatever came of
/// the visit. A visit that failed leaves a picture of what it saw.
pub fn browse<T>(
    program: &Program,
    browser: Browser,
    visit: impl AsyncFnOnce(&Page) -> Result<T>,
) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime for the browser's client")?;
    let page = runtime.block_on(Page::open(program, browser))?;
    let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(visit(&page))));
    if !matches!(outcome, Ok(Ok(_))) {
        runtime.block_on(page.report());
    }
    let closed = runtime.block_on(page.close());
    let seen = outcome.unwrap_or_else(|panic| resume_unwind(panic))?;
    closed.map(|()| seen)
}
