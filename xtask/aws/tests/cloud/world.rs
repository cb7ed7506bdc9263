//! An emulated cloud for each test, and the program run against it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;
use xtask_emulator::{Emulator, Options};

/// Emulators outlive tests, and so must what they run on.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
/// Emulators that no test uses now: moto takes seconds to start.
static IDLE: Mutex<Vec<Emulator>> = Mutex::new(Vec::new());

/// A cloud that belongs to one test, and a home folder.
pub(crate) struct World {
    emulator: Option<Emulator>,
    home: TempDir,
}

/// How the program ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a test in an empty cloud of its own.
pub(crate) fn in_a_cloud(test: impl AsyncFnOnce(&World)) {
    RUNTIME.block_on(async {
        let world = World::new().await;
        test(&world).await;
    });
}

impl World {
    /// An empty one.
    pub(crate) async fn new() -> Self {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let emulator = match idle {
            Some(emulator) => {
                emulator.reset().await.expect("moto resets");
                emulator
            }
            None => Emulator::start(Options::default())
                .await
                .expect("the emulator starts"),
        };
        Self {
            emulator: Some(emulator),
            home: tempfile::tempdir().expect("a folder"),
        }
    }

    pub(crate) fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().expect("it is there until the end")
    }

    /// Empties the cloud; files stay.
    pub(crate) async fn reset(&self) {
        self.emulator().reset().await.expect("moto resets");
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file of this content in the home folder.
    pub(crate) fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.home().join(name);
        std::fs::write(&path, content).expect("the home folder is writable");
        path
    }

    /// Runs the program to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.start(arguments)).await
    }

    /// Runs it, and expects this exit status.
    pub(crate) async fn expect(&self, exit: i32, arguments: &[&str]) -> Run {
        let run = self.run(arguments).await;
        assert_eq!(run.exit, exit, "{arguments:?}\n{}\n{}", run.out, run.err);
        run
    }

    /// Deploys without a question.
    pub(crate) async fn deploy(&self) -> Run {
        self.expect(0, &["deploy", "--yes"]).await
    }

    /// Starts the program.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(Path::new(env!("CARGO_BIN_EXE_xtask-aws")))
            .args(arguments)
            .spawn()
            .expect("the program starts")
    }

    /// Asks the AWS CLI, which shares no code with this program.
    pub(crate) async fn aws(&self, arguments: &[&str]) -> Value {
        let cli = std::env::var_os("STUDENT_ANALYTICS_AWS_CLI").unwrap_or_else(|| "aws".into());
        let run = Run::of(
            self.command(Path::new(&cli))
                .args(["--region", "eu-north-1", "--output", "json", "--no-cli-pager"])
                .args(arguments)
                .spawn()
                .expect("the AWS CLI starts: `cargo xtask test --only cloud` installs it"),
        )
        .await;
        assert_eq!(run.exit, 0, "aws {arguments:?}: {}", run.err);
        serde_json::from_str(&run.out).unwrap_or(Value::Null)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("AWS_") || name.starts_with("STUDENT_ANALYTICS_") {
                command.env_remove(name);
            }
        }
        command
            .env_remove("CI")
            .env("HOME", self.home())
            .env("AWS_ENDPOINT_URL", self.emulator().endpoint())
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

/// The credentials' secret: it must appear nowhere.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

impl Drop for World {
    fn drop(&mut self) {
        let emulator = self.emulator.take();
        // One that a failed test leaves halted is not used again.
        if !std::thread::panicking() {
            let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
            idle.extend(emulator);
        }
    }
}

impl Run {
    /// The end of a program that was started.
    pub(crate) async fn of(child: Child) -> Self {
        let output = child.wait_with_output().await.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Everything that it printed.
    pub(crate) fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}
