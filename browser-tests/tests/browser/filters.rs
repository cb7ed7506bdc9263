//! Filters: by mouse, by keyboard, undone, shared, carried from view to view.

use anyhow::Result;
use browser_tests::{Browser, Page, Program, VIEWS, browse};
use fantoccini::key::Key;

const FEMALE: &str = "#filters input[type=checkbox][name=Gender][value=Female]";
const PRIVATE: &str = "#filters input[type=checkbox][name=School_Type][value=Private]";

/// Opens the page and remembers that it was, which only a full reload forgets.
async fn open(page: &Page, path: &str) -> Result<String> {
    page.goto(path).await?;
    page.run("window.stayed = true", vec![]).await?;
    page.count().await
}

async fn assert_stayed(page: &Page) -> Result<()> {
    assert_eq!(
        page.run("return window.stayed === true", vec![]).await?,
        true,
        "the page was loaded anew"
    );
    Ok(())
}

#[test]
fn by_mouse_on_every_view() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for view in VIEWS {
            let all = open(page, view).await?;
            let figures = page.numbers().await?;
            page.unfold(FEMALE).await?;
            page.click(FEMALE).await?;
            let some = page.changed("#count", &all).await?;
            assert!(all.starts_with("6,607 of 6,607 students"), "{view}: {all}");
            assert!(
                some.ends_with(" %)") && some.contains(" of 6,607 students ("),
                "{view}: {some}"
            );
            assert_eq!(page.path().await?, format!("{view}?Gender=Female"));
            assert_ne!(page.numbers().await?, figures, "{view}");
            page.draw().await?;
            assert_stayed(page).await?;
            assert_eq!(page.console_errors().await?, [""; 0], "{view}");
        }
        Ok(())
    })
}

#[test]
fn by_keyboard() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        let all = open(page, "/performance").await?;
        page.tab_to("#more-filters > summary").await?;
        page.press(Key::Enter).await?;
        page.tab_to(FEMALE).await?;
        page.press(Key::Space).await?;
        let women = page.changed("#count", &all).await?;
        assert_eq!(page.path().await?, "/performance?Gender=Female");
        assert_ne!(all, women);
        assert_stayed(page).await?;

        // What was pressed keeps the focus, so the keyboard goes on from there.
        let focused = page
            .run(
                "return document.activeElement.matches(arguments[0])",
                vec![FEMALE.into()],
            )
            .await?;
        assert_eq!(focused, true, "the filter lost the focus");
        page.press(Key::Space).await?;
        assert_eq!(page.changed("#count", &women).await?, all);
        Ok(())
    })
}

#[test]
fn a_range_by_keyboard() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        let all = open(page, "/overview").await?;
        let from = "#filters input[name='Hours_Studied.min']";
        page.unfold(from).await?;
        page.fill(from, "20").await?;
        let some = page.changed("#count", &all).await?;
        assert_eq!(page.path().await?, "/overview?Hours_Studied=20..");
        page.unfold("#filters input[name='Hours_Studied.max']")
            .await?;
        page.fill("#filters input[name='Hours_Studied.max']", "30")
            .await?;
        page.changed("#count", &some).await?;
        assert_eq!(page.path().await?, "/overview?Hours_Studied=20..30");
        assert_stayed(page).await
    })
}

#[test]
fn back_undoes_and_forward_redoes() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        let all = open(page, "/performance").await?;
        let figures = page.numbers().await?;
        page.unfold(FEMALE).await?;
        page.click(FEMALE).await?;
        let women = page.changed("#count", &all).await?;
        let of_women = page.numbers().await?;

        page.back().await?;
        assert_eq!(page.changed("#count", &women).await?, all);
        assert_eq!(page.path().await?, "/performance");
        assert_eq!(page.numbers().await?, figures);
        let checked = page
            .run(
                "return document.querySelector(arguments[0]).checked",
                vec![FEMALE.into()],
            )
            .await?;
        assert_eq!(checked, false, "the checkbox does not say what is shown");

        page.forward().await?;
        assert_eq!(page.changed("#count", &all).await?, women);
        assert_eq!(page.numbers().await?, of_women);
        Ok(())
    })
}

#[test]
fn a_shared_address_shows_the_same() -> Result<()> {
    let program = Program::start()?;
    for view in VIEWS {
        let (address, shown) = browse(&program, Browser::default(), async |page| {
            let mut count = open(page, view).await?;
            for filter in [FEMALE, PRIVATE] {
                page.unfold(filter).await?;
                page.click(filter).await?;
                count = page.changed("#count", &count).await?;
            }
            Ok((page.path().await?, page.numbers().await?))
        })?;
        let seen_elsewhere = browse(&program, Browser::default(), async |page| {
            page.goto(&address).await?;
            page.numbers().await
        })?;
        assert_eq!(shown, seen_elsewhere, "{address}");
    }
    Ok(())
}

#[test]
fn clearing_one_and_all() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        let both = open(page, "/performance?Gender=Female&School_Type=Private").await?;
        page.unfold("#filters fieldset:has(input[name=Gender]) a.clear")
            .await?;
        page.click("#filters fieldset:has(input[name=Gender]) a.clear")
            .await?;
        let one = page.changed("#count", &both).await?;
        assert_eq!(page.path().await?, "/performance?School_Type=Private");
        page.click("#clear-all").await?;
        let all = page.changed("#count", &one).await?;
        assert_eq!(page.path().await?, "/performance");
        assert!(all.starts_with("6,607 of 6,607"), "{all}");
        Ok(())
    })
}

#[test]
fn tabs_keep_the_query() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        let women = open(page, "/overview?Gender=Female").await?;
        for (tab, view) in VIEWS.iter().enumerate() {
            page.click(&format!(
                "nav[aria-label=Views] li:nth-child({}) a",
                tab + 1
            ))
            .await?;
            page.arrived(&format!("{view}?Gender=Female")).await?;
            assert_eq!(page.count().await?, women, "{view}");
            let current = page.attribute("nav a[aria-current=page]", "href").await?;
            assert!(current.is_some_and(|href| href.starts_with(view)), "{view}");
        }
        Ok(())
    })
}
