//! Which commit a release is of, as git says.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// A commit that is checked out.
#[derive(Debug)]
pub(super) struct Commit {
    /// Its full name.
    pub(super) hash: String,
    /// Whether the checkout has changes beside it.
    pub(super) is_dirty: bool,
}

impl Commit {
    /// The commit of the current folder.
    pub(super) fn of(sh: &Shell) -> Result<Self> {
        let hash = cmd!(sh, "git rev-parse HEAD")
            .quiet()
            .read()
            .context("git names no commit: build a release in a clone of the repository")?;
        let changes = cmd!(sh, "git status --porcelain").quiet().read()?;
        Ok(Self {
            hash,
            is_dirty: !changes.is_empty(),
        })
    }

    /// What the program's version says.
    pub(super) fn stamp(&self) -> String {
        let suffix = if self.is_dirty { "-dirty" } else { "" };
        format!("{}{suffix}", self.hash)
    }

    /// Makes a clone in `folder` that has this commit checked out.
    pub(super) fn clone_into(&self, sh: &Shell, repository: &Path, folder: &Path) -> Result<()> {
        let hash = &self.hash;
        cmd!(sh, "git clone --quiet --no-checkout {repository} {folder}").run()?;
        cmd!(sh, "git -C {folder} checkout --quiet --detach {hash}").run()?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Commit;

    #[test]
    fn the_stamp_says_what_is_not_committed() {
        for (is_dirty, expected) in [(false, "94cccb4"), (true, "94cccb4-dirty")] {
            let commit = Commit {
                hash: "94cccb4".to_owned(),
                is_dirty,
            };
            assert_eq!(commit.stamp(), expected);
        }
    }
}
