//! `cargo xtask release`: the dashboard's program for Amazon Linux 2 and 2023, the same bytes
//! wherever a commit is built.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use sha2::Digest;
use xshell::{Shell, cmd};

use crate::output;
use crate::tools;
use crate::workspace::Workspace;
use build::Build;
use commit::Commit;
use glibc::Glibc;

mod build;
mod commit;
mod glibc;

/// What an instance may be made to download, in bytes.
const LARGEST: usize = 30_000_000;
/// The package, and its program.
const PROGRAM: &str = "student-analytics";

/// Options of `cargo xtask release`.
#[derive(Debug, clap::Args)]
pub(crate) struct Release {
    /// Build the commit a second time, in another folder and from nothing, and compare.
    #[arg(long, conflicts_with = "allow_dirty")]
    verify: bool,
    /// Build although something is not committed; the program's version says so.
    #[arg(long)]
    allow_dirty: bool,
    /// Print only where the program is.
    #[arg(long)]
    quiet: bool,
}

/// What was built.
struct Built {
    /// Where the program is, in a folder that is called by its SHA-256.
    program: PathBuf,
    sha256: String,
    size: usize,
    /// The highest version of glibc that it asks for.
    glibc: Glibc,
}

impl Release {
    /// Builds, checks, and says what was built.
    pub(crate) fn run(&self) -> Result<()> {
        let (sh, workspace) = Workspace::enter()?;
        let commit = Commit::of(&sh)?;
        ensure!(
            !commit.is_dirty || self.allow_dirty,
            "the checkout has changes that are not committed, and a release is of a commit: commit them, or \
             give --allow-dirty"
        );
        let tools = tools::zigbuild(&sh, &workspace)?;
        let here = Build {
            checkout: &workspace.root,
            target: &workspace.target,
            tools: &tools,
            commit: &commit,
        };
        let program = here.run(&sh)?;
        let built = keep(&sh, &program, &workspace.target.join("release-artifacts"))?;
        if self.verify {
            verify(&sh, &workspace, &here, &built)?;
        }
        if self.quiet {
            return output::print(&format!("{}\n", built.program.display()));
        }
        output::print(&described(&sh, &built, &commit, self.verify)?)
    }
}

/// Checks a program and puts it where later builds do not overwrite it.
fn keep(sh: &Shell, program: &Path, folder: &Path) -> Result<Built> {
    let bytes = sh.read_binary_file(program)?;
    let glibc = glibc::check(&bytes)?;
    let size = bytes.len();
    check_size(size)?;
    let sha256 = sha256(&bytes);
    Ok(Built {
        program: put(sh, program, &folder.join(&sha256))?,
        sha256,
        size,
        glibc,
    })
}

/// Copies the program into a folder; where it is then.
fn put(sh: &Shell, program: &Path, folder: &Path) -> Result<PathBuf> {
    sh.create_dir(folder)?;
    let kept = folder.join(PROGRAM);
    sh.copy_file(program, &kept)?;
    Ok(kept)
}

fn check_size(size: usize) -> Result<()> {
    ensure!(
        size <= LARGEST,
        "the program has {size} bytes, {} more than a release may have: find what made it grow",
        size - LARGEST
    );
    Ok(())
}

/// A second build, in a clone of the commit, with nothing of the first.
fn verify(sh: &Shell, workspace: &Workspace, first: &Build<'_>, built: &Built) -> Result<()> {
    let folder = workspace.target.join("release-verify");
    sh.remove_path(&folder)?;
    let checkout = folder.join("checkout");
    first.commit.clone_into(sh, first.checkout, &checkout)?;
    let second = Build {
        checkout: &checkout,
        target: &folder.join("target"),
        ..*first
    };
    let program = second.run(sh)?;
    let sha256 = sha256(&sh.read_binary_file(&program)?);
    ensure!(
        sha256 == built.sha256,
        "two builds of one commit differ: {} has the SHA-256 {}, {} has {sha256}; compare them with `cmp -l` \
         and `strings`",
        built.program.display(),
        built.sha256,
        program.display()
    );
    Ok(sh.remove_path(&folder)?)
}

/// The report for a person.
fn described(sh: &Shell, built: &Built, commit: &Commit, is_verified: bool) -> Result<String> {
    let rustc = cmd!(sh, "rustc --version").quiet().read()?;
    let again = match is_verified {
        true => "the same from a second build in another folder",
        false => "not verified: --verify builds it a second time",
    };
    Ok(format!(
        "program   {}\nversion   {} ({})\nbuilt by  {rustc}\nsize      {:.1} MB ({} bytes)\n\
         SHA-256   {}\n          {again}\nglibc     asks for {} at most\n",
        built.program.display(),
        env!("CARGO_PKG_VERSION"),
        commit.stamp(),
        built.size as f64 / 1e6,
        built.size,
        built.sha256,
        built.glibc,
    ))
}

fn sha256(bytes: &[u8]) -> String {
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use xshell::Shell;

    use super::{check_size, put, sha256};

    #[test]
    fn a_program_is_put_where_nothing_is_yet_and_where_it_is_already() {
        let sh = Shell::new().unwrap();
        let home = sh.create_temp_dir().unwrap();
        let program = home.path().join("built");
        sh.write_file(&program, "the program").unwrap();
        let folder = home.path().join("release-artifacts/0a1b");
        for _ in 0..2 {
            let kept = put(&sh, &program, &folder).unwrap();
            assert_eq!(kept, folder.join("student-analytics"));
            assert_eq!(sh.read_file(kept).unwrap(), "the program");
        }
    }

    #[test]
    fn a_release_has_30_megabytes_at_most() {
        check_size(30_000_000).unwrap();
        let error = check_size(30_000_123).unwrap_err().to_string();
        assert!(error.contains("30000123 bytes, 123 more"), "{error}");
    }

    #[test]
    fn the_checksum_is_that_of_sha256sum() {
        let of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), of_nothing);
    }
}
