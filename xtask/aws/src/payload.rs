//! What is deployed beside the resources: the release, the sample, the boot script.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use infra_model::names::{SAMPLE_DATA, release_key};
use infra_model::observed::Observed;
use infra_model::settings::{Payload, Settings};
use infra_model::values::Sha256;
use sha2::Digest;

use crate::apply::{Content, Files};

/// The bundled sample.
const SAMPLE: &[u8] = include_bytes!("../../../data/StudentPerformanceFactors.csv");
/// Stands for a release that is still to be built, in plans that are only shown: no program has
/// this checksum, and nothing is ever uploaded under it.
pub(crate) const UNBUILT: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is deployed, and where its bytes are.
pub(crate) struct Contents {
    /// By their checksums.
    pub(crate) payload: Payload,
    /// By their keys. A release that is kept lies in the bucket alone.
    pub(crate) files: Files,
    /// Whether there is no release yet, and [`UNBUILT`] stands for it.
    pub(crate) lacks_release: bool,
}

/// Which release is deployed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Program<'a> {
    /// The one in use, if there is one.
    InUse,
    /// This program.
    File(&'a Path),
    /// One that lies in the bucket.
    Kept(&'a Sha256),
}

/// The given release, else the one in use, else what stands for one.
pub(crate) fn contents(
    program: Program<'_>,
    observed: &Observed,
    settings: &Settings,
) -> Result<Contents> {
    let in_use = observed.release_in_use(settings);
    let release = match (program, &in_use) {
        (Program::File(path), _) => of_file(path)?,
        (Program::Kept(release), _) => release.clone(),
        (Program::InUse, Some(kept)) => {
            Sha256::new(kept.clone()).context("the launch template's Release tag")?
        }
        (Program::InUse, None) => Sha256::new(UNBUILT)?,
    };
    let release_file = match program {
        Program::File(path) => Some((release_key(&release), Content::File(path.to_owned()))),
        Program::InUse | Program::Kept(_) => None,
    };
    let sample = (SAMPLE_DATA.to_owned(), Content::Bytes(SAMPLE.to_vec()));
    Ok(Contents {
        payload: userdata::payload(settings, release, of_bytes(SAMPLE)?)?,
        files: release_file.into_iter().chain([sample]).collect(),
        lacks_release: matches!(program, Program::InUse) && in_use.is_none(),
    })
}

fn of_file(path: &Path) -> Result<Sha256> {
    let shown = path.display();
    let mut file = std::fs::File::open(path).with_context(|| {
        format!("cannot read the artifact {shown}: give the release's program with --artifact")
    })?;
    ensure!(
        file.metadata()?.is_file(),
        "the artifact {shown} is no file: give the release's program with --artifact"
    );
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer)
            .with_context(|| format!("cannot read the artifact {shown}"))?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    hexadecimal(&hash.finalize())
}

fn of_bytes(bytes: &[u8]) -> Result<Sha256> {
    hexadecimal(&sha2::Sha256::digest(bytes))
}

fn hexadecimal(digest: &[u8]) -> Result<Sha256> {
    let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Sha256::new(text)?)
}
