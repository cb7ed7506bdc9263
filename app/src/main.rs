//! The program: reads its options, loads the dataset, and serves the dashboard or writes a report.

mod access;
mod cli;
mod files;
mod log;
mod report;
mod socket;

use std::env;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use student_analytics::dataset::ReadError;
use student_analytics::server::{self, App, Current, Limits, LoadError, Signals, Source, Uploads};
use student_analytics::store::{Location, Store};
use tracing::info;

use crate::cli::{Cli, ServeOptions, Task};

/// The synthetic sample, part of the program.
const SAMPLE: &[u8] = include_bytes!("../../data/StudentPerformanceFactors.csv");

/// How long uploads are kept.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Exit status when the dataset cannot be used.
const BAD_DATA: u8 = 2;

fn main() -> ExitCode {
    match Cli::parse().task() {
        Task::Serve(options) => start(&options),
        Task::Report(options) => report::run(&options),
        Task::HashPassword => ended(access::print_hash()),
    }
}

fn start(options: &ServeOptions) -> ExitCode {
    log::start(&options.log);
    let passed = socket::passed();
    let (source, current) = match data(options) {
        Ok(data) => data,
        Err(error) => {
            eprintln!("error: {}", describe(options.data.as_ref(), &error));
            return ExitCode::from(BAD_DATA);
        }
    };
    let address = SocketAddr::new(options.bind, options.port);
    let listener = passed.and_then(|passed| socket::listen(passed, address));
    ended(listener.and_then(|listener| serve(options, source, current, listener)))
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

/// The dataset that the options name, else the sample.
fn source(data: Option<&Location>) -> Result<Source, LoadError> {
    Ok(match data {
        Some(location) => Source::at(location)?,
        None => Source::Bundled {
            name: "Synthetic sample",
            bytes: SAMPLE,
        },
    })
}

/// Where the default dataset comes from, and what of it is there at once: all but objects in a bucket.
fn data(options: &ServeOptions) -> Result<(Source, Current), LoadError> {
    let source = source(options.data.as_ref())?;
    let current = match source {
        Source::Object { .. } => Current::waiting(),
        Source::Bundled { .. } | Source::File(_) => {
            Current::of(source.load_local(&options.target)?)
        }
    };
    Ok((source, current))
}

/// The problem with the name of the file, unless it says that itself.
fn describe(data: Option<&Location>, error: &LoadError) -> String {
    match (data, error) {
        (Some(path), error) if !matches!(error, LoadError::Data(ReadError::Io { .. })) => {
            format!("{path}: {error}")
        }
        _ => error.to_string(),
    }
}

/// How long connections may wait for a dataset that is being fetched.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// Announces where the dashboard is, and serves it until a signal ends that.
#[tokio::main]
async fn serve(
    options: &ServeOptions,
    source: Source,
    current: Current,
    listener: TcpListener,
) -> Result<()> {
    let access = access::control(options)?;
    // Before anyone is told that the server runs, so that it can be stopped from then on.
    let signals = Signals::listen().context("cannot listen for signals")?;
    let uploads = uploads(options)?.map(Arc::new);
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    println!("{}", current.describe(&source));
    println!(
        "The dashboard is on {}  (Ctrl-C stops it)",
        socket::url(address)
    );
    info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    let current = Arc::new(current);
    let app = App::withholding(
        Arc::clone(&current),
        uploads.clone(),
        options.privacy.min_group(),
    )?;
    let every = Some(options.watch).filter(|every| !every.is_zero());
    let kept = server::keep(source, options.target.clone(), Arc::clone(&current), every);
    tokio::spawn(kept);
    if let Some(uploads) = uploads {
        tokio::spawn(uploads.sweep());
    }
    current.first_answer(FIRST_ANSWER).await;
    let listener = tokio::net::TcpListener::from_std(listener).context("cannot serve")?;
    let connections = files::connections(options.connections);
    server::serve(listener, app, access, signals, options.drain, connections).await;
    Ok(())
}

/// The uploads, unless there are to be none.
fn uploads(options: &ServeOptions) -> Result<Option<Uploads>> {
    let chosen = &options.uploads;
    if chosen.no_uploads {
        return Ok(None);
    }
    let folder = own_folder();
    let store = match &chosen.store {
        Some(location) => Store::open(location),
        None => Store::own_folder(&folder),
    };
    let store = store.with_context(|| {
        let given = chosen.store.clone().unwrap_or(Location::Local(folder));
        format!("cannot keep uploads in {given}: choose with --store, or give --no-uploads")
    })?;
    let limits = Limits {
        file: chosen.upload_limit * 1_000_000,
        cache: chosen.cache * 1_000_000,
        lifetime: LIFETIME,
    };
    Ok(Some(Uploads::new(store, limits, options.target.clone())))
}

/// The folder of this user's uploads: they last a day.
fn own_folder() -> PathBuf {
    let user = rustix::process::getuid().as_raw();
    env::temp_dir().join(format!("student-analytics-{user}"))
}
