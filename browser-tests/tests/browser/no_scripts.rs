//! Without scripts: every number, table and form works.

use anyhow::Result;
use browser_tests::{Browser, Program, VIEWS, browse};
use serde_json::Value;

fn browser() -> Browser {
    Browser {
        scripts: false,
        ..Browser::default()
    }
}

#[test]
fn the_numbers_are_there() -> Result<()> {
    let program = Program::start()?;
    for view in VIEWS {
        let address = format!("{view}?Gender=Female&Hours_Studied=10..30");
        let with = browse(&program, Browser::default(), async |page| {
            page.goto(&address).await?;
            page.numbers().await
        })?;
        let without = browse(&program, browser(), async |page| {
            page.goto(&address).await?;
            assert_eq!(
                page.attribute("html", "data-state").await?,
                None,
                "scripts ran"
            );
            page.numbers().await
        })?;
        assert_eq!(with, without, "{view}");
        assert!(
            without["tables"]
                .as_array()
                .is_some_and(|tables| !tables.is_empty()),
            "{view}"
        );
    }
    Ok(())
}

#[test]
fn the_filters_work() -> Result<()> {
    let program = Program::start()?;
    browse(&program, browser(), async |page| {
        for view in VIEWS {
            page.goto(view).await?;
            let all = page.count().await?;
            for filter in [
                "[name=Gender][value=Female]",
                "[name=School_Type][value=Private]",
            ] {
                page.unfold(filter).await?;
                page.click(&format!("#filters {filter}")).await?;
            }
            page.unfold("[name='Hours_Studied.min']").await?;
            page.fill("#filters [name='Hours_Studied.min']", "10")
                .await?;
            page.click("#apply").await?;
            page.changed("#count", &all).await?;
            // The server leads to the address that scripts would have shown.
            let path = page.path().await?;
            for part in ["Gender=Female", "School_Type=Private", "Hours_Studied=10.."] {
                assert!(path.contains(part), "{path} lacks {part}");
            }
            assert!(!path.contains(".min"), "{path}");
        }
        Ok(())
    })
}

#[test]
fn the_choices_work() -> Result<()> {
    let program = Program::start()?;
    browse(&program, browser(), async |page| {
        page.goto("/performance?Gender=Female").await?;
        let before = page.text("#chart-average h3").await?;
        page.choose("select[name=by]", "School_Type").await?;
        page.click("form.choices:has(select[name=by]) button[type=submit]")
            .await?;
        let after = page.changed("#chart-average h3", &before).await?;
        assert!(after.contains("School Type"), "{after}");
        let path = page.path().await?;
        assert!(
            path.contains("Gender=Female") && path.contains("by=School_Type"),
            "{path}"
        );
        Ok(())
    })
}

#[test]
fn groups_and_students_can_be_chosen() -> Result<()> {
    let program = Program::start()?;
    browse(&program, browser(), async |page| {
        page.goto("/compare?School_Type=Public").await?;
        let before = page.text("#chart-means .finding").await?;
        for group in ["a", "b"] {
            let gender = format!("form.groups [name='{group}.Gender']");
            let value = if group == "a" { "Female" } else { "Male" };
            let box_ = format!("{gender}[value={value}]");
            page.unfold(&box_).await?;
            page.click(&box_).await?;
        }
        page.click("form.groups button[type=submit]").await?;
        page.changed("#chart-means .finding", &before).await?;
        let path = page.path().await?;
        for part in ["School_Type=Public", "a.Gender=Female", "b.Gender=Male"] {
            assert!(path.contains(part), "{path} lacks {part}");
        }

        page.goto("/factors?Gender=Female").await?;
        let before = page.text("#heading-what-if ~ .finding").await?;
        page.unfold("[name='if.Attendance']").await?;
        page.fill("[name='if.Attendance']", "95").await?;
        page.click("form.student button[type=submit]").await?;
        let after = page.changed("#heading-what-if ~ .finding", &before).await?;
        assert!(after.contains("from such students"), "{after}");
        assert_eq!(
            page.path().await?,
            "/factors?Gender=Female&if.Attendance=95"
        );
        Ok(())
    })
}

#[test]
fn nothing_is_shown_that_would_need_scripts() -> Result<()> {
    let program = Program::start()?;
    browse(&program, browser(), async |page| {
        page.goto("/performance").await?;
        let shown = page.run("return [...document.querySelectorAll('#theme, button.png')].filter((e) => e.checkVisibility()).length", vec![]).await?;
        assert_eq!(shown, Value::from(0), "buttons that do nothing are shown");
        let apply = page
            .run(
                "return document.querySelector('#apply').checkVisibility()",
                vec![],
            )
            .await?;
        assert_eq!(apply, true, "the button that applies the filters is hidden");
        Ok(())
    })
}
