//! Charts: each is really drawn, can be taken along, and leads to a filter.

use anyhow::{Context, Result};
use browser_tests::{Browser, Ink, Page, Program, Scheme, VIEWS, browse};
use serde_json::{Value, json};

/// The charts of each view; the overview shows its figures as text and tables.
const CHARTS: [(&str, &[&str]); 6] = [
    ("/overview", &[]),
    ("/performance", &["histogram", "bands", "average", "boxes"]),
    (
        "/factors",
        &[
            "correlation",
            "scatter",
            "variance",
            "coefficients",
            "partial",
            "residuals",
            "influence",
            "tests",
        ],
    ),
    ("/relationships", &["relation", "matrix"]),
    (
        "/explore",
        &[
            "missing",
            "matrix",
            "scatters",
            "boxes",
            "counts",
            "pairs",
            "outliers",
            "histogram",
        ],
    ),
    ("/compare", &["means", "distributions", "contrasts"]),
];

#[test]
fn every_view_draws_its_charts() -> Result<()> {
    let program = Program::start()?;
    for scheme in Scheme::ALL {
        browse(
            &program,
            Browser {
                scheme,
                ..Browser::default()
            },
            async |page| {
                for (view, expected) in CHARTS {
                    page.goto(view).await?;
                    let expected: Vec<_> = expected
                        .iter()
                        .map(|name| format!("chart-{name}"))
                        .collect();
                    assert_eq!(page.charts().await?, expected, "{view}");
                    page.draw().await?;
                    for chart in &expected {
                        assert_drawn(chart, page.ink(chart).await?);
                    }
                    assert_eq!(
                        page.console_errors().await?,
                        [""; 0],
                        "{view} in {}",
                        scheme.name()
                    );
                }
                Ok(())
            },
        )?;
    }
    Ok(())
}

#[test]
fn charts_are_drawn_as_they_come_into_view() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/explore").await?;
        let drawn = "return document.querySelectorAll('.plot canvas').length";
        let all = page.charts().await?.len();
        // The window shows the tables that come first.
        assert_eq!(page.run(drawn, vec![]).await?, 0);
        page.scroll_to("#chart-missing .plot").await?;
        let some = "const drawn = document.querySelectorAll('.plot canvas').length;
            return drawn > 0 && drawn < arguments[0]";
        page.until("some charts are drawn", some, vec![json!(all)])
            .await?;
        page.draw().await?;
        assert_eq!(page.run(drawn, vec![]).await?, all);
        Ok(())
    })
}

/// Text and axes alone would have neither the colour nor the shades.
fn assert_drawn(chart: &str, ink: Ink) {
    assert!(
        ink.drawn * 100 > ink.pixels,
        "{chart} is nearly empty: {ink:?}"
    );
    assert!(
        ink.colored * 500 > ink.pixels,
        "{chart} shows hardly any data: {ink:?}"
    );
    assert!(ink.shades >= 4, "{chart} has too few shades: {ink:?}");
}

#[test]
fn charts_keep_up_with_the_width_of_the_window() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        page.draw().await?;
        page.resize(700, 900).await?;
        let fits = "return [...document.querySelectorAll('.plot')].every((plot) =>
            Math.abs(plot.querySelector('canvas').clientWidth - plot.clientWidth) < 2)";
        page.until("the charts have the width of their places", fits, vec![])
            .await
    })
}

#[test]
fn a_choice_redraws_its_chart_without_a_full_reload() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        page.run("window.stayed = true", vec![]).await?;
        let before = page.text("#chart-average h3").await?;
        page.choose("select[name=by]", "School_Type").await?;
        let after = page.changed("#chart-average h3", &before).await?;
        assert!(after.contains("School Type"), "{after}");
        assert!(
            page.path().await?.contains("by=School_Type"),
            "{}",
            page.path().await?
        );
        assert_eq!(page.run("return window.stayed", vec![]).await?, true);
        page.draw().await?;
        assert_drawn("chart-average", page.ink("chart-average").await?);
        Ok(())
    })
}

