//! A step of `cargo xtask test`: what the build takes from elsewhere. cargo-deny checks licences, duplicates
//! and sources by `deny.toml`, and each crate that we name ourselves has a line in `CONTRIBUTING.md` that says
//! what for.
//!
//! Known faults are looked for by `cargo xtask ci advisories`, which needs the network: a fault that was found
//! last night says nothing about a change.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::tools;
use crate::workspace::Workspace;

/// The tool, for `pip install --requirement`.
const REQUIREMENTS: &str = "xtask/dependency-tools.txt";
/// Where each of our own choices is justified, between these two lines.
const CONTRIBUTING: &str = "CONTRIBUTING.md";
const SECTION: (&str, &str) = ("<!-- dependencies:begin -->", "<!-- dependencies:end -->");

/// Checks the workspace below the current folder.
pub(crate) fn check(sh: &Shell, workspace: &Workspace) -> Result<()> {
    let cargo_deny = cargo_deny(sh, workspace)?;
    cmd!(
        sh,
        "{cargo_deny} check --deny warnings bans licenses sources"
    )
    .run()
    .context("cargo-deny finds fault with the dependencies: see deny.toml")?;
    let metadata = cmd!(sh, "cargo metadata --no-deps --format-version 1")
        .quiet()
        .read()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let text = sh.read_file(CONTRIBUTING)?;
    compare(&chosen(&metadata), &justified(&text)?)
}

/// Asks the database of RustSec.
pub(crate) fn advisories() -> Result<()> {
    let (sh, workspace) = Workspace::enter()?;
    let cargo_deny = cargo_deny(&sh, &workspace)?;
    cmd!(sh, "{cargo_deny} check advisories")
        .run()
        .context("cargo-deny knows faults of the dependencies, or could not fetch the database")
}

fn cargo_deny(sh: &Shell, workspace: &Workspace) -> Result<PathBuf> {
    let requirements = workspace.root.join(REQUIREMENTS);
    let python = tools::python(sh, &workspace.tools(), "dependencies", &requirements)?;
    Ok(python.with_file_name("cargo-deny"))
}

/// The crates from elsewhere that a crate of ours names.
fn chosen(metadata: &Value) -> BTreeSet<&str> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter_map(|package| package["dependencies"].as_array())
        .flatten()
        .filter(|dependency| !dependency["source"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect()
}

/// The crates with a row in the table, which each say what for.
fn justified(text: &str) -> Result<BTreeSet<&str>> {
    let (begin, end) = SECTION;
    let section = text
        .split_once(begin)
        .and_then(|(_, rest)| rest.split_once(end))
        .with_context(|| format!("{CONTRIBUTING} has no lines {begin} and {end}"))?
        .0;
    let rows = section.lines().filter_map(|line| {
        let (name, reason) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((name, reason.trim_end_matches('|').trim()))
    });
    rows.map(|(name, reason)| {
        ensure!(!reason.is_empty(), "{name} has no reason in {CONTRIBUTING}");
        Ok(name)
    })
    .collect()
}

fn compare(chosen: &BTreeSet<&str>, justified: &BTreeSet<&str>) -> Result<()> {
    let list = |names: Vec<&&str>| names.into_iter().copied().collect::<Vec<_>>().join(", ");
    let missing = list(chosen.difference(justified).collect());
    let stale = list(justified.difference(chosen).collect());
    ensure!(
        missing.is_empty(),
        "no row in {CONTRIBUTING} says what {missing} is for: write one, or do without it"
    );
    ensure!(
        stale.is_empty(),
        "nothing depends on {stale}: remove its row from {CONTRIBUTING}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    const TABLE: &str = "text\n<!-- dependencies:begin -->\n| crate | for |\n| --- | --- |\n\
                         | `axum` | the routes |\n| `csv` | reading tables |\n<!-- dependencies:end -->\n";

    #[test]
    fn our_own_crates_need_no_reason() {
        let metadata = json!({ "packages": [{ "dependencies": [
            { "name": "axum", "source": "registry+https://github.com/rust-lang/crates.io-index" },
            { "name": "infra-model", "source": null },
        ] }] });
        assert_eq!(chosen(&metadata), ["axum"].into());
    }

    #[test]
    fn each_choice_has_a_row_and_each_row_a_choice() {
        let justified = justified(TABLE).unwrap();
        for (chosen, problem) in [
            (&["axum", "csv"][..], None),
            (&["axum", "csv", "left-pad"], Some("what left-pad is for")),
            (&["axum"], Some("nothing depends on csv")),
        ] {
            let result = compare(&chosen.iter().copied().collect(), &justified);
            let said = result
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(said.contains(problem.unwrap_or_default()), "{said}");
            assert_eq!(said.is_empty(), problem.is_none(), "{said}");
        }
    }

    #[test]
    fn a_row_without_a_reason_is_none() {
        let table = TABLE.replace("reading tables", "");
        assert!(
            justified(&table)
                .unwrap_err()
                .to_string()
                .contains("csv has no reason")
        );
        assert!(justified("text").is_err());
    }
}
