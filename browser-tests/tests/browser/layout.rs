//! Layout: a phone's width, print, and nothing from other hosts.

use anyhow::{Context, Result};
use browser_tests::{Browser, Program, VIEWS, browse};
use serde_json::{Value, json};

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

/// A page that is painted while it arrives stays where it is.
#[test]
fn nothing_is_pushed_away_while_a_page_arrives() -> Result<()> {
    let program = Program::start()?;
    for size in [(412, 823), (1300, 900)] {
        let browser = Browser {
            size,
            ..Browser::default()
        };
        browse(&program, browser, async |page| {
            // What all pages load is there already.
            page.goto("/overview").await?;
            page.slow_arrival(10_000).await?;
            for view in ["/performance", "/factors", "/relationships", "/compare"] {
                page.goto(view).await?;
                let shifts = "return new Promise((resolve) => {
                        const all = [];
                        new PerformanceObserver((list) => all.push(...list.getEntries().map((entry) => entry.value)))
                            .observe({ type: 'layout-shift', buffered: true });
                        requestAnimationFrame(() => setTimeout(() => resolve(all)));
                    })";
                let shifts = page.run(shifts, vec![]).await?;
                let shifts = shifts.as_array().context("no list of shifts")?;
                let sum: f64 = shifts.iter().filter_map(Value::as_f64).sum();
                assert!(sum < 0.02, "{view} at {size:?}: {shifts:?}");
            }
            Ok(())
        })?;
    }
    Ok(())
}
