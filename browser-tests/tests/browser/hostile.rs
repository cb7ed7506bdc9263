//! A table whose names and cells are written to harm: they are text, wherever they are shown.

use std::fmt::Write;

use anyhow::Result;
use browser_tests::{Browser, Program, VIEWS, browse};

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

#[test]
fn names_and_cells_are_text() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("hostile.csv");
    std::fs::write(&data, table()?)?;
    let program = Program::start_on(&data)?;
    browse(&program, Browser::default(), async |page| {
        for view in VIEWS {
            page.goto(view).await?;
            page.draw().await?;
            // Tooltips are the other place where ECharts shows names.
            for chart in page.charts().await? {
                page.hover(&format!("#{chart} .plot")).await?;
            }
            assert_eq!(
                page.run("return window.harmed === undefined", vec![])
                    .await?,
                true,
                "{view}"
            );
            assert_eq!(page.run("return document.querySelectorAll('img[src=x], main i, main b[onmouseover]').length", vec![]).await?, 0, "{view}");
            assert_eq!(page.console_errors().await?, [""; 0], "{view}");
        }
        Ok(())
    })
}
