//! Accessibility: axe-core finds nothing, and what axe cannot see is looked at here.

use anyhow::Result;
use browser_tests::{Browser, Page, Program, Scheme, VIEWS, browse};
use fantoccini::key::Key;

/// Views in other states: filtered, and without students.
const FILTERED: [&str; 6] = [
    "/performance?Gender=Female&Hours_Studied=10..30",
    "/factors?color=Gender&Hours_Studied=10..30",
    "/factors?if.Gender=Female&if.Hours_Studied=200",
    "/compare?a.Gender=Female&b.Hours_Studied=10..20&Sleep_Hours=5..",
    "/explore?color=School_Type&Gender=Female",
    "/factors?Hours_Studied=1..1&Attendance=100..100&Sleep_Hours=4..4",
];

/// Pages about an error.
const PROBLEMS: [&str; 2] = ["/overview?Gender=Nobody", "/nowhere"];

#[test]
fn axe_finds_nothing_in_light() -> Result<()> {
    assert_no_violations(Browser {
        scheme: Scheme::Light,
        ..Browser::default()
    })
}

#[test]
fn axe_finds_nothing_in_dark() -> Result<()> {
    assert_no_violations(Browser {
        scheme: Scheme::Dark,
        ..Browser::default()
    })
}

#[test]
fn axe_finds_nothing_on_a_phone() -> Result<()> {
    assert_no_violations(Browser {
        size: (360, 740),
        ..Browser::default()
    })
}

/// Looks at every page as it opens, and again with every folded part open.
fn assert_no_violations(browser: Browser) -> Result<()> {
    let program = Program::start()?;
    let found = browse(&program, browser, async |page| {
        let mut found = Vec::new();
        for path in VIEWS.into_iter().chain(FILTERED) {
            page.goto(path).await?;
            page.draw().await?;
            look(page, path, &mut found).await?;
        }
        for path in PROBLEMS {
            page.open_any(path).await?;
            look(page, path, &mut found).await?;
        }
        Ok(found)
    })?;
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

/// Adds what axe finds on the page as it is, and with every folded part open.
pub(crate) async fn look(page: &Page, path: &str, found: &mut Vec<String>) -> Result<()> {
    found.extend(
        page.violations()
            .await?
            .iter()
            .map(|what| format!("{path}: {what}")),
    );
    page.unfold_all().await?;
    found.extend(
        page.violations()
            .await?
            .iter()
            .map(|what| format!("{path}, unfolded: {what}")),
    );
    Ok(())
}

#[test]
fn the_first_tab_skips_to_the_figures() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        page.press(Key::Tab).await?;
        page.press(Key::Enter).await?;
        let focused = "return document.activeElement.id === 'main'";
        page.until("the figures have the focus", focused, vec![])
            .await
    })
}

#[test]
fn a_new_count_is_announced() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/overview").await?;
        // A screen reader announces changes of an element that stays, not one that replaces it.
        page.run("window.line = document.querySelector('#count')", vec![])
            .await?;
        let before = page.count().await?;
        let female = "#filters [name=Gender][value=Female]";
        page.unfold(female).await?;
        page.click(female).await?;
        page.changed("#count", &before).await?;
        let same =
            "return window.line.isConnected && window.line.getAttribute('role') === 'status'";
        assert_eq!(
            page.run(same, vec![]).await?,
            true,
            "the line of the count was replaced"
        );
        Ok(())
    })
}