#[test]
fn clicking_a_category_filters_by_it() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for chart in ["average", "boxes"] {
            page.goto("/performance?by=Gender&box=Gender").await?;
            page.draw().await?;
            let before = page.count().await?;
            let (x, y) = mark(page, chart).await?;
            page.click_at(x, y).await?;
            let after = page.changed("#count", &before).await?;
            let path = page.path().await?;
            assert!(
                path.contains("Gender=Male") || path.contains("Gender=Female"),
                "{chart}: {path}"
            );
            assert!(
                !path.contains("Gender=Male&Gender=Female"),
                "{chart}: {path}"
            );
            assert_ne!(before, after, "{chart}");
        }
        Ok(())
    })
}

/// Where the mark of a chart's first category is in the window: a point, or the box around a
/// median.
pub(super) async fn mark(page: &Page, chart: &str) -> Result<(f64, f64)> {
    page.scroll_to(&format!("#chart-{chart} .plot")).await?;
    let place = page
        .run(include_str!("mark.js"), vec![json!(chart)])
        .await?;
    let coordinate = |at: usize| {
        place[at]
            .as_f64()
            .with_context(|| format!("{chart} has no mark: {place}"))
    };
    Ok((coordinate(0)?, coordinate(1)?))
}

#[test]
fn the_table_of_a_chart_can_be_downloaded_as_csv() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for (view, charts) in CHARTS {
            for chart in charts {
                page.goto(&format!("{view}?Gender=Female")).await?;
                let address = page
                    .attribute(&format!("#chart-{chart} a.csv"), "href")
                    .await?;
                let fetch = "return fetch(arguments[0]).then(async (answer) =>
                    [answer.status, answer.headers.get('content-type'), await answer.text()])";
                let answer = page.run(fetch, vec![json!(address)]).await?;
                assert_eq!(answer[0], 200, "{chart}: {answer}");
                assert!(
                    answer[1]
                        .as_str()
                        .is_some_and(|kind| kind.starts_with("text/csv")),
                    "{chart}: {answer}"
                );
                let lines = answer[2].as_str().map_or(0, |csv| csv.lines().count());
                assert!(lines >= 2, "{chart}: {answer}");
            }
        }
        Ok(())
    })
}

#[test]
fn a_chart_can_be_downloaded_as_a_picture() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        page.draw().await?;
        page.click("#chart-bands button.png").await?;
        let picture = page.downloaded("png").await?;
        assert!(
            picture.starts_with(b"\x89PNG\r\n\x1a\n"),
            "{} bytes that are no PNG",
            picture.len()
        );
        assert!(
            picture.len() > 5_000,
            "a picture of {} bytes shows nothing",
            picture.len()
        );
        Ok(())
    })
}

#[test]
fn a_filter_without_students_is_said_and_not_drawn() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for view in VIEWS {
            page.goto(&format!(
                "{view}?Hours_Studied=1..1&Attendance=100..100&Sleep_Hours=4..4"
            ))
            .await?;
            let count = page.count().await?;
            assert!(count.starts_with("0 of "), "{view}: {count}");
            let said = page.text("#main .notice").await?;
            assert!(said.starts_with("No students match"), "{view}: {said}");
            assert_eq!(page.charts().await?, [""; 0], "{view}");
            assert_eq!(page.console_errors().await?, [""; 0], "{view}");
        }
        Ok(())
    })
}

#[test]
fn every_chart_says_in_words_what_it_shows() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for (view, charts) in CHARTS {
            page.goto(view).await?;
            for chart in charts {
                let figure = format!("#chart-{chart}");
                let finding = page.text(&format!("{figure} .finding")).await?;
                assert!(
                    finding.ends_with('.') && finding.len() > 20,
                    "{chart}: {finding}"
                );
                let label = page
                    .attribute(&format!("{figure} .plot"), "aria-label")
                    .await?;
                assert!(
                    label.is_some_and(|label| label.contains(&finding)),
                    "{chart}"
                );
                let rows = "return document.querySelectorAll(`${arguments[0]} tbody tr`).length";
                let rows = page.run(rows, vec![Value::from(figure.as_str())]).await?;
                assert!(
                    rows.as_u64().is_some_and(|rows| rows > 0),
                    "{chart} has no table"
                );
            }
        }
        Ok(())
    })
}
