//! The project's tasks, `cargo xtask COMMAND`: one file per command, and this dispatch.
//!
//! What needs AWS's libraries, or serves until it is stopped, is a program of its own that `program`
//! starts; so that this one is built in seconds, nothing here depends on them. What a command computes is
//! mostly `infra-model`'s; `tools` fetches what the checks need.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod boot_check;
mod capacity;
mod ci;
mod cost;
mod dataset;
mod dependency_check;
mod diagram;
mod export;
mod export_check;
mod github_role;
mod lint;
mod output;
mod policy;
mod program;
mod rehearse;
mod release;
mod screenshots;
mod test;
mod tools;
mod variables;
mod workflow_check;
mod workspace;

/// The project's tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every check of the project, and fetches what they need.
    Test(test::Test),
    Bench(bench::Bench),
    /// Builds the program for Amazon Linux, the same wherever it is built.
    Release(release::Release),
    /// Takes a picture of every page, light and dark, wide and narrow.
    Screenshots(screenshots::Screenshots),
    /// Writes the synthetic dataset.
    Dataset(dataset::Dataset),
    /// Draws the deployment.
    Diagram(diagram::Diagram),
    /// Estimates what the deployment costs in a month.
    Cost(cost::Cost),
    Capacity(capacity::Capacity),
    /// Writes the deployment for Terraform or CloudFormation.
    Export(export::Export),
    /// Prints the permissions that a command needs.
    Policy(policy::Policy),
    /// Says what is wrong with the deployment's settings.
    Lint(lint::Lint),
    /// Prints the roles that GitHub's workflows take on, as a script that makes them.
    GithubRole(github_role::GithubRole),
    /// Does a step of a workflow.
    Ci(ci::Ci),
    /// Shows what AWS holds beside what it should hold; changes nothing.
    Diff(program::Arguments),
    /// Makes AWS hold what it should, and waits until the dashboard answers.
    Deploy(program::Arguments),
    /// Removes the deployment.
    Destroy(program::Arguments),
    /// Shows what runs and how it is; changes nothing.
    Status(program::Arguments),
    /// Lists the releases in the bucket and returns to an earlier one.
    Rollback(program::Arguments),
    /// Looks whether everything is there that the commands need; changes nothing.
    Doctor(program::Arguments),
    /// Shows what the dashboard or the boot script wrote on the instances.
    Logs(program::Arguments),
    /// Opens a shell on an instance, through SSM.
    Shell(program::Arguments),
    /// Runs an emulated AWS on this machine, for trying the commands above.
    Emulator(program::Arguments),
    /// Rehearses the whole deployment on this machine, with real instances in an emulated AWS.
    Rehearse(program::Arguments),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(exit) => exit,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Test(test) => return test.run(),
        Command::Bench(bench) => bench.run()?,
        Command::Release(release) => release.run()?,
        Command::Screenshots(screenshots) => screenshots.run()?,
        Command::Dataset(dataset) => dataset.run()?,
        Command::Diagram(diagram) => diagram.run()?,
        Command::Cost(cost) => cost.run()?,
        Command::Capacity(capacity) => capacity.run()?,
        Command::Export(export) => export.run()?,
        Command::Policy(policy) => policy.run()?,
        Command::Lint(lint) => lint.run()?,
        Command::GithubRole(role) => role.run()?,
        Command::Ci(ci) => ci.run()?,
        Command::Diff(arguments) => program::aws("diff", &arguments)?,
        Command::Deploy(arguments) => program::aws("deploy", &arguments)?,
        Command::Destroy(arguments) => program::aws("destroy", &arguments)?,
        Command::Status(arguments) => program::aws("status", &arguments)?,
        Command::Rollback(arguments) => program::aws("rollback", &arguments)?,
        Command::Doctor(arguments) => program::aws("doctor", &arguments)?,
        Command::Logs(arguments) => program::aws("logs", &arguments)?,
        Command::Shell(arguments) => program::aws("shell", &arguments)?,
        Command::Emulator(arguments) => program::emulator(&arguments)?,
        Command::Rehearse(arguments) => rehearse::rehearse(&arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
