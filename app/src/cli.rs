//! The program's options.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
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
    /// Print the hash of a password, for --password-file; it is asked for, or read from a pipe.
    HashPassword,
}

/// What the program is to do.
pub(crate) enum Task {
    Serve(ServeOptions),
    HashPassword,
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
    /// How long to go on serving after SIGTERM while /readyz says 503, in seconds; shorter than
    /// the load balancer's deregistration delay and the service manager's patience.
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds, allow_negative_numbers = true, env = "STUDENT_ANALYTICS_DRAIN")]
    pub(crate) drain: Duration,
    /// File with the hash of a password, from `student-analytics hash-password`; whoever looks at
    /// the dashboard must know that password.
    #[arg(long, value_name = "FILE", env = "STUDENT_ANALYTICS_PASSWORD_FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// File with at least 32 random bytes, the same for every instance, which sign the cookies of
    /// those who logged in [default: a random key of this process].
    #[arg(long, value_name = "FILE", env = "STUDENT_ANALYTICS_COOKIE_KEY_FILE")]
    pub(crate) cookie_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) log: LogOptions,
}

#[derive(Debug, Args)]
pub(crate) struct LogOptions {
    /// How the log on the standard error looks.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Auto, env = "STUDENT_ANALYTICS_LOG")]
    pub(crate) log: LogFormat,
    /// How much is logged.
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t = LogLevel::Info, env = "STUDENT_ANALYTICS_LOG_LEVEL")]
    pub(crate) log_level: LogLevel,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogLevel {
    /// Nothing.
    Off,
    /// Defects of the program.
    Error,
    /// Requests, start and stop too.
    Info,
    /// Health checks, metrics and assets too.
    Debug,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().map(Duration::try_from_secs_f64);
    match seconds {
        Some(Ok(duration)) => Ok(duration),
        _ => Err("not a number of seconds from 0 up, such as 20 or 0.5".to_owned()),
    }
}

impl Cli {
    pub(crate) fn task(self) -> Task {
        match self.command {
            Some(Command::HashPassword) => Task::HashPassword,
            Some(Command::Serve(options)) => Task::Serve(options),
            None => Task::Serve(self.serve),
        }
    }
}
