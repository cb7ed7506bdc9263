//! Access control's files: the password's hash and the cookie's key; and the command that makes the
//! first of them.

use std::fs;
use std::io::{self, IsTerminal, Write, stdin};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use student_analytics::server::{Access, hash_password};
use tracing::warn;

use crate::cli::ServeOptions;

/// What the options ask for; nothing without a file of the password.
pub(crate) fn control(options: &ServeOptions) -> Result<Option<Arc<Access>>> {
    let Some(file) = &options.password_file else {
        return match options.cookie_key_file {
            Some(_) => bail!("--cookie-key-file is of use with --password-file only"),
            None => Ok(None),
        };
    };
    let hash = String::from_utf8(read(file)?)
        .with_context(|| format!("{} is not text", file.display()))?;
    let key = options.cookie_key_file.as_deref();
    let secret = key.map(read).transpose()?;
    let access = Access::new(&hash, secret.as_deref()).with_context(|| match key {
        Some(key) => format!("cannot use {} with {}", file.display(), key.display()),
        None => format!("cannot use {}", file.display()),
    })?;
    if key.is_none() {
        warn!(
            "without --cookie-key-file each instance has a key of its own: who has logged in to one \
             must log in to others again, and after each restart"
        );
    }
    if !options.bind.is_loopback() {
        warn!("the password is as safe as the way to here: put a proxy with HTTPS in front");
    }
    Ok(Some(access))
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

/// Prints the hash of a password that is typed in, or of the first line of the standard input.
pub(crate) fn print_hash() -> Result<()> {
    let password = match stdin().is_terminal() {
        true => typed()?,
        false => first_line()?,
    };
    let hash = hash_password(&password)?;
    writeln!(io::stdout(), "{hash}").context("cannot write the hash")
}

fn typed() -> Result<String> {
    let password = rpassword::prompt_password("Password: ").context("cannot read the password")?;
    let again = rpassword::prompt_password("Again: ").context("cannot read the password")?;
    match password == again {
        true => Ok(password),
        false => bail!("the two are not the same. Nothing was hashed"),
    }
}

fn first_line() -> Result<String> {
    let mut line = String::new();
    stdin()
        .read_line(&mut line)
        .context("cannot read the password")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
