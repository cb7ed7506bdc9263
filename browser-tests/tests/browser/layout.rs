//! Layout: a phone's width, print, and nothing from other hosts.

use anyhow::Result;
use browser_tests::{Browser, Program, VIEWS, browse};
use serde_json::json;

#[test]
fn nothing_scrolls_sideways_on_a_phone() -> Result<()> {
    let program = Program::start()?;
    browse(
        &program,
        Browser {
            size: (360, 740),
            ..Browser::default()
        },
        async |page| {
            for view in VIEWS.into_iter().chain([
                "/performance?Gender=Female&by=Parental_Education_Level",
                "/compare?a.Gender=Female&b.Parental_Education_Level=High+School",
            ]) {
                page.goto(view).await?;
                page.draw().await?;
                page.unfold_all().await?;
                let wide = page.run(include_str!("wide.js"), vec![]).await?;
                assert_eq!(wide, json!([]), "{view}: too wide");
            }
            Ok(())
        },
    )
}

#[test]
fn print_shows_the_charts_and_no_controls() -> Result<()> {
    let program = Program::start()?;
    browse(
        &program,
        Browser {
            size: (720, 1000),
            ..Browser::default()
        },
        async |page| {
            page.goto("/performance").await?;
            page.draw().await?;
            page.print_media().await?;
            let controls = "return [...document.querySelectorAll('#filters, form.choices, button, nav')]
            .filter((element) => element.checkVisibility()).map((element) => element.outerHTML.slice(0, 80))";
            assert_eq!(
                page.run(controls, vec![]).await?,
                json!([]),
                "controls are printed"
            );
            let wide = page.run(include_str!("wide.js"), vec![]).await?;
            assert_eq!(wide, json!([]), "wider than the paper");
            Ok(())
        },
    )
}

#[test]
fn nothing_is_loaded_from_another_host() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for view in VIEWS {
            page.goto(view).await?;
            page.draw().await?;
            assert_eq!(page.foreign_requests().await?, [""; 0], "{view}");
        }
        Ok(())
    })
}

#[test]
fn no_text_of_a_chart_is_cut() -> Result<()> {
    let program = Program::start()?;
    for size in [(360, 740), (540, 900), (800, 1000), (1300, 1000)] {
        let browser = Browser {
            size,
            ..Browser::default()
        };
        browse(&program, browser, async |page| {
            for view in VIEWS {
                page.goto(view).await?;
                page.draw().await?;
                let cut = page.run(include_str!("cut.js"), vec![]).await?;
                assert_eq!(cut, json!([]), "{view} at {size:?}");
            }
            Ok(())
        })?;
    }
    Ok(())
}
