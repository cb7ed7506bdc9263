//! The project's tasks, `cargo xtask COMMAND`: one file per command, and this dispatch.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod dataset;
mod screenshots;
mod test;
mod tools;
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
    /// Measures the program's release build and prints the figures as a table.
    Bench(bench::Bench),
    /// Takes a picture of every page, light and dark, wide and narrow.
    Screenshots(screenshots::Screenshots),
    /// Writes the synthetic dataset.
    Dataset(dataset::Dataset),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Test(test) => return test.run(),
        Command::Bench(bench) => bench.run()?,
        Command::Screenshots(screenshots) => screenshots.run()?,
        Command::Dataset(dataset) => dataset.run()?,
    }
    Ok(ExitCode::SUCCESS)
}
