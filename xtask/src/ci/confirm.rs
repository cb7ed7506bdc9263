//! `cargo xtask ci confirm`: a workflow asks nobody, so who starts it types what it does, and to which stage.

use anyhow::{Result, ensure};
use infra_model::values::Stage;

use crate::variables;

/// Options of `cargo xtask ci confirm`.
#[derive(Debug, clap::Args)]
pub(super) struct Confirm {
    /// What is about to happen
    #[arg(value_name = "COMMAND")]
    command: String,
    /// What the person typed
    #[arg(
        long,
        env = "CONFIRMATION",
        default_value = "",
        hide_default_value = true
    )]
    typed: String,
}

impl Confirm {
    /// Compares.
    pub(super) fn run(&self) -> Result<()> {
        confirmed(&self.command, &variables::stage()?, &self.typed)
    }
}

fn confirmed(command: &str, stage: &Stage, typed: &str) -> Result<()> {
    let expected = format!("{command} {stage}");
    ensure!(
        typed.trim() == expected,
        "this needs the confirmation `{expected}`, and `{typed}` is another: start the workflow again and type it"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::confirmed;

    #[test]
    fn command_and_stage_are_typed() {
        for (stage, typed, is_confirmed) in [
            ("prod", "destroy prod", true),
            ("prod", " destroy prod\n", true),
            ("staging", "destroy prod", false),
            ("prod", "rollback prod", false),
            ("prod", "destroy", false),
            ("prod", "", false),
        ] {
            let result = confirmed("destroy", &stage.parse().unwrap(), typed);
            assert_eq!(result.is_ok(), is_confirmed, "{stage} {typed:?}");
        }
    }
}
