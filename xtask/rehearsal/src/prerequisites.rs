//! What a rehearsal needs of the machine, looked for before anything is started.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// Programs, each with the Debian package that brings it.
const PROGRAMS: [(&str, &str); 9] = [
    ("haproxy", "haproxy"),
    ("unshare", "util-linux"),
    ("setpriv", "util-linux"),
    ("prlimit", "util-linux"),
    ("mount", "mount"),
    ("ip", "iproute2"),
    ("useradd", "passwd"),
    ("curl", "curl"),
    ("bash", "bash"),
];
/// What makes a machine, tried without one.
const TRIAL: &str = "ip link set lo up && mount --make-rprivate / && mount -t tmpfs t /mnt && \
                     mkdir /mnt/u /mnt/w /mnt/r && \
                     mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w o /mnt/r";

/// Ensures that all is there; what is not is named with what to do, all at once.
pub(crate) fn check(tools: &Path) -> Result<()> {
    let mut missing: Vec<String> = PROGRAMS
        .iter()
        .filter(|(program, _)| find(program).is_none())
        .map(|(program, package)| format!("{program} is not installed (Debian: {package})"))
        .collect();
    if !tools.join("bin/aws").is_file() {
        let aws = tools.join("bin/aws");
        missing.push(format!("there is no AWS CLI at {}", aws.display()));
    }
    if missing.is_empty()
        && let Some(problem) = sandbox_problem()
    {
        missing.push(problem);
    }
    if !missing.is_empty() {
        bail!(
            "a rehearsal is not possible here:\n  {}",
            missing.join("\n  ")
        );
    }
    Ok(())
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path);
    // Where Debian keeps what only root runs, which may not be on everyone's PATH.
    let all = folders.chain(["/usr/sbin".into(), "/sbin".into()]);
    all.map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

fn sandbox_problem() -> Option<String> {
    let namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork"];
    let output = Command::new("unshare")
        .args(namespaces)
        .args(["sh", "-c", TRIAL])
        .stdin(Stdio::null())
        .output();
    let said = match output {
        Ok(output) if output.status.success() => return None,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    Some(format!(
        "machines of one's own cannot be made ({said}): run this as root, outside of a container \
         that forbids mounts"
    ))
}
