//! The command that writes a report: the file, what it says, and what it refuses.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::{program, run, temporary};

const SMALL: &[u8] = include_bytes!("../fixtures/small.csv");

/// An empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_is_written_with_a_line_for_each_step() {
    let data = temporary("report-data.csv", SMALL);
    let folder = folder("report-written");
    let out = folder.join("report.html");
    let out = out.to_str().unwrap();
    let (status, stdout, stderr) = run(&[
        "report",
        "--data",
        &data,
        "--out",
        out,
        "--filter",
        "?Gender=Female",
    ]);
    assert_eq!(status, Some(0), "{stderr}");
    let steps = [
        "Reading the data",
        "Overview (1 of ",
        "Performance Analysis (2 of ",
        "Factor Impact (3 of ",
        "Relationship Explorer (4 of ",
        "Explore (EDA) (5 of ",
    ];
    for (line, step) in stderr.lines().zip(steps) {
        assert!(line.starts_with(step), "{line} is not {step}");
    }
    assert!(
        !stderr.contains('\r') && !stderr.contains('\u{1b}'),
        "{stderr:?}"
    );
    let html = fs::read_to_string(out).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>"));
    assert!(html.contains("<dd>only students with Gender Female</dd>"));
    assert!(stdout.starts_with(&format!("{out}: ")), "{stdout}");
    assert!(
        stdout.contains(" of ") && stdout.ends_with(" bytes\n"),
        "{stdout}"
    );
    assert_eq!(names(&folder), ["report.html"]);
}

#[test]
fn a_report_takes_the_place_of_a_file_and_nothing_else() {
    let data = temporary("report-source.csv", SMALL);
    let folder = folder("report-places");
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let write = |out: &str| run(&["report", "--data", &data, "--out", out]);

    fs::write(place("old.html"), "old").unwrap();
    fs::set_permissions(place("old.html"), PermissionsExt::from_mode(0o640)).unwrap();
    symlink("old.html", place("link.html")).unwrap();
    let (status, _, stderr) = write(&place("link.html"));
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        fs::symlink_metadata(place("link.html"))
            .unwrap()
            .is_symlink()
    );
    let written = fs::metadata(place("old.html")).unwrap();
    assert!(written.len() > 1000);
    assert_eq!(written.permissions().mode() & 0o777, 0o640);

    fs::write(place("kept.html"), "kept").unwrap();
    fs::set_permissions(place("kept.html"), PermissionsExt::from_mode(0o444)).unwrap();
    symlink(&data, place("data.html")).unwrap();
    let refused = [
        ("/dev/null", "/dev/null is not a regular file"),
        (&place(""), "is not a regular file"),
        (&place("kept.html"), "kept.html is write-protected"),
        (&data, "report-source.csv is the data itself"),
        (&place("data.html"), "data.html is the data itself"),
        (&place("no/report.html"), "there is no folder"),
        (&place("old.html/report.html"), "cannot write"),
    ];
    for (out, said) in refused {
        let (status, stdout, stderr) = write(out);
        assert_eq!(status, Some(1), "{out}: {stderr}");
        assert!(
            stderr.starts_with("error: ") && stderr.contains(said),
            "{stderr}\n lacks {said}"
        );
        assert_eq!(
            stderr.lines().count(),
            1,
            "nothing is computed before: {stderr}"
        );
        assert_eq!(stdout, "");
    }
    assert_eq!(fs::read(&data).unwrap(), SMALL);
    assert_eq!(fs::read(place("kept.html")).unwrap(), b"kept");
    assert_eq!(
        names(&folder),
        ["data.html", "kept.html", "link.html", "old.html"]
    );
}

#[test]
fn what_cannot_be_a_report_is_explained() {
    let data = temporary("report-columns.csv", SMALL);
    let folder = folder("report-none");
    let out = folder.join("report.html");
    let out = out.to_str().unwrap();
    let cases = [
        (
            ["--data", "no/such.csv"],
            "error: cannot read no/such.csv: ",
        ),
        (
            ["--filter", "Nope=1"],
            "error: --filter: unknown column `Nope`. The columns are: ",
        ),
        (
            ["--filter", "Gender=Robot"],
            "error: --filter: column `Gender` has no level `Robot`",
        ),
        (
            ["--filter", "data=x"],
            "error: --filter: `data=x`: an address is about one dataset",
        ),
        (
            ["--target", "Gender"],
            "so the column cannot be the outcome",
        ),
    ];
    for (arguments, said) in cases {
        let mut all = vec!["report", "--out", out];
        if arguments[0] != "--data" {
            all.extend(["--data", &data]);
        }
        all.extend(arguments);
        let (status, stdout, stderr) = run(&all);
        assert_eq!(status, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{stderr}\n lacks {said}");
        assert_eq!(stdout, "");
    }
    let (status, _, stderr) = run(&["report"]);
    assert_eq!(status, Some(2));
    assert!(stderr.contains("--out <FILE>"), "{stderr}");
    assert!(names(&folder).is_empty());
}

#[test]
fn no_rows_are_said_and_written() {
    let folder = folder("report-empty");
    let mut command = program(&[
        "report",
        "--out",
        "report.html",
        "--filter",
        "Exam_Score=1..2",
    ]);
    let output = command.current_dir(&folder).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert!(
        stderr.contains("No students match the filter; the report says so."),
        "{stderr}"
    );
    let html = fs::read_to_string(folder.join("report.html")).unwrap();
    assert!(html.contains("No students match these filters"));
}
