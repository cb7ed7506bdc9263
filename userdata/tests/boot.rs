//! The boot script's own steps under bash, with stand-ins for the programs that change the machine.
//!
//! Everything but the last lines, which open the console and the log, runs as it is. That it works
//! with the real programs is shown where a whole machine can be had.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use infra_model::settings::Settings;
use infra_model::values::{ParameterPath, Sha256};
use userdata::{HARDENING, SOCKET, UNIT, service_settings, user_data};

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
/// The release's checksum, as it is.
const RIGHT: &str = OBJECT.1;
/// What the stand-in of the AWS CLI says of each parameter.
const SECRET: &str = "$argon2id$the-secret";
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

/// Runs a command of the published system's script, such as `main`, in a folder of the trial's name.
fn run(trial: &str, command: &str, checksum: &str, environment: &[(&str, &str)]) -> Run {
    let settings = Settings::published().unwrap();
    run_of(&settings, trial, command, checksum, environment)
}

fn run_of(
    settings: &Settings,
    trial: &str,
    command: &str,
    checksum: &str,
    environment: &[(&str, &str)],
) -> Run {
    let scratch = Scratch(Path::new(env!("CARGO_TARGET_TMPDIR")).join(trial));
    let folder = &scratch.0;
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand-in.sh");
    for program in PROGRAMS {
        symlink(&stand_in, folder.join("bin").join(program)).unwrap();
    }
    let release = Sha256::new(checksum).unwrap();
    let script = user_data(settings, &release).unwrap();
    let (steps, last) = script.as_str().split_once("\nconsole=").unwrap();
    assert!(last.lines().count() < 6, "what is not tried here is short");

    let path = std::env::var("PATH").unwrap();
    let output = Command::new("bash")
        .arg("-c")
        .arg(format!("{steps}\n{CLOCK}\n{DATE}\n{command} 2>&1\n"))
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("CALLS", folder.join("calls"))
        .env("TMPDIR", folder)
        .envs([("OBJECT", OBJECT.0), ("SECRET", SECRET)])
        .env("SYSTEMD", "252 (252.23-3.amzn2023)")
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
    for (trial, fails, checksum, said, last) in [
        (
            "unreachable",
            "aws ",
            RIGHT,
            "cannot be downloaded, after",
            "aws s3 cp ",
        ),
        ("checksum", "", WRONG, "nothing was installed", "aws s3 cp "),
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
            "http://127.0.0.1:8501/readyz is not ready 120 s after the start: is \
             s3://student-performance-app-files/StudentPerformanceFactors.csv a table?",
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
        let run = run(trial, &command, checksum, &[("FAILS", fails)]);
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

/// The published system with a password.
fn with_password() -> Settings {
    Settings {
        access: Some(ParameterPath::new("/student-analytics/prod").unwrap()),
        ..Settings::published().unwrap()
    }
}

#[test]
fn secrets_go_from_the_parameter_store_into_files_and_nowhere_else() {
    let run = run_of(&with_password(), "secrets", "main", RIGHT, &[]);
    assert!(run.succeeded, "{}", run.said);
    for secret in ["password-hash", "cookie-key"] {
        let ask = format!(
            "aws ssm get-parameter --name /student-analytics/prod/{secret} --with-decryption \
             --query Parameter.Value --output text --region eu-north-1\n"
        );
        let keep = format!(
            "install -D -o root -g student-analytics -m 640 WORK/{secret} \
             /etc/student-analytics/{secret}.new\n"
        );
        assert!(run.calls.contains(&ask), "{}", run.calls);
        assert!(run.calls.contains(&keep), "{}", run.calls);
    }
    assert!(!run.calls.contains(SECRET), "{}", run.calls);
    assert!(!run.said.contains(SECRET), "{}", run.said);
}

#[test]
fn a_service_without_its_secrets_is_not_started() {
    let fails = [("FAILS", "aws ssm")];
    let run = run_of(&with_password(), "no secrets", "main", RIGHT, &fails);
    assert!(!run.succeeded, "{}", run.said);
    let said =
        "boot failed: the parameter /student-analytics/prod/password-hash cannot be read, after";
    assert!(run.said.contains(said), "{}", run.said);
    assert!(!run.calls.contains("systemctl start"), "{}", run.calls);
}

#[test]
fn the_files_come_out_of_the_script_as_they_are() {
    let settings = service_settings(&Settings::published().unwrap());
    for (trial, command, file) in [
        ("settings", "write_settings", settings.as_str()),
        ("unit", "write_unit", UNIT),
        ("socket", "write_socket", SOCKET),
        ("hardening", "write_hardening", HARDENING),
    ] {
        assert_eq!(run(trial, command, RIGHT, &[]).said, file);
    }
}
