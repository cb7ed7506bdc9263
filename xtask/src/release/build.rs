//! The build of a release: which flags make it run on an old glibc, and the same wherever it is built.
//!
//! A program differs from folder to folder by the paths in its messages, so each folder that the
//! compilers see is given another name. Cargo's own names for what it builds do not depend on
//! the folder, and zig's linker writes the same for the same input.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use super::PROGRAM;
use super::commit::Commit;
use super::glibc::OLDEST;
use crate::tools::{self, Zigbuild};

/// What instances are.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// What compilers take for the time, 1980-01-01. It is not the commit's, because C code and all that
/// depends on it would be compiled anew for each.
const TIME: &str = "315532800";

/// One build of a commit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Build<'a> {
    /// Where its source is.
    pub(super) checkout: &'a Path,
    /// Where it is built.
    pub(super) target: &'a Path,
    /// What builds it.
    pub(super) tools: &'a Zigbuild,
    /// What the program is to say that it was built from.
    pub(super) commit: &'a Commit,
}

impl Build<'_> {
    /// Builds; the program.
    pub(super) fn run(&self, sh: &Shell) -> Result<PathBuf> {
        tools::target(sh, TRIPLE)?;
        let _in_checkout = sh.push_dir(self.checkout);
        let names = self.names(sh)?;
        let cargo_zigbuild = &self.tools.program;
        let target = format!("{TRIPLE}.{OLDEST}");
        let command = cmd!(
            sh,
            "{cargo_zigbuild} zigbuild --release --locked --package {PROGRAM} --features s3 --target {target}"
        );
        self.environment(command, &names)
            .run()
            .context("the release does not build")?;
        Ok(self.target.join(TRIPLE).join("release").join(PROGRAM))
    }

    /// Everything of the environment that the program's bytes depend on.
    fn environment<'sh>(&self, command: Cmd<'sh>, names: &[(PathBuf, &str)]) -> Cmd<'sh> {
        // These would be the caller's choices, not the project's.
        let foreign = std::env::vars_os().map(|(name, _)| name).filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with("CARGO_PROFILE_") || name.contains("CFLAGS")
        });
        let command = foreign.fold(command, |command, name| command.env_remove(name));
        command
            .env("CARGO_TARGET_DIR", self.target)
            .env(
                "CARGO_ENCODED_RUSTFLAGS",
                flags("--remap-path-prefix", names, "\x1f"),
            )
            .env(
                "CFLAGS_x86_64_unknown_linux_gnu",
                flags("-ffile-prefix-map", names, " "),
            )
            .env("SOURCE_DATE_EPOCH", TIME)
            .env("STUDENT_ANALYTICS_COMMIT", self.commit.stamp())
            .env("CARGO_ZIGBUILD_ZIG_PATH", &self.tools.zig)
            .env("CARGO_ZIGBUILD_CACHE_DIR", &self.tools.cache)
            .env("ZIG_GLOBAL_CACHE_DIR", &self.tools.cache)
            .env("ZIG_LOCAL_CACHE_DIR", &self.tools.cache)
    }

    /// Folders, and what each is called instead. Of several that fit, compilers take the last.
    fn names(&self, sh: &Shell) -> Result<Vec<(PathBuf, &'static str)>> {
        let cargo = cargo_home()?;
        let mut names = vec![
            (self.checkout.to_owned(), "/source"),
            (cargo.clone(), "/cargo"),
        ];
        // Packages lie in folders that are named after where they were fetched from.
        let registries = sh.read_dir(cargo.join("registry/src"));
        names.extend(
            registries
                .unwrap_or_default()
                .into_iter()
                .map(|folder| (folder, "/registry")),
        );
        names.push((self.target.to_owned(), "/target"));
        Ok(names)
    }
}

/// Where cargo keeps what it fetches.
fn cargo_home() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(folder));
    }
    let home = std::env::home_dir().context("there is no home folder: set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}

/// `flag` for each folder.
fn flags(flag: &str, names: &[(PathBuf, &str)], between: &str) -> OsString {
    let mut flags = OsString::new();
    for (folder, name) in names {
        if !flags.is_empty() {
            flags.push(between);
        }
        flags.push(format!("{flag}="));
        flags.push(folder);
        flags.push(format!("={name}"));
    }
    flags
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::flags;

    #[test]
    fn each_folder_gets_its_flag() {
        let names = [
            (PathBuf::from("/home/anna/work"), "/source"),
            (PathBuf::from("/home/anna/.cargo"), "/cargo"),
        ];
        let table = [
            (0, ""),
            (1, "-m=/home/anna/work=/source"),
            (2, "-m=/home/anna/work=/source -m=/home/anna/.cargo=/cargo"),
        ];
        for (count, expected) in table {
            assert_eq!(flags("-m", &names[..count], " "), expected);
        }
    }
}
