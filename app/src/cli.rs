//! The program's options.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};
use student_analytics::dataset::DEFAULT_OUTCOME;
use student_analytics::privacy::MinGroup;
use student_analytics::store::Location;

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
    Serve(Box<ServeOptions>),
    /// Write all pages to one HTML file, which opens anywhere and needs no network.
    Report(Box<ReportOptions>),
    /// Print the hash of a password, for --password-file; it is asked for, or read from a pipe.
    HashPassword,
}

/// What the program is to do.
pub(crate) enum Task {
    Serve(Box<ServeOptions>),
    Report(Box<ReportOptions>),
    HashPassword,
}

#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// CSV file of student records, or s3://bucket/key [default: the bundled synthetic sample].
    #[arg(long, value_name = "PATH", value_parser = location, env = "STUDENT_ANALYTICS_DATA")]
    pub(crate) data: Option<Location>,
    /// Numeric column to explain.
    #[arg(long, value_name = "COLUMN", default_value = DEFAULT_OUTCOME, env = "STUDENT_ANALYTICS_TARGET")]
    pub(crate) target: String,
    /// Which students, and what is shown of them, as in the address of a page:
    /// 'Gender=Female&Hours_Studied=10..30'.
    #[arg(
        long,
        value_name = "QUERY",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) filter: String,
    #[command(flatten)]
    pub(crate) privacy: PrivacyOptions,
    /// The file to write; one that is there is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// CSV file of student records, or s3://bucket/key [default: the bundled synthetic sample].
    #[arg(long, value_name = "PATH", value_parser = location, env = "STUDENT_ANALYTICS_DATA")]
    pub(crate) data: Option<Location>,
    /// How often to look whether that file has changed, in seconds; 0 is never.
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = seconds, allow_negative_numbers = true, env = "STUDENT_ANALYTICS_WATCH")]
    pub(crate) watch: Duration,
    #[command(flatten)]
    pub(crate) uploads: UploadOptions,
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
    /// Connections at once, or fewer where the limit of open files (ulimit -Hn) allows no more.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = value_parser!(u32).range(16..=100_000), env = "STUDENT_ANALYTICS_CONNECTIONS")]
    pub(crate) connections: u32,
    /// File with the hash of a password, from `student-analytics hash-password`; whoever looks at
    /// the dashboard must know that password.
    #[arg(long, value_name = "FILE", env = "STUDENT_ANALYTICS_PASSWORD_FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// File with at least 32 random bytes, the same for every instance, which sign the cookies of
    /// those who logged in [default: a random key of this process].
    #[arg(long, value_name = "FILE", env = "STUDENT_ANALYTICS_COOKIE_KEY_FILE")]
    pub(crate) cookie_key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) privacy: PrivacyOptions,
    #[command(flatten)]
    pub(crate) log: LogOptions,
}

#[derive(Debug, Args)]
pub(crate) struct PrivacyOptions {
    /// Withhold every group of fewer than N students, and all that shows single students; 0 withholds
    /// nothing.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        value_parser = value_parser!(u16).range(..=1000),
        env = "STUDENT_ANALYTICS_MIN_GROUP"
    )]
    min_group: u16,
}

impl PrivacyOptions {
    /// The smallest group that is shown; `None` where nothing is withheld.
    pub(crate) fn min_group(&self) -> Option<MinGroup> {
        MinGroup::new(usize::from(self.min_group))
    }
}

#[derive(Debug, Args)]
pub(crate) struct UploadOptions {
    /// Where uploaded files are kept: a folder, or s3://bucket/prefix [default: a folder of its own
    /// below the system's one for temporary files].
    #[arg(long, value_name = "PATH", value_parser = location, env = "STUDENT_ANALYTICS_STORE")]
    pub(crate) store: Option<Location>,
    /// The largest file that may be uploaded, in MB.
    #[arg(long, value_name = "MB", default_value_t = 200, value_parser = value_parser!(u64).range(1..=1_000_000), env = "STUDENT_ANALYTICS_UPLOAD_LIMIT")]
    pub(crate) upload_limit: u64,
    /// Memory for uploaded datasets, in MB; those used least are read again when they are asked for.
    #[arg(long, value_name = "MB", default_value_t = 256, value_parser = value_parser!(u64).range(1..=1_000_000), env = "STUDENT_ANALYTICS_CACHE")]
    pub(crate) cache: u64,
    /// Take no uploads.
    #[arg(long, env = "STUDENT_ANALYTICS_NO_UPLOADS")]
    pub(crate) no_uploads: bool,
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

fn location(text: &str) -> Result<Location, String> {
    let Ok(location) = text.parse();
    match location {
        Location::Bucket { .. } if cfg!(not(feature = "s3")) => {
            Err("this build has no S3: build it with --features s3, as releases are".to_owned())
        }
        Location::Bucket { bucket, .. } if bucket.is_empty() => {
            Err("no bucket is named: write it as s3://bucket/key".to_owned())
        }
        location => Ok(location),
    }
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
            Some(Command::Report(options)) => Task::Report(options),
            Some(Command::Serve(options)) => Task::Serve(options),
            None => Task::Serve(Box::new(self.serve)),
        }
    }
}
