//! The report: downloaded from a page, opened from the disk, looked at and printed.

use anyhow::{Context, Result};
use browser_tests::{Browser, Program, Scheme, browse};
use serde_json::json;

#[test]
fn a_report_opens_from_the_disk_with_its_charts() -> Result<()> {
    let program = Program::start()?;
    for scheme in Scheme::ALL {
        let browser = Browser {
            scheme,
            ..Browser::default()
        };
        browse(&program, browser, async |page| {
            page.goto("/overview?Gender=Female").await?;
            page.click("a[href^='/report.html']").await?;
            let report = page.downloaded("html").await?;
            let folder = tempfile::tempdir()?;
            let file = folder.path().join("report.html");
            std::fs::write(&file, report)?;
            let address = format!("file://{}", file.to_str().context("a path of text")?);
            page.goto(&address).await?;

            let charts = page.charts().await?;
            assert!(charts.len() >= 15, "{charts:?}");
            let drawn = "return document.querySelectorAll('.plot canvas').length";
            assert_eq!(page.run(drawn, vec![]).await?, 0, "before they are in view");
            page.draw().await?;
            // Every pixel is counted, which takes its time: once is enough.
            if scheme == Scheme::Light {
                for chart in &charts {
                    let ink = page.ink(chart).await?;
                    assert!(
                        ink.drawn * 100 > ink.pixels,
                        "{chart} is nearly empty: {ink:?}"
                    );
                    assert!(ink.shades >= 4, "{chart} has too few shades: {ink:?}");
                }
            }
            let loads =
                "return performance.getEntriesByType('resource').map((entry) => entry.name)";
            assert_eq!(page.run(loads, vec![]).await?, json!([]));
            assert_eq!(page.console_errors().await?, [""; 0]);
            assert_eq!(page.violations().await?, [""; 0], "{}", scheme.name());

            // Printed before anything was looked at, all charts are there, as wide as a sheet: 17 cm.
            page.reload().await?;
            page.run("dispatchEvent(new Event('beforeprint'))", vec![])
                .await?;
            page.print_media().await?;
            let fit = "return [...document.querySelectorAll('.plot canvas')].filter(
                (canvas) => canvas.clientWidth > 600 && canvas.clientWidth < 644).length";
            assert_eq!(page.run(fit, vec![]).await?, charts.len());
            // A sheet of A4 or Letter without its margins is 680 pixels wide and 940 high. What is
            // wider makes everything smaller, what stays whole and is higher leaves a blank sheet.
            page.resize(680, 940).await?;
            let too_large = "return [...document.querySelectorAll('main *')].filter((element) => {
                    const box = element.getBoundingClientRect();
                    const high = getComputedStyle(element).breakInside === 'avoid' && box.height > 940;
                    return box.right > 680 || high;
                }).map((element) => element.outerHTML.slice(0, 80))";
            assert_eq!(page.run(too_large, vec![]).await?, json!([]));
            let controls = "return [...document.querySelectorAll('button, form, summary')].filter(
                (element) => element.checkVisibility()).length";
            assert_eq!(page.run(controls, vec![]).await?, 0);
            assert_eq!(page.console_errors().await?, [""; 0]);
            Ok(())
        })?;
    }
    Ok(())
}
