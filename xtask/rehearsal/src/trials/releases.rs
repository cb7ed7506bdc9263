//! Trials of deployments: a good release and one that never becomes ready.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::{Found, Scene};
use crate::fleet::Fleet;
use crate::report::took;

/// A program that ends as soon as it is started.
const NEVER_READY: &[u8] = b"#!/bin/sh\necho 'this release does not work' >&2\nexit 1\n";

impl Scene<'_> {
    /// The same program with another checksum: its loader passes over what follows it.
    pub(super) async fn release(&self) -> Result<Found> {
        let mut program = std::fs::read(self.stage.artifact()).context("the artifact")?;
        program.extend(format!("{:?}", Instant::now()).bytes());
        let file = self.stage.file("next-release", &program)?;
        let before = versions(&*self.stage.fleet().await);
        let (mut found, status, said) = self.roll(&file).await?;
        found.demand(status == 0, || {
            format!("deploy ended with {status}:\n{said}")
        });
        let after = versions(&*self.stage.fleet().await);
        let replaced = after.iter().all(|version| !before.contains(version));
        found.demand(replaced, || {
            "not all instances run the new version".to_owned()
        });
        Ok(found)
    }

    /// The refresh stops and goes back.
    pub(super) async fn bad_release(&self) -> Result<Found> {
        let file = self.stage.file("bad-release", NEVER_READY)?;
        let before = versions(&*self.stage.fleet().await);
        let (mut found, status, said) = self.roll(&file).await?;
        found.demand(status == 1, || {
            format!("deploy ended with {status}:\n{said}")
        });
        let told = "all instances run the version before";
        found.demand(said.contains(told), || {
            format!("deploy did not say that {told}:\n{said}")
        });
        let after = versions(&*self.stage.fleet().await);
        found.demand(before == after, || {
            "instances run another version".to_owned()
        });
        found.fact("deploy says so and exits 1".to_owned());
        Ok(found)
    }

    async fn roll(&self, file: &Path) -> Result<(Found, i32, String)> {
        let mut found = Found::default();
        let began = Instant::now();
        let ended = self.stage.deploy(file).await?;
        found.fact(format!("deploy took {}", took(began.elapsed())));
        Ok((found, ended.status, ended.said))
    }
}

/// The versions that instances run which do not leave.
fn versions(fleet: &Fleet) -> Vec<String> {
    let ids = fleet.serving_ids();
    let mut all: Vec<String> = ids
        .iter()
        .filter_map(|id| Some(fleet.instance(id)?.version.clone()))
        .collect();
    all.sort();
    all.dedup();
    all
}
