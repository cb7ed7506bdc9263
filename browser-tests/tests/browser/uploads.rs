//! A visitor's own table: chosen in the file dialog or dropped on the page, shown, refused with its
//! problems, and deleted.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use browser_tests::{Browser, Page, Program, browse};
use serde_json::{Value, json};

/// Path of the published dataset, which is not part of the project.
const REAL_DATA: &str = "STUDENT_ANALYTICS_REAL_DATA";

/// The ways in which a file comes to the page.
#[derive(Clone, Copy, Debug)]
enum Way {
    Dialog,
    /// Onto the form, and onto the figures, which somebody who aims badly hits.
    Drop(&'static str),
}

const WAYS: [Way; 3] = [Way::Dialog, Way::Drop("#upload"), Way::Drop("#main")];

/// The project's sample.
pub(crate) fn sample() -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/StudentPerformanceFactors.csv");
    fs::read_to_string(&path).with_context(|| format!("{}", path.display()))
}

/// Sends a file from the page that is shown.
async fn send(page: &Page, way: Way, file: &Path) -> Result<()> {
    match way {
        Way::Dialog => {
            page.choose_file("#upload input[type=file]", file).await?;
            page.click("#upload button").await
        }
        Way::Drop(place) => page.drop_file(place, file).await,
    }
}

/// Waits until the page of an uploaded table is shown; the query that names it.
async fn taken(page: &Page) -> Result<String> {
    let there = "return location.pathname === '/overview' && location.search.startsWith('?data=')
        && document.readyState === 'complete'";
    page.until("the uploaded table is shown", there, vec![])
        .await?;
    page.ready().await?;
    let path = page.path().await?;
    let (_, query) = path.split_once('?').context("the address has a query")?;
    Ok(query.to_owned())
}

/// What the pages show of a table, all numbers.
async fn numbers(page: &Page, query: &str) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for view in ["/overview", "/performance"] {
        page.goto(&format!("{view}{query}")).await?;
        all.push(page.numbers().await?);
    }
    Ok(all)
}

/// Files that are to be shown like the table at the second path.
fn tables(folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>> {
    let sample = sample()?;
    ensure!(!sample.contains([';', '"']), "the sample needs no quotes");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text)?;
        anyhow::Ok(path)
    };
    let commas = write("commas.csv", &sample)?;
    // As a spreadsheet in most of Europe writes it: byte order mark, semicolons, CR LF.
    let lines = sample.replace(',', ";").replace('\n', "\r\n");
    let semicolons = write("semicolons.csv", &format!("\u{FEFF}{lines}"))?;
    let mut tables = vec![(commas.clone(), commas.clone()), (semicolons, commas)];
    match std::env::var_os(REAL_DATA) {
        Some(real) => tables.push((PathBuf::from(&real), PathBuf::from(real))),
        None => println!("{REAL_DATA} is not set: sample only"),
    }
    Ok(tables)
}

#[test]
fn a_table_is_shown_however_it_comes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Program::start()?;
    for (file, like) in tables(folder.path())? {
        let expected = browse(
            &Program::start_on(&like)?,
            Browser::default(),
            async |page| numbers(page, "").await,
        )?;
        browse(&program, Browser::default(), async |page| {
            for way in WAYS {
                page.goto("/performance?Gender=Female").await?;
                send(page, way, &file).await?;
                let query = taken(page).await?;
                let shown = numbers(page, &format!("?{query}")).await?;
                assert!(shown == expected, "{} by {way:?}", file.display());
            }
            assert_eq!(page.console_errors().await?, [""; 0]);
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn progress_is_shown_and_said() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("table.csv");
    fs::write(&file, sample()?)?;
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for way in WAYS {
            page.goto("/overview").await?;
            let hidden = "return !document.querySelector('#upload progress').checkVisibility()";
            assert_eq!(page.run(hidden, vec![]).await?, true);
            // What a screen reader is told, kept until the next page.
            let listen = "sessionStorage.said = '';
                const status = document.querySelector('#upload [role=status]');
                new MutationObserver(() => sessionStorage.said += status.textContent + '|')
                    .observe(status, { childList: true });";
            page.run(listen, vec![]).await?;
            page.slow_down(400_000).await?;
            send(page, way, &file).await?;
            let under_way = "const bar = document.querySelector('#upload progress');
                return bar.checkVisibility() && bar.value > 0 && bar.value < 1
                    && bar.ariaLabel === 'Upload'
                    && document.querySelector('#upload button').disabled";
            page.until("the bar shows the progress", under_way, vec![])
                .await?;
            taken(page).await?;
            let said = page.run("return sessionStorage.said", vec![]).await?;
            assert_eq!(said, "Uploading…|Reading the file…|", "{way:?}");
        }
        Ok(())
    })
}

/// The sample's first rows, two of them damaged.
fn broken() -> Result<String> {
    let sample = sample()?;
    let mut lines: Vec<String> = sample.lines().take(20).map(str::to_owned).collect();
    lines[4] = "23,84,Low".to_owned();
    let (cells, _) = lines[8].rsplit_once(',').context("a row has cells")?;
    lines[8] = format!("{cells},many");
    Ok(lines.join("\n"))
}

/// The problems with a file are shown.
const PROBLEMS: &str =
    "return document.querySelector('#main h1').textContent === 'This file cannot be used'";

