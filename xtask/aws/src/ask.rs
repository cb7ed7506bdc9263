//! Asking the person before anything is changed.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result, bail};

/// Whether the person types `expected`. Without a terminal nobody can.
pub(crate) fn confirm(question: &str, expected: &str) -> Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        bail!("nobody can be asked without a terminal: read the plan with `diff`, then add --yes");
    }
    eprint!("{question} Type {expected} to go on: ");
    std::io::stderr().flush().context("cannot ask")?;
    let mut answer = String::new();
    input
        .lock()
        .read_line(&mut answer)
        .context("cannot read the answer")?;
    Ok(answer.trim() == expected)
}
