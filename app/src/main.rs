//! The program: reads its options, loads the dataset, and serves the dashboard.

mod cli;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use jiff::Timestamp;
use student_analytics::dataset::{self, Dataset, ReadError};
use student_analytics::format;
use student_analytics::server::{App, router};
use student_analytics::views::About;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Cli, ServeOptions};

/// The synthetic sample, part of the program.
const SAMPLE: &[u8] = include_bytes!("../../data/StudentPerformanceFactors.csv");

/// Exit status when the dataset cannot be used.
const BAD_DATA: u8 = 2;

fn main() -> ExitCode {
    let options = Cli::parse().options();
    let dataset = match load(&options) {
        Ok(dataset) => dataset,
        Err(error) => {
            eprintln!("error: {}", describe(&options, &error));
            return ExitCode::from(BAD_DATA);
        }
    };
    match serve(&options, dataset) {
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

#[tokio::main]
async fn serve(options: &ServeOptions, dataset: Dataset) -> Result<()> {
    let address = SocketAddr::new(options.bind, options.port);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let explanation = explain(&error, address);
        anyhow::Error::new(error).context(explanation)
    })?;
    // Before anyone is told that the server runs, so that it can be stopped from then on.
    let stop = stop_signals().context("cannot listen for signals")?;
    let about = about(options, &dataset);
    let port = listener
        .local_addr()
        .context("the listener has no address")?
        .port();
    println!(
        "{}: {} ({})",
        about.name,
        format::counted(about.rows, "row", "rows"),
        about.origin
    );
    println!(
        "The dashboard is on {}  (Ctrl-C stops it)",
        url(options, port)
    );
    axum::serve(listener, router(App::new(dataset, about)))
        .with_graceful_shutdown(stop)
        .await
        .context("the server failed")
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
    }
}

/// The address to open: `localhost` where that leads to the bound address.
fn url(options: &ServeOptions, port: u16) -> String {
    if options.bind == Ipv4Addr::LOCALHOST || options.bind.is_unspecified() {
        format!("http://localhost:{port}")
    } else {
        format!("http://{}", SocketAddr::new(options.bind, port))
    }
}

fn explain(error: &std::io::Error, address: SocketAddr) -> String {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {port} is taken by another program. Stop it, or choose another port with --port"
        ),
        ErrorKind::PermissionDenied => {
            format!("port {port} may not be used by this user. Choose one from 1024 up with --port")
        }
        ErrorKind::AddrNotAvailable => format!(
            "{} is not an address of this machine. Choose one with --bind",
            address.ip()
        ),
        _ => format!("cannot listen on {address}"),
    }
}

/// Listens from now on; the future ends when the terminal or the service manager asks to stop.
fn stop_signals() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
