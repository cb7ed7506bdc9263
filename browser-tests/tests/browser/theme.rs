//! Light and dark: from the system, switched by the visitor, remembered.

use anyhow::Result;
use browser_tests::{Browser, Program, Scheme, browse};

#[test]
fn the_system_decides_first() -> Result<()> {
    let program = Program::start()?;
    for scheme in Scheme::ALL {
        browse(
            &program,
            Browser {
                scheme,
                ..Browser::default()
            },
            async |page| {
                page.goto("/performance").await?;
                assert_eq!(
                    page.attribute("html", "data-theme").await?.as_deref(),
                    Some(scheme.name())
                );
                Ok(())
            },
        )?;
    }
    Ok(())
}

#[test]
fn the_switch_redraws_and_is_remembered() -> Result<()> {
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        page.draw().await?;
        let chart = "#chart-histogram .plot";
        page.scroll_to(chart).await?;
        let light = page.picture_of(chart).await?;
        page.run("scrollTo(0, 0)", vec![]).await?;
        page.click("#theme").await?;
        let dark = "return document.documentElement.dataset.theme === 'dark'";
        page.until("the page is dark", dark, vec![]).await?;
        page.ready().await?;
        page.draw().await?;
        page.scroll_to(chart).await?;
        assert_ne!(
            page.picture_of(chart).await?,
            light,
            "the chart was not redrawn"
        );
        let ink = page.ink("chart-histogram").await?;
        assert!(ink.colored > 0, "{ink:?}");

        page.reload().await?;
        page.until("the page is dark", dark, vec![]).await?;
        page.goto("/factors").await?;
        page.until("another page is dark", dark, vec![]).await?;
        assert_eq!(page.console_errors().await?, [""; 0]);
        Ok(())
    })
}
