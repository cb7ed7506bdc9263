//! A table whose names and cells are written to harm: they are text, wherever they are shown.

use std::fmt::Write;

use anyhow::Result;
use browser_tests::{Browser, Page, Program, VIEWS, browse};
use serde_json::{Value, json};

use crate::charts;

/// Levels that would end a script element, become an element, or be taken for code.
const LEVELS: [&str; 4] = [
    "</script><script>window.harmed=1</script>",
    "<img src=x onerror=window.harmed=1>",
    "#*#*#*#window.harmed=1#*#*#*#",
    "{b}&amp;",
];

/// A table with one hostile factor and two numeric columns, one of them with a hostile name.
fn table() -> Result<String> {
    let mut csv =
        String::from("Exam_Score,\"<b onmouseover=window.harmed=1>hours</b>\",\"<i>group</i>\"\n");
    for row in 0..200 {
        let level = LEVELS[row % LEVELS.len()];
        writeln!(csv, "{},{},\"{level}\"", 55 + row % 40, row % 17)?;
    }
    Ok(csv)
}

/// Starts the dashboard on that table and hands it to `visit`.
fn on_hostile_data(visit: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("hostile.csv");
    std::fs::write(&data, table()?)?;
    let program = Program::start_on(&data)?;
    browse(&program, Browser::default(), visit)
}

async fn assert_harmless(page: &Page, place: &str) -> Result<()> {
    let harmed = page.run("return window.harmed ?? null", vec![]).await?;
    assert_eq!(harmed, Value::Null, "a script of the data ran: {place}");
    let elements =
        "return document.querySelectorAll('img[src=x], main i, main b[onmouseover]').length";
    assert_eq!(
        page.run(elements, vec![]).await?,
        0,
        "text became elements: {place}"
    );
    assert_eq!(page.console_errors().await?, [""; 0], "{place}");
    Ok(())
}

#[test]
fn names_and_cells_are_text() -> Result<()> {
    on_hostile_data(async |page| {
        for view in VIEWS {
            page.goto(view).await?;
            page.draw().await?;
            assert_harmless(page, view).await?;
        }
        Ok(())
    })
}

#[test]
fn tooltips_are_text() -> Result<()> {
    on_hostile_data(async |page| {
        page.goto("/performance").await?;
        page.draw().await?;
        let (x, y) = charts::mark(page, "average").await?;
        page.point_at(x, y).await?;
        // ECharts writes a tooltip into the chart's element.
        let told = "return arguments[0].some((level) =>
            document.querySelector('#chart-average .plot').textContent.includes(level))";
        page.until("a tooltip names the level", told, vec![json!(LEVELS)])
            .await?;
        assert_harmless(page, "tooltip").await
    })
}
