//! Documents on standard output.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

/// Prints a document. A reader that has seen enough, as `head` has, is no error.
pub(crate) fn print(document: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out
        .write_all(document.as_bytes())
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}
