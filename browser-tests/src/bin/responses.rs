//! How soon the running program's pages respond to a visitor, as JSON; `cargo xtask bench --only
//! browser` provides what this needs.

use anyhow::{Context, Result};
use browser_tests::{Browser, Page, Program, VIEWS, browse};
use serde_json::{Value, json};

/// Measurements of each.
const RUNS: usize = 5;
/// The filter that is chosen.
const FEMALE: &str = "#filters input[type=checkbox][name=Gender][value=Female]";
/// The chart that is pointed at, and where: shares of its width, at which the sample's bars are high.
const CHART: &str = "#chart-histogram .plot";
const PLACES: [f64; RUNS] = [0.25, 0.28, 0.31, 0.34, 0.37];

/// From the event on, looks at each frame whether it is done; the time until the frame after that.
const WATCH: &str = "
    const [type, done] = arguments;
    const isDone = new Function('return ' + done);
    window.took = null;
    addEventListener(type, (event) => {
      const begin = event.timeStamp;
      const look = () => requestAnimationFrame(isDone() ? () => { window.took = performance.now() - begin; } : look);
      look();
    }, { once: true, capture: true });";

/// Whether a tooltip is shown in the chart.
const TOOLTIP: &str = "[...document.querySelector('#chart-histogram .plot').children].some((part) =>
    !part.querySelector('canvas') && part.textContent !== '' && getComputedStyle(part).visibility !== 'hidden')";

fn main() -> Result<()> {
    let program = Program::start()?;
    let measured = browse(&program, Browser::default(), async |page| {
        let mut measured = Vec::new();
        for view in VIEWS {
            let (mut themes, mut filters) = (Vec::new(), Vec::new());
            for _ in 0..RUNS {
                page.goto(view).await?;
                themes.push(theme(page).await?);
                filters.push(filter(page).await?);
            }
            measured.push(json!({"what": "theme switched", "page": view, "seconds": themes}));
            measured.push(json!({"what": "filter applied", "page": view, "seconds": filters}));
        }
        let hovers = hovers(page).await?;
        measured.push(json!({"what": "tooltip shown", "page": VIEWS[1], "seconds": hovers}));
        Ok(measured)
    })?;
    println!("{}", Value::from(measured));
    Ok(())
}

async fn theme(page: &Page) -> Result<f64> {
    let before = page.attribute("html", "data-theme").await?;
    let done = format!(
        "document.documentElement.dataset.theme !== '{}'",
        before.unwrap_or_default()
    );
    watch(page, "click", &done).await?;
    page.click("#theme").await?;
    took(page).await
}

async fn filter(page: &Page) -> Result<f64> {
    page.unfold(FEMALE).await?;
    let done = "location.search.includes('Gender=Female') && document.documentElement.dataset.state === 'ready'";
    watch(page, "change", done).await?;
    page.click(FEMALE).await?;
    took(page).await
}

/// In a page of its own for each place.
async fn hovers(page: &Page) -> Result<Vec<f64>> {
    let mut seconds = Vec::new();
    for place in PLACES {
        page.goto(VIEWS[1]).await?;
        page.draw().await?;
        page.scroll_to(CHART).await?;
        let script = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
            return [box.x + box.width * arguments[1], box.y + box.height * 0.6];";
        let at = page.run(script, vec![json!(CHART), json!(place)]).await?;
        let [x, y] = [&at[0], &at[1]].map(Value::as_f64);
        let (x, y) = x.zip(y).context("the chart has no place")?;
        watch(page, "mousemove", TOOLTIP).await?;
        page.point_at(x, y).await?;
        seconds.push(took(page).await?);
    }
    Ok(seconds)
}

async fn watch(page: &Page, event: &str, done: &str) -> Result<()> {
    page.run(WATCH, vec![json!(event), json!(done)]).await?;
    Ok(())
}

/// Seconds from the event to the frame in which it was done.
async fn took(page: &Page) -> Result<f64> {
    page.until("the page responds", "return window.took !== null", vec![])
        .await?;
    let took = page.run("return window.took", vec![]).await?;
    let milliseconds = took.as_f64().context("the page told no time")?;
    Ok(milliseconds / 1e3)
}
