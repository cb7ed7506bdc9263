//! `cargo xtask diff | deploy | destroy | …`: reads the flags, runs the command, gives its exit status.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use xtask_aws::commands::{Command, Exit};

/// The deployment on AWS.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let is_asked_for = !error.use_stderr();
            // A reader that has gone needs no help text.
            let _ = error.print();
            return if is_asked_for {
                Exit::Good
            } else {
                Exit::Usage
            }
            .into();
        }
    };
    match cli.command.run().await {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Whoever has stopped listening does not want to know.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            Exit::Failed.into()
        }
    }
}
