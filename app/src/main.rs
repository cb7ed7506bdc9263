//! The program: reads its options, loads the dataset, and serves the dashboard.

mod access;
mod cli;
mod log;
mod socket;

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use jiff::Timestamp;
use student_analytics::dataset::{self, Dataset, ReadError};
use student_analytics::format;
use student_analytics::server::{self, App, Signals};
use student_analytics::views::About;
use tracing::info;

use crate::cli::{Cli, ServeOptions, Task};

/// The synthetic sample, part of the program.
const SAMPLE: &[u8] = include_bytes!("../../data/StudentPerformanceFactors.csv");

/// Exit status when the dataset cannot be used.
const BAD_DATA: u8 = 2;

fn main() -> ExitCode {
    match Cli::parse().task() {
        Task::Serve(options) => start(&options),
        Task::HashPassword => ended(access::print_hash()),
    }
}

fn start(options: &ServeOptions) -> ExitCode {
    log::start(&options.log);
    let passed = socket::passed();
    let dataset = match load(options) {
        Ok(dataset) => dataset,
        Err(error) => {
            eprintln!("error: {}", describe(options, &error));
            return ExitCode::from(BAD_DATA);
        }
    };
    let address = SocketAddr::new(options.bind, options.port);
    let listener = passed.and_then(|passed| socket::listen(passed, address));
    ended(listener.and_then(|listener| serve(options, dataset, listener)))
}

fn ended(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn load(options: &ServeOptions) -> Result<Dataset, ReadError> {
    match &options.data {
        Some(path) => dataset::read_file(path, &options.target),
        None => dataset::read("Synthetic sample".to_owned(), SAMPLE, &options.target),
    }
}

/// The problem with the name of the file, unless it says that itself.
fn describe(options: &ServeOptions, error: &ReadError) -> String {
    match (&options.data, error) {
        (Some(path), error) if !matches!(error, ReadError::Io { .. }) => {
            format!("{}: {error}", path.display())
        }
        _ => error.to_string(),
    }
}

/// Announces where the dashboard is, and serves it until a signal ends that.
#[tokio::main]
async fn serve(options: &ServeOptions, dataset: Dataset, listener: TcpListener) -> Result<()> {
    let access = access::control(options)?;
    // Before anyone is told that the server runs, so that it can be stopped from then on.
    let signals = Signals::listen().context("cannot listen for signals")?;
    let about = about(options, &dataset);
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    println!(
        "{}: {} ({})",
        about.name,
        format::counted(about.rows, "row", "rows"),
        about.origin
    );
    println!(
        "The dashboard is on {}  (Ctrl-C stops it)",
        socket::url(address)
    );
    info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    let app = App::new(dataset, about)?;
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot serve")?;
    server::serve(listener, app, access, signals, options.drain).await;
    Ok(())
}

fn about(options: &ServeOptions, dataset: &Dataset) -> About {
    About {
        name: dataset.name().to_owned(),
        rows: dataset.rows(),
        origin: options.data.as_ref().map_or_else(
            || "bundled with the program".to_owned(),
            |path| path.display().to_string(),
        ),
        loaded: Timestamp::now().strftime("%Y-%m-%d %H:%M UTC").to_string(),
        guarded: options.password_file.is_some(),
    }
}
