//! `cargo xtask rehearse`: the whole deployment on this machine. The programs that it needs are
//! built, the tools fetched, and then this process becomes the rehearsal.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::program::{self, Arguments};
use crate::tools;
use crate::workspace::Workspace;

/// The rehearsal's package, and its program.
const REHEARSAL: &str = "xtask-rehearsal";
/// The dashboard's program.
const DASHBOARD: &str = "student-analytics";

/// What a rehearsal is made with, each under the variable that names it.
pub(crate) type Parts = [(&'static str, PathBuf); 3];

/// Becomes the rehearsal.
pub(crate) fn rehearse(arguments: &Arguments) -> Result<()> {
    let (sh, workspace) = Workspace::enter()?;
    let rehearsal = program::built(REHEARSAL, &workspace.root)?;
    let wants_help = |word: &OsString| word == "--help" || word == "-h";
    let mut command = Command::new(&rehearsal);
    if !arguments.words().iter().any(wants_help) {
        if let Some(sudo) = sudo(&sh)? {
            let mut words = sudo.split(' ');
            command = Command::new(words.next().unwrap_or_default());
            command.args(words).arg(&rehearsal);
        }
        command.envs(parts(&sh, &workspace)?);
    }
    // Only a failure returns.
    let error = command.args(arguments.words()).exec();
    Err(error).with_context(|| format!("{} cannot be started", rehearsal.display()))
}

/// Builds and fetches what a rehearsal is made with. The dashboard is that of the dev profile,
/// unless a release is given.
pub(crate) fn parts(sh: &Shell, workspace: &Workspace) -> Result<Parts> {
    tools::rehearsal(sh)?;
    let moto = tools::moto(sh, workspace)?;
    let commands = program::aws_commands(workspace)?;
    let artifact = match std::env::var_os("STUDENT_ANALYTICS_ARTIFACT") {
        Some(path) => std::path::absolute(path)?,
        None => stripped(sh, workspace)?,
    };
    Ok([
        ("STUDENT_ANALYTICS_MOTO", moto),
        ("STUDENT_ANALYTICS_XTASK_AWS", commands),
        ("STUDENT_ANALYTICS_ARTIFACT", artifact),
    ])
}

/// The dashboard with S3, where instances have their data, and without what only a debugger reads:
/// instances download it.
fn stripped(sh: &Shell, workspace: &Workspace) -> Result<PathBuf> {
    let dashboard = workspace.program_with_s3(sh)?;
    let folder = workspace.target.join("rehearsal");
    sh.create_dir(&folder)?;
    let stripped = folder.join(DASHBOARD);
    cmd!(sh, "strip -o {stripped} {dashboard}")
        .quiet()
        .run()
        .context("the dashboard cannot be stripped: install binutils")?;
    Ok(stripped)
}

/// What makes the rehearsal root's, which making machines needs; nothing, if it is already.
pub(crate) fn sudo(sh: &Shell) -> Result<Option<&'static str>> {
    if cmd!(sh, "id --user").quiet().read()? == "0" {
        return Ok(None);
    }
    let may = cmd!(sh, "sudo --non-interactive true")
        .quiet()
        .ignore_stderr()
        .run();
    ensure!(
        may.is_ok(),
        "a rehearsal makes machines with files, processes and networks of their own, which only \
         root may: run it as root, or let sudo run without a password"
    );
    Ok(Some("sudo --non-interactive --preserve-env"))
}
