//! An emulated cloud for each test, and the program run against it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::runtime::Runtime;
use xtask_emulator::{Emulator, Options};

use crate::inventory::Plain;

/// Emulators outlive tests, and so must what they run on.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
/// Emulators that no test uses now: moto takes seconds to start.
static IDLE: Mutex<Vec<Emulator>> = Mutex::new(Vec::new());

/// What stands for the program of a release: it need not run, for nothing starts it.
const RELEASE: &str =
    "#!/bin/sh\necho 'no release is deployed: run deploy --artifact PATH' >&2\nexit 1\n";

/// A cloud that belongs to one test, and a home folder.
pub struct World {
    emulator: Option<Emulator>,
    plain: Plain,
    /// What others had before the test began.
    others: Mutex<Vec<String>>,
    home: TempDir,
}

/// How the program ended.
#[derive(Debug)]
pub struct Run {
    /// Its exit status; -1 when a signal ended it.
    pub exit: i32,
    /// What it printed on standard output.
    pub out: String,
    /// What it printed on standard error.
    pub err: String,
}

/// Runs a test in an empty cloud of its own.
pub fn in_a_cloud(test: impl AsyncFnOnce(&World)) {
    RUNTIME.block_on(async {
        let world = World::new().await;
        test(&world).await;
    });
}

impl World {
    /// An empty one.
    pub async fn new() -> Self {
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
        let plain = Plain::at(emulator.endpoint());
        let world = Self {
            others: Mutex::new(plain.inventory().await),
            plain,
            emulator: Some(emulator),
            home: tempfile::tempdir().expect("a folder"),
        };
        world.builds_releases();
        world
    }

    /// From now on `cargo xtask release` gives a small file at once, as far as the program can tell.
    fn builds_releases(&self) {
        let release = self.file("built-release", RELEASE);
        let (release, builds) = (release.display(), self.builds_file());
        self.cargo(&format!(
            "echo \"$*\" >>{}\necho {release}",
            builds.display()
        ));
    }

    /// From now on it fails.
    pub fn builds_no_release(&self) {
        self.cargo("echo 'the checkout has changes' >&2\nexit 1");
    }

    /// What the program asked cargo for, one line each time.
    pub fn builds(&self) -> String {
        std::fs::read_to_string(self.builds_file()).unwrap_or_default()
    }

    fn builds_file(&self) -> PathBuf {
        self.home().join("builds")
    }

    /// A script in the place of cargo.
    fn cargo(&self, script: &str) {
        let file = self.file("cargo", &format!("#!/bin/sh\n{script}\n"));
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(file, executable).expect("the home folder is writable");
    }

    /// Makes things of others, which must stay as they are.
    pub async fn make_what_others_have(&self) {
        self.plain.make_what_others_have().await;
        *self.others.lock().expect("no test panicked with it") = self.plain.inventory().await;
    }

    /// The deployment is there, each part once, and what others have is as it was.
    pub async fn holds_everything_once(&self) {
        let ours = self.ours().await.join("\n");
        insta::allow_duplicates! {
            insta::assert_snapshot!("everything", ours);
        }
    }

    /// Nothing but what others have is there, and that is as it was.
    pub async fn holds_nothing(&self) {
        assert_eq!(self.ours().await, Vec::<String>::new());
    }

    /// What is there beside what others had, a line each.
    pub async fn ours(&self) -> Vec<String> {
        let mut now = self.plain.inventory().await;
        let others = self
            .others
            .lock()
            .expect("no test panicked with it")
            .clone();
        for line in others {
            let at = now.iter().position(|it| *it == line);
            now.remove(at.unwrap_or_else(|| panic!("someone's {line} is gone or changed")));
        }
        now
    }

    /// The template version that the deployment's group names.
    pub async fn version_in_use(&self) -> String {
        self.plain.version_in_use().await
    }

    /// The emulator: its faults, its record, its halts.
    pub fn emulator(&self) -> &Emulator {
        self.emulator.as_ref().expect("it is there until the end")
    }

    /// Empties the cloud; files stay.
    pub async fn reset(&self) {
        self.emulator().reset().await.expect("moto resets");
    }

    /// The home folder of who runs the program.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file of this content in the home folder.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.home().join(name);
        std::fs::write(&path, content).expect("the home folder is writable");
        path
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.start(arguments)).await
    }

    /// Runs it where nobody keeps files.
    pub async fn run_in_a_pipeline(&self, arguments: &[&str]) -> Run {
        self.run_with("CI", "true", arguments).await
    }

    /// Runs it with an environment variable.
    pub async fn run_with(&self, name: &str, value: &str, arguments: &[&str]) -> Run {
        let mut command = self.command(&program());
        command.args(arguments).env(name, value);
        Run::of(command.spawn().expect("the program starts")).await
    }

    /// Runs it for someone who has not signed in.
    pub async fn run_without_credentials(&self, arguments: &[&str]) -> Run {
        let mut command = self.command(&program());
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            command.env_remove(name);
        }
        // Nor on a machine of AWS, which could sign for them.
        command
            .args(arguments)
            .env("AWS_EC2_METADATA_DISABLED", "true");
        Run::of(command.spawn().expect("the program starts")).await
    }

    /// Runs it, and expects this exit status.
    pub async fn expect(&self, exit: i32, arguments: &[&str]) -> Run {
        let run = self.run(arguments).await;
        assert_eq!(run.exit, exit, "{arguments:?}\n{}\n{}", run.out, run.err);
        run
    }

    /// Deploys without a question.
    pub async fn deploy(&self) -> Run {
        self.expect(0, &["deploy", "--yes"]).await
    }

    /// Starts the program.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(&program())
            .args(arguments)
            .spawn()
            .expect("the program starts")
    }

    /// Asks the AWS CLI, which shares no code with this program.
    pub async fn aws(&self, arguments: &[&str]) -> Value {
        let cli = std::env::var_os("STUDENT_ANALYTICS_AWS_CLI").unwrap_or_else(|| "aws".into());
        let run = Run::of(
            self.command(Path::new(&cli))
                .args(["--region", "eu-north-1", "--output", "json"])
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
            .env("CARGO", self.home().join("cargo"))
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

/// The program: as the variable says, else where cargo puts it beside these tests.
fn program() -> PathBuf {
    let beside = || {
        let tests = std::env::current_exe().expect("a test has a path");
        let found = tests
            .ancestors()
            .map(|folder| folder.join("xtask-aws"))
            .find(|it| it.is_file());
        found.expect("xtask-aws is not built: run `cargo xtask test --only cloud`")
    };
    std::env::var_os("STUDENT_ANALYTICS_XTASK_AWS").map_or_else(beside, PathBuf::from)
}

/// The credentials' secret: it must appear nowhere.
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

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
    pub async fn of(child: Child) -> Self {
        let output = child.wait_with_output().await.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Everything that it printed.
    pub fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}
