//! The project's tasks, `cargo xtask COMMAND`: one file per command, and this dispatch.

use clap::{Parser, Subcommand};

mod cost;
mod deployment;
mod diagram;
mod lint;

/// The project's tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draws the deployment.
    Diagram(diagram::Diagram),
    /// Estimates what the deployment costs in a month.
    Cost(cost::Cost),
    /// Says what is wrong with the deployment's settings.
    Lint(lint::Lint),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Diagram(diagram) => diagram.run(),
        Command::Cost(cost) => cost.run(),
        Command::Lint(lint) => lint.run(),
    }
}
