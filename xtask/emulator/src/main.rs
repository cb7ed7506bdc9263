//! `cargo xtask emulator`: an emulated AWS for people, until Ctrl-C.

use anyhow::{Context, Result};
use clap::Parser;
use xtask_emulator::{Emulator, FAULTS, Options, rules_from};

/// Runs an emulated AWS on this machine, until Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask emulator", bin_name = "cargo xtask emulator")]
struct Cli {
    /// Port to listen on; 0 for a free one
    #[arg(long, default_value_t = 5000)]
    port: u16,
    /// Fault to make, from the list; repeatable
    #[arg(long = "fault", value_name = "NAME[=ARG]")]
    faults: Vec<String>,
    /// Milliseconds that each call takes more
    #[arg(long, value_name = "MS")]
    delay: Option<u64>,
    /// Lists the faults and ends
    #[arg(long)]
    list_faults: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    if cli.list_faults {
        print_faults();
        return Ok(());
    }
    let mut rules = rules_from(&cli.faults)?;
    if let Some(delay) = cli.delay {
        rules.delay = delay;
    }
    let emulator = Emulator::start(Options {
        port: cli.port,
        program: None,
        rules,
    })
    .await?;
    let endpoint = emulator.endpoint();
    println!("The emulated AWS listens on {endpoint} until Ctrl-C. In another shell:");
    println!();
    println!("export AWS_ENDPOINT_URL={endpoint}");
    println!("export AWS_ACCESS_KEY_ID=emulator AWS_SECRET_ACCESS_KEY=emulator");
    println!("export AWS_REGION=eu-north-1");
    println!();
    println!("Faults: curl {endpoint}/_emulator/faults; what was called: /_emulator/requests");
    tokio::signal::ctrl_c()
        .await
        .context("cannot wait for Ctrl-C")
}

fn print_faults() {
    for fault in FAULTS {
        let argument = match fault.argument {
            "" => String::new(),
            argument => format!("={argument}"),
        };
        println!("{}{argument}", fault.name);
        println!("    {}", fault.stands_for);
        if let Some(default) = fault.default {
            println!("    without an argument: {default}");
        }
    }
}
