//! The default dataset changes while a page is open: the page offers to load it, and does nothing by
//! itself.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use browser_tests::{Browser, Program, browse};

use crate::uploads::sample;

/// Puts a file in the place of another at once, as a deployment does.
fn replace(path: &Path, content: &str) -> Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, content)?;
    Ok(fs::rename(&beside, path)?)
}

#[test]
fn a_page_offers_newer_data() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("records.csv");
    let all = sample()?;
    let lines: Vec<&str> = all.lines().collect();
    fs::write(&path, lines[..501].join("\n"))?;
    let data = path.to_str().context("a path is text")?;
    let program = Program::start_with(&["--data", data, "--watch", "0.5"])?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/overview?Gender=Female").await?;
        let before = page.count().await?;
        assert!(before.contains(" of 500 students"), "{before}");
        assert_eq!(page.text("#news").await?, "");
        // Screen readers say what comes to be there.
        assert_eq!(
            page.attribute("#news", "role").await?.as_deref(),
            Some("status")
        );

        replace(&path, &lines[..601].join("\n"))?;
        let offered =
            "return document.querySelector('#news').textContent.includes('There is newer data')
            && document.querySelector('#news').checkVisibility()";
        page.until("newer data is offered", offered, vec![]).await?;
        assert_eq!(page.count().await?, before, "the page changed by itself");
        assert_eq!(page.violations().await?, [""; 0]);
        page.click("#news button").await?;
        let after = page.changed("#count", &before).await?;
        assert!(after.contains(" of 600 students"), "{after}");
        assert_eq!(page.path().await?, "/overview?Gender=Female");
        assert_eq!(page.text("#news").await?, "");

        // Who goes on to another page sees it too, and it is offered no longer.
        replace(&path, &lines[..701].join("\n"))?;
        page.until("newer data is offered", offered, vec![]).await?;
        page.click("nav.tabs a[href^='/performance']").await?;
        let gone = "return document.querySelector('#news').textContent === ''
            && document.querySelector('#count').textContent.includes(' of 700 students')";
        page.until("newer data is shown", gone, vec![]).await?;
        let after = page.count().await?;

        // What is no table is not offered, and the figures of before say that they are.
        replace(&path, "Exam_Score,x\n1,2\n3\n")?;
        let said = "return fetch(location.href).then((answer) => answer.text())
            .then((page) => page.includes('The newest data cannot be used'))";
        page.until("the page says why it is not newer", said, vec![])
            .await?;
        assert_eq!(page.text("#news").await?, "");
        page.reload().await?;
        assert_eq!(page.count().await?, after);
        let notice = page.text("#sidebar .notice").await?;
        assert!(notice.contains("row 3, column 2"), "{notice}");
        Ok(())
    })
}
