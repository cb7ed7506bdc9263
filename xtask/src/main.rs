//! The project's tasks, `cargo xtask COMMAND`: one file per command, and this dispatch.

use clap::{Parser, Subcommand};

mod cost;
mod deployment;
mod diagram;
mod export;
mod export_check;
mod lint;
mod plan_bench;
mod policy;

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
    /// Writes the deployment for Terraform or CloudFormation.
    Export(export::Export),
    /// Checks what `export` writes, with the tools that read it.
    ExportCheck(export_check::ExportCheck),
    /// Prints the permissions that a command needs.
    Policy(policy::Policy),
    /// Measures how long planning takes.
    PlanBench(plan_bench::PlanBench),
    /// Says what is wrong with the deployment's settings.
    Lint(lint::Lint),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Diagram(diagram) => diagram.run(),
        Command::Cost(cost) => cost.run(),
        Command::Export(export) => export.run(),
        Command::ExportCheck(check) => check.run(),
        Command::Policy(policy) => policy.run(),
        Command::PlanBench(bench) => bench.run(),
        Command::Lint(lint) => lint.run(),
    }
}
