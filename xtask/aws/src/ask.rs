//! Asking the person before anything is changed.

use std::io::{BufRead, IsTerminal, Write};

use anyhow::{Context, Result, ensure};

/// Nobody can be asked without a terminal; this says so, and where the plan is to be read.
pub(crate) fn ensure_possible(plan: &str) -> Result<()> {
    ensure!(
        std::io::stdin().is_terminal(),
        "nobody can be asked without a terminal: read the plan {plan}, then add --yes"
    );
    Ok(())
}

/// Whether the person types `expected`. Without a terminal nobody can.
pub(crate) fn confirm(question: &str, expected: &str) -> Result<bool> {
    ensure_possible("above")?;
    eprint!("{question} Type {expected} to go on: ");
    std::io::stderr().flush().context("cannot ask")?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("cannot read the answer")?;
    Ok(answer.trim() == expected)
}
