//! A step of `cargo xtask test`: the boot script and the units, read by the tools they are for.
//!
//! shellcheck must find nothing in the script, as it lies in its folder and as instances get it.
//! systemd must understand the service and its socket, alone as Amazon Linux 2 has them and with the
//! hardening, and then find the service hardly exposed. Nothing is installed or started: `systemd-analyze` reads a root
//! of its own.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use infra_model::settings::Settings;
use xshell::{Shell, cmd};

use deployment::placeholder;

/// The files of the script, the units and the tests' stand-in.
const FOLDER: &str = "userdata";
/// What makes the machines of a rehearsal.
const REHEARSAL: &str = "xtask/rehearsal/src";
const SERVICE: &str = "student-analytics.service";
const SOCKET: &str = "student-analytics.socket";
/// Where the unit's program lies, and where units do.
const PROGRAM: &str = "usr/local/bin/student-analytics";
const UNITS: &str = "etc/systemd/system";
/// What the unit may have to wait for or be started by, as the machine has it.
const SYSTEM_UNITS: &str = "/usr/lib/systemd/system";
/// The most that `systemd-analyze security` may say, in tenths.
const MOST_EXPOSED: &str = "20";
/// Every later version warns of this option, which 219 needs; the hardening sets its successor.
const OLD_OPTION: &str = "MemoryLimit=";

/// Checks the files below the current folder; `scratch` gets the script and the root.
pub(crate) fn check(sh: &Shell, scratch: &Path) -> Result<()> {
    shellcheck(sh, scratch)?;
    let root = scratch.join("root");
    sh.remove_path(&root)?;
    prepare(sh, &root)?;
    understood(sh, &root).context("the units alone")?;
    let drop_in = root.join(UNITS).join(format!("{SERVICE}.d"));
    sh.create_dir(&drop_in)?;
    sh.copy_file(format!("{FOLDER}/hardening.conf"), &drop_in)?;
    understood(sh, &root).context("the units with the hardening")?;
    hardly_exposed(sh, &root)
}

fn shellcheck(sh: &Shell, scratch: &Path) -> Result<()> {
    let filled = scratch.join("bootstrap.sh");
    let payload = placeholder(&Settings::published()?)?;
    sh.write_file(&filled, payload.user_data.as_str())?;
    let files = [
        Path::new(FOLDER).join("bootstrap.sh"),
        Path::new(FOLDER).join("tests/stand-in.sh"),
        filled,
        Path::new(REHEARSAL).join("machine.sh"),
        Path::new(REHEARSAL).join("inside/service.sh"),
    ];
    cmd!(sh, "shellcheck {files...}")
        .run()
        .context("shellcheck finds fault with the boot script")
}

/// A root with the units, a program for it to start, and the machine's own units.
fn prepare(sh: &Shell, root: &Path) -> Result<()> {
    let program = root.join(PROGRAM);
    sh.write_file(&program, "#!/bin/sh\n")?;
    cmd!(sh, "chmod 755 {program}").quiet().run()?;
    let system_units = root.join("usr/lib/systemd");
    sh.create_dir(&system_units)?;
    cmd!(sh, "cp -r {SYSTEM_UNITS} {system_units}")
        .quiet()
        .run()?;
    let units = root.join(UNITS);
    sh.create_dir(&units)?;
    for unit in [SERVICE, SOCKET] {
        sh.copy_file(format!("{FOLDER}/{unit}"), &units)?;
    }
    Ok(())
}

/// systemd has nothing to say about the units, not even a warning.
fn understood(sh: &Shell, root: &Path) -> Result<()> {
    let output = cmd!(
        sh,
        "systemd-analyze verify --root={root} {SERVICE} {SOCKET}"
    )
    .ignore_status()
    .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let faults: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains(OLD_OPTION))
        .collect();
    ensure!(
        output.status.success() && faults.is_empty(),
        "systemd-analyze verify finds fault ({}):\n{}",
        output.status,
        faults.join("\n")
    );
    Ok(())
}

fn hardly_exposed(sh: &Shell, root: &Path) -> Result<()> {
    let output = cmd!(
        sh,
        "systemd-analyze security --offline=true --threshold={MOST_EXPOSED} --root={root} {SERVICE}"
    )
    .arg("--no-pager")
    .ignore_status()
    .ignore_stderr()
    .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let verdict = said.lines().last().unwrap_or_default();
    ensure!(
        output.status.success() && verdict.contains(SERVICE),
        "the service is too exposed:\n{said}"
    );
    println!("{verdict}");
    Ok(())
}
