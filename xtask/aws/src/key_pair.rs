//! The key pair that is generated here when nobody gives one.
//!
//! The private half is written and synced before AWS hears of the public half, so that no key
//! pair can exist whose private half was lost. A file that is there is used, never overwritten.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, LineEnding, PrivateKey};

/// Only its owner may read it.
const MODE: u32 = 0o600;

/// Where the private half lies unless a flag says otherwise: beside the person's other keys.
pub(crate) fn usual_place(name: &str) -> Result<PathBuf> {
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let home =
        home.context("there is no home folder for the private key: name a file with --key-file")?;
    Ok(home.join(".ssh").join(name))
}

/// The public half, `ALGORITHM KEY`, of the key in `file`, which is made if it is not there.
pub(crate) fn ensure(file: &Path, is_pipeline: bool) -> Result<String> {
    match File::open(file) {
        Ok(found) => read(found).with_context(|| format!("the private key {}", file.display())),
        Err(error) if error.kind() == ErrorKind::NotFound && is_pipeline => bail!(
            "there is no key pair, and a pipeline must not make one whose private half it would lose: \
             make one with `ssh-keygen -t ed25519` and give its public half with --public-key FILE"
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(file).with_context(|| format!("cannot write the private key {}", file.display()))
        }
        Err(error) => {
            Err(error).with_context(|| format!("cannot read the private key {}", file.display()))
        }
    }
}

fn read(mut file: File) -> Result<String> {
    let mode = file.metadata()?.permissions().mode() & 0o777;
    ensure!(
        mode & 0o077 == 0,
        "others may read it (mode {mode:o}): correct that with chmod 600, or name another with --key-file"
    );
    let mut text = String::new();
    file.read_to_string(&mut text)
        .context("it is not a key in OpenSSH's format: name another file with --key-file")?;
    let key = PrivateKey::from_openssh(&text)
        .context("it is not a key in OpenSSH's format: name another file with --key-file")?;
    ensure!(
        key.algorithm() == Algorithm::Ed25519,
        "it is not an ed25519 key: name another file with --key-file"
    );
    public(&key)
}

fn make(file: &Path) -> Result<String> {
    let key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        std::fs::create_dir_all(folder)?;
        std::fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    }
    // Under another name until it is whole, so that a file of the right name always is.
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(format!(".{}", std::process::id()));
    let unfinished = PathBuf::from(unfinished);
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(&unfinished)?;
    out.write_all(key.to_openssh(LineEnding::LF)?.as_bytes())?;
    out.sync_all()?;
    // A link, unlike a rename, refuses to take the place of another.
    let linked = std::fs::hard_link(&unfinished, file);
    std::fs::remove_file(&unfinished)?;
    linked?;
    File::open(folder)?.sync_all()?;
    public(&key)
}

fn public(key: &PrivateKey) -> Result<String> {
    let line = key.public_key().to_openssh()?;
    Ok(line
        .split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(file: &Path) -> u32 {
        std::fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/pair");
        let first = ensure(&file, false).unwrap();
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(ensure(&file, true).unwrap(), first);
        assert_eq!(std::fs::read(&file).unwrap(), bytes);
        assert_eq!(mode(&file), 0o600);
        assert!(infra_model::values::PublicKey::new(first).is_ok());
        assert_eq!(
            std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
            1
        );
    }

    #[test]
    fn what_cannot_be_used_is_said_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let open = folder.path().join("open");
        ensure(&open, false).unwrap();
        std::fs::set_permissions(&open, Permissions::from_mode(0o644)).unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, "no key").unwrap();
        std::fs::set_permissions(&other, Permissions::from_mode(0o600)).unwrap();
        for (file, part) in [
            (&open, "chmod 600"),
            (&other, "--key-file"),
            (&folder.path().join("none"), "--public-key"),
        ] {
            let error = format!("{:#}", ensure(file, true).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "no key");
    }
}
