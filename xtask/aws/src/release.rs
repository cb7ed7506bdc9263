//! The releases that the bucket holds, and what each says of itself.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures_util::future::try_join_all;
use infra_model::names::{RELEASES, release_key};
use infra_model::observed::Observed;
use infra_model::settings::Settings;
use infra_model::values::Sha256;
use tokio::process::Command;
use tokio::time::timeout;

use crate::clients::Clients;
use crate::failure::{Failure, failed};

/// The metadata of a release's object that names the commit that it was built from.
pub(crate) const COMMIT: &str = "commit";
/// How many characters of a checksum tell releases apart.
pub(crate) const SHORT: usize = 12;
/// Fewer characters name nothing.
const FEWEST: usize = 4;
/// How long a program may take to say its version.
const ANSWER: Duration = Duration::from_secs(10);

/// A release in the bucket.
#[derive(Clone, Debug)]
struct Kept {
    sha256: Sha256,
    uploaded: DateTime,
    bytes: i64,
    commit: Option<String>,
    place: Place,
}

/// What a release is to the deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    InUse,
    Previous,
    Other,
}

/// All releases that the bucket holds, the newest first.
#[derive(Debug)]
pub(crate) struct Shelf(Vec<Kept>);

/// Looks at all of them.
pub(crate) async fn shelf(
    clients: &Clients,
    settings: &Settings,
    observed: &Observed,
) -> Result<Shelf, Failure> {
    let bucket = settings.bucket_name();
    let request = clients.s3.list_objects_v2().bucket(&bucket);
    let pages = request.prefix(RELEASES).into_paginator().send();
    let pages = match pages.try_collect().await {
        Ok(pages) => pages,
        Err(error) => {
            let failure = failed("s3:ListBucket", &bucket)(error);
            if failure.is_absent() {
                return Ok(Shelf(Vec::new()));
            }
            return Err(failure);
        }
    };
    let objects = pages
        .into_iter()
        .flat_map(|it| it.contents.unwrap_or_default());
    let releases = objects.filter_map(|it| {
        let sha256 = it.key()?.strip_prefix(RELEASES)?.split('/').next()?;
        let sha256 = Sha256::new(sha256.to_owned()).ok()?;
        // What else lies there is no release.
        let is_program = it.key() == Some(&*release_key(&sha256));
        is_program.then_some((sha256, it.last_modified?, it.size.unwrap_or_default()))
    });
    let in_use = observed.release_in_use(settings);
    // The newest of those that are still there.
    let releases: Vec<_> = releases.collect();
    let is_there = |name: &String| releases.iter().any(|(it, ..)| it.as_str() == name);
    let previous = observed
        .releases_before(settings)
        .into_iter()
        .find(is_there);
    let all = releases.into_iter().map(async |(sha256, uploaded, bytes)| {
        let place = match Some(sha256.as_str()) {
            it if it == in_use.as_deref() => Place::InUse,
            it if it == previous.as_deref() => Place::Previous,
            _ => Place::Other,
        };
        Ok(Kept {
            commit: commit(clients, &bucket, &sha256).await?,
            sha256,
            uploaded,
            bytes,
            place,
        })
    });
    let mut all: Vec<Kept> = try_join_all(all).await?;
    all.sort_by_key(|it| std::cmp::Reverse(it.uploaded.secs()));
    Ok(Shelf(all))
}

