//! The program: reads its options, loads the dataset, and serves the dashboard.

mod cli;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use jiff::Timestamp;
use student_analytics::dataset::{self, Dataset, ReadError};
use student_analytics::format;
use student_analytics::server::{App, router};
use student_analytics::views::About;
use tokio::net::TcpListener;

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
            let name = options.data.as_ref().map_or_else(
                || "bundled sample".to_owned(),
                |path| path.display().to_string(),
            );
            eprintln!("error: {name}: {error}");
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

#[tokio::main]
async fn serve(options: &ServeOptions, dataset: Dataset) -> Result<()> {
    let address = SocketAddr::new(options.bind, options.port);
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| explain(&error, address).context(error))?;
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
        .with_graceful_shutdown(stopped())
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
    if options.bind.is_loopback() || options.bind.is_unspecified() {
        format!("http://localhost:{port}")
    } else {
        format!("http://{}", SocketAddr::new(options.bind, port))
    }
}

fn explain(error: &std::io::Error, address: SocketAddr) -> anyhow::Error {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {port} is taken by another program. Stop it, or choose another port with --port"
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "port {port} may not be used by this user. Choose one from 1024 up with --port"
        ),
        ErrorKind::AddrNotAvailable => anyhow::anyhow!(
            "{} is not an address of this machine. Choose one with --bind",
            address.ip()
        ),
        _ => anyhow::anyhow!("cannot listen on {address}"),
    }
}

/// Ends when the terminal or the service manager asks to stop. Where a signal cannot be listened
/// for, that signal keeps its default effect.
async fn stopped() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