#[test]
fn problems_are_reported_and_the_figures_stay() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("broken.csv");
    fs::write(&file, broken()?)?;
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        for way in WAYS {
            page.goto("/performance?Gender=Female").await?;
            let before = page.count().await?;
            send(page, way, &file).await?;
            page.until("the problems are shown", PROBLEMS, vec![])
                .await?;
            let list =
                "return [...document.querySelectorAll('#main li')].map((item) => item.textContent)";
            let list: Vec<String> = serde_json::from_value(page.run(list, vec![]).await?)?;
            assert_eq!(list.len(), 3, "{list:?}");
            assert!(list[0].starts_with("2 problems ("), "{list:?}");
            assert!(list[1].starts_with("row 5, column 4 ("), "{list:?}");
            let score = "row 9, column 20 (`Exam_Score`): `many` is not a number";
            assert!(list[2].starts_with(score), "{list:?}");
            // Keyboard and screen reader go on from there, and the upload is over.
            let over = "return document.activeElement.id === 'main'
                && !document.querySelector('#upload progress').checkVisibility()
                && !document.querySelector('#upload button').disabled
                && document.querySelector('#upload [role=status]').textContent === ''";
            page.until("the upload is over", over, vec![]).await?;
            assert_eq!(page.violations().await?, [""; 0]);
            // The browser's own note of the status is all that may be there.
            let errors = page.console_errors().await?;
            assert!(
                errors.iter().all(|error| error.contains("422")),
                "{errors:?}"
            );

            let source = page.text("#sidebar .source dd").await?;
            assert_eq!(source, "Synthetic sample");
            assert_eq!(page.path().await?, "/performance?Gender=Female");
            page.reload().await?;
            assert_eq!(page.count().await?, before);
        }
        send(page, Way::Dialog, &file).await?;
        page.until("there is a way back", "return document.querySelector('#main a') !== null && document.querySelector('#main li') !== null", vec![]).await?;
        page.click("#main p a").await?;
        let back = "return document.querySelector('#count') !== null";
        page.until("the figures are back", back, vec![]).await?;
        assert_eq!(page.path().await?, "/performance?Gender=Female");

        // The same file, corrected where it lies, can be chosen and sent.
        send(page, Way::Dialog, &file).await?;
        page.until("the problems are shown", PROBLEMS, vec![])
            .await?;
        let empty = "return document.querySelector('#upload input[type=file]').files.length === 0";
        page.until("the old choice is gone", empty, vec![]).await?;
        fs::write(&file, sample()?)?;
        send(page, Way::Dialog, &file).await?;
        taken(page).await.map(drop)
    })
}

/// As that of a proxy whose server is gone; here HTTP's own to an address that is too long.
#[test]
fn an_answer_that_is_no_page_is_said() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("records.csv");
    fs::write(&file, sample()?)?;
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/performance").await?;
        let elsewhere = "document.querySelector('#upload').action = '/' + 'x'.repeat(70000)";
        page.run(elsewhere, vec![]).await?;
        send(page, Way::Dialog, &file).await?;
        let said = "return document.querySelector('#upload [role=status]').textContent
            === 'The upload failed. Try again.'
            && !document.querySelector('#upload button').disabled";
        page.until("the failure is said", said, vec![]).await
    })
}

#[test]
fn what_is_too_large_is_not_sent() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("large.csv");
    fs::write(&file, sample()?.repeat(2))?;
    let program = Program::start_with(&["--upload-limit", "1"])?;
    browse(&program, Browser::default(), async |page| {
        for way in WAYS {
            page.goto("/overview").await?;
            send(page, way, &file).await?;
            let said = page.changed("#upload [role=status]", "").await?;
            let limit = "The file is larger than 1 MB, the most that this server takes.";
            assert_eq!(said, limit, "{way:?}");
            assert_eq!(page.path().await?, "/overview");
        }
        Ok(())
    })
}

#[test]
fn an_upload_is_deleted_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("table.csv");
    let sample = sample()?;
    let rows: Vec<&str> = sample.lines().take(101).collect();
    fs::write(&file, rows.join("\n"))?;
    let program = Program::start()?;
    browse(&program, Browser::default(), async |page| {
        page.goto("/overview").await?;
        let before = page.count().await?;
        send(page, Way::Dialog, &file).await?;
        let query = taken(page).await?;
        let count = page.count().await?;
        assert!(count.contains(" of 100 students"), "{count}");
        page.click("form[action$='/delete'] button").await?;
        page.arrived("/overview").await?;
        assert_eq!(page.count().await?, before);
        page.open_any(&format!("/overview?{query}")).await?;
        let said = page.text("#main").await?;
        assert!(said.contains("somebody deleted it"), "{said}");
        Ok(())
    })
}

#[test]
fn the_form_works_without_scripts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (good, bad) = (
        folder.path().join("good.csv"),
        folder.path().join("bad.csv"),
    );
    fs::write(&good, sample()?)?;
    fs::write(&bad, broken()?)?;
    let program = Program::start()?;
    let browser = Browser {
        scripts: false,
        ..Browser::default()
    };
    browse(&program, browser, async |page| {
        page.goto("/overview").await?;
        send(page, Way::Dialog, &good).await?;
        let query = taken(page).await?;
        page.click("form[action$='/delete'] button").await?;
        page.arrived("/overview").await?;
        page.open_any(&format!("/overview?{query}")).await?;
        page.goto("/overview").await?;
        send(page, Way::Dialog, &bad).await?;
        let reported = "return document.body.textContent.includes(arguments[0])";
        let row = "row 5, column 4";
        page.until("the problems are shown", reported, vec![json!(row)])
            .await?;
        page.click("#main p a").await?;
        page.arrived("/overview").await
    })
}
