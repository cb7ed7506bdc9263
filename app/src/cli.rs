//! The program's options.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand};
use student_analytics::dataset::DEFAULT_OUTCOME;

/// The version, and the commit that a release was built from.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let version = env!("CARGO_PKG_VERSION");
    let commit = option_env!("STUDENT_ANALYTICS_COMMIT").unwrap_or("development");
    format!("{version} ({commit})")
});

/// A dashboard that shows what drives exam scores in a table of student records.
///
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(version = VERSION.as_str(), args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboard until Ctrl-C.
    Serve(ServeOptions),
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// CSV file of student records [default: the bundled synthetic sample].
    #[arg(long, value_name = "PATH", env = "STUDENT_ANALYTICS_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8501, env = "STUDENT_ANALYTICS_PORT")]
    pub(crate) port: u16,
    /// Address to listen on; 0.0.0.0 lets other machines in.
    #[arg(long, value_name = "ADDR", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), env = "STUDENT_ANALYTICS_BIND")]
    pub(crate) bind: IpAddr,
    /// Numeric column to explain.
    #[arg(long, value_name = "COLUMN", default_value = DEFAULT_OUTCOME, env = "STUDENT_ANALYTICS_TARGET")]
    pub(crate) target: String,
}

impl Cli {
    pub(crate) fn options(self) -> ServeOptions {
        match self.command {
            Some(Command::Serve(options)) => options,
            None => self.serve,
        }
    }
}
