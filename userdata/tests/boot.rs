//! The boot script's own steps under bash, with stand-ins for the programs that change the machine.
//!
//! Everything but the last lines, which open the console and the log, runs as it is. That it works
//! with the real programs is shown where a whole machine can be had.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use infra_model::settings::Settings;
use infra_model::values::Sha256;
use userdata::{HARDENING, SOCKET, UNIT, user_data};

/// The programs that the script calls and that stand-ins replace.
const PROGRAMS: [&str; 8] = [
    "aws",
    "curl",
    "id",
    "install",
    "mv",
    "systemctl",
    "timeout",
    "useradd",
];
/// What the stand-in of the AWS CLI downloads, and its checksum.
const OBJECT: (&str, &str) = (
    "the object",
    "a0ea0005d8f2960fcf0d2ac91ed325acde6685569d9ac36b0d8147c0868a5479",
);
/// The checksums of release and sample, as they are.
const RIGHT: [&str; 2] = [OBJECT.1; 2];
const WRONG: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// A clock that only waiting moves on; each wait is written down.
const CLOCK: &str = r#"
unset SECONDS; SECONDS=0
sleep() { SECONDS=$((SECONDS + ${1%.*} + 1)); echo "sleep $1" >>"$CALLS"; }
"#;
/// Always the same moment.
const DATE: &str = "date() { echo NOW; }";

/// What a run of the script did.
struct Run {
    succeeded: bool,
    /// What it said.
    said: String,
    /// The calls of programs, in order.
    calls: String,
}

/// A folder that goes with its owner.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a command of the script, such as `main`, in a folder of the trial's name.
fn run(trial: &str, command: &str, checksums: [&str; 2], environment: &[(&str, &str)]) -> Run {
    let scratch = Scratch(Path::new(env!("CARGO_TARGET_TMPDIR")).join(trial));
    let folder = &scratch.0;
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand-in.sh");
    for program in PROGRAMS {
        symlink(&stand_in, folder.join("bin").join(program)).unwrap();
    }
    let settings = Settings::published().unwrap();
    let [release, sample] = checksums.map(|digits| Sha256::new(digits).unwrap());
    let script = user_data(&settings, &release, &sample).unwrap();
    let (steps, last) = script.as_str().split_once("\nconsole=").unwrap();
    assert!(last.lines().count() < 6, "what is not tried here is short");

    let path = std::env::var("PATH").unwrap();
    let output = Command::new("bash")
        .arg("-c")
        .arg(format!("{steps}\n{CLOCK}\n{DATE}\n{command} 2>&1\n"))
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("CALLS", folder.join("calls"))
        .env("TMPDIR", folder)
        .envs([("OBJECT", OBJECT.0), ("SYSTEMD", "252 (252.23-3.amzn2023)")])
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let calls = std::fs::read_to_string(folder.join("calls")).unwrap_or_default();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "all is said on one stream"
    );
    let mut left = std::fs::read_dir(folder).unwrap();
    let download = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("tmp.");
    assert!(
        !left.any(|entry| download(&entry.unwrap().file_name())),
        "downloads are left behind"
    );
    Run {
        succeeded: output.status.success(),
        said: String::from_utf8(output.stdout).unwrap(),
        calls: without_folder(&calls, folder),
    }
}

/// How many characters mktemp chooses.
const RANDOM: usize = 10;

/// The calls with WORK for the folder whose name is another each time.
fn without_folder(calls: &str, folder: &Path) -> String {
    let folder = format!("{}/tmp.", folder.display());
    let mut parts = calls.split(&folder);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| format!("{all}WORK{}", &part[RANDOM..]))
}

#[test]
fn the_object_has_its_checksum() {
    let sum = Command::new("bash")
        .args(["-c", &format!("printf %s '{}' | sha256sum", OBJECT.0)])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&sum.stdout),
        format!("{}  -\n", OBJECT.1)
    );
}

#[test]
fn what_it_does_on_amazon_linux_2023() {
    let run = run("al2023", "main", RIGHT, &[("FAILS", "id ")]);
    assert!(run.succeeded, "{}", run.said);
    insta::assert_snapshot!(format!("{}---\n{}", run.calls, run.said));
}

#[test]
fn systemd_219_gets_no_hardening() {
    let run = run("al2", "main", RIGHT, &[("SYSTEMD", "219")]);
    assert!(run.succeeded, "{}", run.said);
    assert!(
        run.calls
            .contains("/etc/systemd/system/student-analytics.service\n")
    );
    assert!(!run.calls.contains("hardening"), "{}", run.calls);
}

#[test]
fn a_second_run_keeps_the_user() {
    let run = run("again", "main", RIGHT, &[]);
    assert!(run.succeeded, "{}", run.said);
    assert!(!run.calls.contains("useradd"), "{}", run.calls);
}

/// What fails, what is said, and the last thing that was done.
#[test]
fn failures_say_why() {
    for (trial, fails, checksums, said, last) in [
        (
            "unreachable",
            "aws ",
            RIGHT,
            "cannot be downloaded, after",
            "aws s3 cp ",
        ),
        (
            "checksum",
            "",
            [WRONG, OBJECT.1],
            "nothing was installed",
            "aws s3 cp ",
        ),
        (
            "checksum of the sample",
            "",
            [OBJECT.1, WRONG],
            "StudentPerformanceFactors.csv has the SHA-256",
            "aws s3 cp ",
        ),
        ("user", "useradd ", RIGHT, ": useradd --system", "useradd "),
        (
            "start",
            "systemctl start",
            RIGHT,
            ": systemctl start \"$name.socket\" \"$name.service\"",
            "systemctl start ",
        ),
        (
            "not ready",
            "curl ",
            RIGHT,
            "http://127.0.0.1:8501/readyz does not answer",
            "systemctl status ",
        ),
        (
            "no version",
            "systemctl --version",
            RIGHT,
            "boot failed: line ",
            "systemctl --version",
        ),
    ] {
        let known = if trial == "user" { "false" } else { "true" };
        let command = format!("id() {{ {known}; }}; main");
        let run = run(trial, &command, checksums, &[("FAILS", fails)]);
        assert!(!run.succeeded, "{trial}: {}", run.said);
        assert!(run.said.contains("boot failed: "), "{trial}: {}", run.said);
        assert!(run.said.contains(said), "{trial}: {}", run.said);
        let done = run.calls.lines().last().unwrap_or_default();
        assert!(done.starts_with(last), "{trial}: {}", run.calls);
    }
}

#[test]
fn a_download_is_tried_again_with_longer_waits_until_a_bound() {
    let run = run("retries", "main", RIGHT, &[("FAILS", "aws ")]);
    let waits: Vec<&str> = run
        .calls
        .lines()
        .filter_map(|call| call.strip_prefix("sleep "))
        .collect();
    assert_eq!(waits[..6], ["1", "2", "4", "8", "16", "16"]);
    let total: u32 = waits.iter().map(|wait| wait.parse::<u32>().unwrap()).sum();
    assert!((120..=180).contains(&total), "{waits:?}");
    let nothing_else = run.calls.lines().all(|call| {
        ["timeout 60 aws s3 cp ", "aws s3 cp ", "sleep "]
            .iter()
            .any(|it| call.starts_with(it))
    });
    assert!(nothing_else, "{}", run.calls);
}

#[test]
fn the_files_come_out_of_the_script_as_they_are() {
    for (trial, command, file) in [
        ("unit", "write_unit", UNIT),
        ("socket", "write_socket", SOCKET),
        ("hardening", "write_hardening", HARDENING),
    ] {
        assert_eq!(run(trial, command, RIGHT, &[]).said, file);
    }
}
