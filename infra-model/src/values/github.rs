//! Where a pipeline runs: names of GitHub.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Invalid, all};

checked_text!(
    /// Repository on GitHub, `OWNER/NAME`. Its case counts: AWS compares it letter by letter.
    Repository,
    "repository",
    |text| {
        let is_owner = |owner: &str| all(owner, |c| c.is_ascii_alphanumeric() || c == '-');
        let is_name = |name: &str| all(name, |c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let is_good = text
            .split_once('/')
            .is_some_and(|(owner, name)| is_owner(owner) && is_name(name));
        (!is_good).then_some((
            "is not a repository on GitHub",
            "write its owner and its name, like `octo-org/student-analytics`",
        ))
    }
);

checked_text!(
    /// Environment of a repository, whose rules protect a deployment.
    Environment,
    "environment",
    |text| {
        (!all(text, |c| c.is_ascii_alphanumeric() || "-_.".contains(c))).then_some((
            "has other characters than letters, digits, `-`, `_` and `.`",
            "write something like `production`",
        ))
    }
);

checked_text!(
    /// Branch that is deployed.
    Branch,
    "branch",
    |text| {
        (!all(text, |c| c.is_ascii_alphanumeric() || "-_./".contains(c))).then_some((
            "has other characters than letters, digits, `-`, `_`, `.` and `/`",
            "write something like `main`",
        ))
    }
);

/// GitHub's own numbers of a repository, written `OWNER:REPOSITORY`.
///
/// Repositories made or renamed since the middle of 2026 have them in the subject of their tokens,
/// so that nobody gets at an account by taking a name that someone gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepositoryIds {
    /// Of the user or organisation.
    pub owner: u64,
    /// Of the repository.
    pub repository: u64,
}

impl FromStr for RepositoryIds {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let numbers = text.split_once(':').and_then(|(owner, repository)| {
            Some(Self {
                owner: owner.parse().ok()?,
                repository: repository.parse().ok()?,
            })
        });
        numbers.ok_or_else(|| Invalid {
            what: "repository's numbers",
            value: text.to_owned(),
            problem: "are not two numbers",
            remedy: "write what `gh api repos/OWNER/NAME --jq '\"\\(.owner.id):\\(.id)\"'` prints",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_github_are_checked() {
        for (text, is_good) in [
            ("octo-org/student-analytics", true),
            ("octo-org/student.analytics_2", true),
            ("octo-org", false),
            ("octo-org/", false),
            ("/student-analytics", false),
            ("octo-org/student-analytics/main", false),
            ("octo-org/*", false),
            ("octo:org/student-analytics", false),
        ] {
            assert_eq!(Repository::new(text).is_ok(), is_good, "{text}");
        }
        for (text, is_good) in [("production", true), ("a:b", false), ("*", false)] {
            assert_eq!(Environment::new(text).is_ok(), is_good, "{text}");
            assert_eq!(Branch::new(text).is_ok(), is_good, "{text}");
        }
    }

    #[test]
    fn numbers_are_two() {
        let ids = RepositoryIds {
            owner: 123_456,
            repository: 456_789,
        };
        assert_eq!("123456:456789".parse(), Ok(ids));
        for text in ["", "123456", "123456:", "a:b", "1:2:3", "-1:2"] {
            assert!(text.parse::<RepositoryIds>().is_err(), "{text}");
        }
    }
}
