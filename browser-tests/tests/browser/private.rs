//! Privacy mode: what a visitor sees of it, and that axe-core finds nothing in it.

use anyhow::Result;
use browser_tests::{Browser, Program, VIEWS, browse};
use fantoccini::key::Key;

use crate::accessibility::look;

const OPTIONS: [&str; 2] = ["--min-group", "10"];

/// Filters that leave enough students for some figures, and too few for any.
const FILTERED: [&str; 3] = [
    "/performance?Gender=Female&Hours_Studied=10..30",
    "/overview?Learning_Disabilities=Yes&Internet_Access=No",
    "/overview?Learning_Disabilities=Yes&Exam_Score=75..",
];

#[test]
fn axe_finds_nothing() -> Result<()> {
    let program = Program::start_with(&OPTIONS)?;
    let found = browse(&program, Browser::default(), async |page| {
        let mut found = Vec::new();
        for path in VIEWS.into_iter().chain(FILTERED) {
            page.goto(path).await?;
            page.draw().await?;
            look(page, path, &mut found).await?;
        }
        for path in ["/guide/privacy", "/export.csv"] {
            page.open_any(path).await?;
            look(page, path, &mut found).await?;
        }
        Ok(found)
    })?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

#[test]
fn ranges_are_widened_and_the_mode_is_said() -> Result<()> {
    let program = Program::start_with(&OPTIONS)?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        let before = page.count().await?;
        assert!(before.starts_with("About "), "{before}");
        page.fill("#filters [name='Hours_Studied.min']", "30.5")
            .await?;
        page.press(Key::Tab).await?;
        page.changed("#count", &before).await?;
        page.arrived("/performance?Hours_Studied=30..").await?;
        let text = page.text("#main").await?;
        assert!(
            text.contains("groups of fewer than 10 students are withheld"),
            "{text}"
        );
        assert!(page.console_errors().await?.is_empty());
        Ok(())
    })
}