async fn commit(
    clients: &Clients,
    bucket: &str,
    release: &Sha256,
) -> Result<Option<String>, Failure> {
    let key = release_key(release);
    let answer = clients
        .s3
        .head_object()
        .bucket(bucket)
        .key(&key)
        .send()
        .await;
    match answer.map_err(failed("s3:GetObject", key)) {
        Ok(answer) => Ok(answer.metadata().and_then(|all| all.get(COMMIT)).cloned()),
        // It has just gone.
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

impl Shelf {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The release that was in use before this one.
    pub(crate) fn previous(&self) -> Result<Sha256> {
        match self.0.iter().find(|it| it.place == Place::Previous) {
            Some(it) => Ok(it.sha256.clone()),
            None if self.0.iter().all(|it| it.place == Place::InUse) => bail!(
                "the bucket holds no release but the one in use: there is nothing to return to; `cargo xtask \
                 deploy --artifact PATH` deploys another one"
            ),
            None => bail!(
                "no release that the bucket still holds was in use before this one: name one of those above"
            ),
        }
    }

    /// The release whose checksum or commit begins so.
    pub(crate) fn find(&self, beginning: &str) -> Result<Sha256> {
        if beginning.len() < FEWEST {
            bail!(
                "`{beginning}` is too short to name a release: give at least {FEWEST} characters"
            );
        }
        let is_it = |it: &&Kept| {
            it.sha256.as_str().starts_with(beginning)
                || it
                    .commit
                    .as_deref()
                    .is_some_and(|commit| commit.starts_with(beginning))
        };
        let found: Vec<&Kept> = self.0.iter().filter(is_it).collect();
        match found.as_slice() {
            [] => {
                bail!("no release in the bucket begins with `{beginning}`: those above are there")
            }
            [it] => Ok(it.sha256.clone()),
            several => bail!(
                "`{beginning}` begins {} releases: give more of the SHA-256",
                several.len()
            ),
        }
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<SHORT$}  {:<20}  {:>8}  commit",
            "release", "uploaded", "size"
        )?;
        for it in &self.0 {
            let Kept {
                sha256,
                uploaded,
                bytes,
                commit,
                place,
            } = it;
            let sha256 = sha256.as_str().get(..SHORT).unwrap_or_default();
            let uploaded = uploaded.fmt(Format::DateTime).unwrap_or_default();
            let size = format!("{:.1} MB", *bytes as f64 / 1e6);
            let commit = commit.as_deref().unwrap_or("unknown");
            let place = match place {
                Place::InUse => "  (in use)",
                Place::Previous => "  (previous)",
                Place::Other => "",
            };
            write!(f, "\n{sha256}  {uploaded:<20}  {size:>8}  {commit}{place}")?;
        }
        Ok(())
    }
}

/// The commit that a release's program names when it is asked for its version; none when it does
/// not run here, or was not built from one.
pub(crate) async fn commit_of(program: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .env_clear()
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = timeout(ANSWER, command.output()).await.ok()?.ok()?;
    stamp(&String::from_utf8_lossy(&output.stdout)).map(str::to_owned)
}

/// The commit in `student-analytics 1.0.0 (COMMIT)`, which may end in `-dirty`.
fn stamp(version: &str) -> Option<&str> {
    let (_, rest) = version.trim().rsplit_once('(')?;
    let stamp = rest.strip_suffix(')')?;
    let hash = stamp.strip_suffix("-dirty").unwrap_or(stamp);
    let is_commit = hash.len() == 40 && hash.bytes().all(|it| it.is_ascii_hexdigit());
    is_commit.then_some(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_names_a_commit_or_none() {
        let commit = "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0";
        let dirty = format!("{commit}-dirty");
        for (version, expected) in [
            (
                format!("student-analytics 0.1.0 ({commit})\n"),
                Some(commit),
            ),
            (format!("student-analytics 0.1.0 ({dirty})"), Some(&*dirty)),
            ("student-analytics 0.1.0 (development)".to_owned(), None),
            ("no release is deployed".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(stamp(&version), expected, "{version}");
        }
    }

    fn shelf() -> Shelf {
        let kept = |digits: &str, commit: Option<&str>, place| Kept {
            sha256: Sha256::new(digits.repeat(64 / digits.len())).unwrap(),
            uploaded: DateTime::from_secs(1_750_000_000),
            bytes: 27_345_678,
            commit: commit.map(str::to_owned),
            place,
        };
        Shelf(vec![
            kept("ab12", Some("9c091bb21b7c"), Place::InUse),
            kept("ab13", Some("c5ba7857cfee"), Place::Previous),
            kept("cd", None, Place::Other),
        ])
    }

    #[test]
    fn a_release_is_named_by_the_beginning_of_its_checksum_or_commit() {
        let shelf = shelf();
        for (beginning, expected) in [
            ("ab13", Ok("ab13")),
            ("9c09", Ok("ab12")),
            ("cdcdcdcd", Ok("cdcd")),
            ("ab1", Err("too short")),
            ("ffff", Err("no release in the bucket begins with `ffff`")),
        ] {
            match (shelf.find(beginning), expected) {
                (Ok(found), Ok(expected)) => assert!(found.as_str().starts_with(expected)),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, _) => panic!("{beginning} gave {found:?}"),
            }
        }
        assert!(shelf.previous().unwrap().as_str().starts_with("ab13"));
        assert!(Shelf(Vec::new()).previous().is_err());
    }

    #[test]
    fn the_list_says_when_how_large_and_from_what() {
        insta::assert_snapshot!(shelf(), @r"
    release       uploaded                  size  commit
    ab12ab12ab12  2025-06-15T15:06:40Z   27.3 MB  9c091bb21b7c  (in use)
    ab13ab13ab13  2025-06-15T15:06:40Z   27.3 MB  c5ba7857cfee  (previous)
    cdcdcdcdcdcd  2025-06-15T15:06:40Z   27.3 MB  unknown
    ");
    }
}
