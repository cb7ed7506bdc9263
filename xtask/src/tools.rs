//! What the checks need from elsewhere, fetched once into the target directory: rustfmt and
//! clippy, Python environments, npm packages, zig, a browser with its driver, shellcheck,
//! systemd-analyze, valgrind and HAProxy.
//!
//! Programs that belong to the machine are installed only where that is the custom and allowed:
//! as Debian packages, by root or with a `sudo` that asks for no password. Elsewhere an error
//! says what to install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::workspace::Workspace;

/// Names under which a Chrome or Chromium is installed, on Debian, Ubuntu, Fedora and macOS.
const BROWSERS: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// A program of the machine's own.
struct Program {
    name: &'static str,
    /// The Debian packages that bring it.
    packages: &'static [&'static str],
    present: fn(&Shell) -> bool,
}

const PYTHON: Program = Program {
    name: "Python 3.11 or later, with its venv module",
    packages: &["python3", "python3-venv"],
    present: |sh| {
        let probe = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
        cmd!(sh, "python3 -c {probe}")
            .quiet()
            .ignore_stdout()
            .ignore_stderr()
            .run()
            .is_ok()
    },
};

const NPM: Program = Program {
    name: "npm",
    packages: &["npm"],
    present: |_| on_path("npm"),
};

const BROWSER: Program = Program {
    name: "Chrome or Chromium",
    packages: &["chromium"],
    present: |_| BROWSERS.into_iter().any(on_path),
};

const DRIVER: Program = Program {
    name: "chromedriver of the browser's version",
    packages: &["chromium-driver"],
    present: |_| on_path("chromedriver"),
};

const SHELLCHECK: Program = Program {
    name: "shellcheck",
    packages: &["shellcheck"],
    present: |_| on_path("shellcheck"),
};

const VALGRIND: Program = Program {
    name: "valgrind, which counts instructions",
    packages: &["valgrind"],
    present: |_| on_path("valgrind"),
};

const HAPROXY: Program = Program {
    name: "HAProxy 2.5 or later",
    packages: &["haproxy"],
    present: |_| on_path("haproxy") || Path::new("/usr/sbin/haproxy").is_file(),
};

const NETWORK: Program = Program {
    name: "ip of iproute2, which brings up networks",
    packages: &["iproute2"],
    present: |_| on_path("ip") || Path::new("/usr/sbin/ip").is_file(),
};

const WRK: Program = Program {
    name: "wrk 4, which loads HTTP servers",
    packages: &["wrk"],
    present: |_| on_path("wrk"),
};

const NODE: Program = Program {
    name: "Node.js 18.20 or later",
    packages: &["nodejs"],
    present: |sh| {
        let probe = "const [major, minor] = process.versions.node.split('.').map(Number); process.exit(major > 18 || major === 18 && minor >= 20 ? 0 : 1)";
        cmd!(sh, "node --eval {probe}")
            .quiet()
            .ignore_stdout()
            .ignore_stderr()
            .run()
            .is_ok()
    },
};

const SYSTEMD: Program = Program {
    name: "systemd-analyze 250 or later, which judges units offline",
    packages: &["systemd"],
    present: |sh| {
        let version = cmd!(sh, "systemd-analyze --version")
            .quiet()
            .ignore_stderr()
            .read();
        // It begins with `systemd 252 (…)`.
        let number = version.ok().and_then(|said| {
            let word = said.split_whitespace().nth(1)?;
            word.parse::<u32>().ok()
        });
        number.is_some_and(|number| number >= 250)
    },
};

/// Ensures that the toolchain has `component`, whose cargo command is `command`.
pub(crate) fn component(sh: &Shell, component: &str, command: &str) -> Result<()> {
    let present = || {
        cmd!(sh, "cargo {command} --version")
            .quiet()
            .ignore_stdout()
            .ignore_stderr()
            .run()
            .is_ok()
    };
    if present() {
        return Ok(());
    }
    cmd!(sh, "rustup component add {component}").run().with_context(|| {
        format!("the Rust toolchain has no {component}: install it (rustup component add {component})")
    })
}

/// Ensures a Python environment of that name with the packages that `requirements` pins; its
/// interpreter.
pub(crate) fn python(sh: &Shell, tools: &Path, name: &str, requirements: &Path) -> Result<PathBuf> {
    require(sh, &[PYTHON])?;
    let venv = tools.join(name);
    let python = venv.join("bin/python");
    once(sh, &venv, &sh.read_file(requirements)?, || {
        cmd!(sh, "python3 -m venv {venv}").run()?;
        cmd!(sh, "{python} -m pip install --quiet --disable-pip-version-check --requirement {requirements}")
            .run()
            .with_context(|| format!("pip cannot install {}", requirements.display()))
    })?;
    Ok(python)
}

/// Ensures moto, the emulator of AWS, and the AWS CLI beside it; moto's server.
pub(crate) fn moto(sh: &Shell, workspace: &Workspace) -> Result<PathBuf> {
    let requirements = workspace.root.join("xtask/emulator/requirements.txt");
    let python = python(sh, &workspace.tools(), "emulator", &requirements)?;
    Ok(python.with_file_name("moto_server"))
}

/// What builds releases.
#[derive(Debug)]
pub(crate) struct Zigbuild {
    /// cargo-zigbuild.
    pub(crate) program: PathBuf,
    /// The zig that it links with.
    pub(crate) zig: PathBuf,
    /// Where both keep what they make once.
    pub(crate) cache: PathBuf,
}

/// Ensures cargo-zigbuild, and zig beside it.
pub(crate) fn zigbuild(sh: &Shell, workspace: &Workspace) -> Result<Zigbuild> {
    let requirements = workspace.root.join("xtask/release-tools.txt");
    let python = python(sh, &workspace.tools(), "zigbuild", &requirements)?;
    let folder = "import os, ziglang; print(os.path.dirname(ziglang.__file__))";
    let folder = cmd!(sh, "{python} -c {folder}").quiet().read()?;
    Ok(Zigbuild {
        program: python.with_file_name("cargo-zigbuild"),
        zig: PathBuf::from(folder).join("zig"),
        cache: workspace.tools().join("zig-cache"),
    })
}

/// Ensures that the toolchain has the standard library for `triple`.
pub(crate) fn target(sh: &Shell, triple: &str) -> Result<()> {
    let library = cmd!(sh, "rustc --print target-libdir --target {triple}")
        .quiet()
        .read()?;
    if Path::new(&library).exists() {
        return Ok(());
    }
    cmd!(sh, "rustup target add {triple}").run().with_context(|| {
        format!("the Rust toolchain has no library for {triple}: install it (rustup target add {triple})")
    })
}

/// Ensures the npm packages that the lock file in `source` pins, in a folder of that name; the
/// folder that holds them.
pub(crate) fn npm(sh: &Shell, tools: &Path, name: &str, source: &Path) -> Result<PathBuf> {
    require(sh, &[NPM])?;
    let folder = tools.join(name);
    once(
        sh,
        &folder,
        &sh.read_file(source.join("package-lock.json"))?,
        || {
            for file in ["package.json", "package-lock.json"] {
                sh.copy_file(source.join(file), &folder)?;
            }
            cmd!(
                sh,
                "npm ci --ignore-scripts --no-audit --no-fund --prefix {folder}"
            )
            .run()
            .with_context(|| {
                format!(
                    "npm cannot install {}",
                    source.join("package-lock.json").display()
                )
            })
        },
    )?;
    Ok(folder.join("node_modules"))
}

/// Ensures what loads HTTP servers; its name.
pub(crate) fn wrk(sh: &Shell) -> Result<&'static str> {
    require(sh, &[WRK])?;
    Ok(WRK.packages[0])
}

/// What Lighthouse runs with.
#[derive(Debug)]
pub(crate) struct Lighthouse {
    /// Its own script, for node.
    pub(crate) script: PathBuf,
    /// The browser's name or path.
    pub(crate) browser: &'static str,
}

/// Ensures Lighthouse, a browser with its driver, and node.
pub(crate) fn lighthouse(sh: &Shell, workspace: &Workspace) -> Result<Lighthouse> {
    browser(sh)?;
    require(sh, &[NODE])?;
    let source = workspace.root.join("xtask/lighthouse");
    let packages = npm(sh, &workspace.tools(), "lighthouse", &source)?;
    let browser = BROWSERS.into_iter().find(|name| on_path(name));
    Ok(Lighthouse {
        script: packages.join("lighthouse/cli/index.js"),
        browser: browser.context("there is no browser")?,
    })
}

/// Ensures a browser and the driver that WebDriver clients talk to.
pub(crate) fn browser(sh: &Shell) -> Result<()> {
    require(sh, &[BROWSER, DRIVER])
}

/// Ensures the tools that read the boot script and its unit.
pub(crate) fn boot(sh: &Shell) -> Result<()> {
    require(sh, &[SHELLCHECK, SYSTEMD])
}

/// Ensures what counts instructions.
pub(crate) fn valgrind(sh: &Shell) -> Result<()> {
    require(sh, &[VALGRIND])
}

/// Ensures the parts of a rehearsal that are not part of every Linux.
pub(crate) fn rehearsal(sh: &Shell) -> Result<()> {
    require(sh, &[HAPROXY, NETWORK])
}

/// Fills `folder` anew unless that was done for the same `inputs` before. The mark is written
/// last, so what an interrupted run left behind does not count.
fn once(sh: &Shell, folder: &Path, inputs: &str, fill: impl FnOnce() -> Result<()>) -> Result<()> {
    let mark = folder.join(".made-from");
    if sh
        .read_file(&mark)
        .is_ok_and(|made_from| made_from == inputs)
    {
        return Ok(());
    }
    sh.remove_path(folder)?;
    sh.create_dir(folder)?;
    fill()?;
    Ok(sh.write_file(mark, inputs)?)
}

/// Ensures that `programs` are there, by installing Debian's packages if need be.
fn require(sh: &Shell, programs: &[Program]) -> Result<()> {
    let missing = || {
        programs
            .iter()
            .filter(|program| !(program.present)(sh))
            .collect::<Vec<_>>()
    };
    let wanted = missing();
    if wanted.is_empty() {
        return Ok(());
    }
    let packages: Vec<_> = wanted
        .iter()
        .flat_map(|program| program.packages)
        .copied()
        .collect();
    let names = |programs: &[&Program]| {
        programs
            .iter()
            .map(|program| program.name)
            .collect::<Vec<_>>()
            .join(" and ")
    };
    let Some(sudo) = installer(sh) else {
        let packages = packages.join(" ");
        bail!(
            "{} missing: install it (on Debian: apt-get install {packages}), then run this again",
            names(&wanted)
        );
    };
    install(sh, sudo, &packages)?;
    match missing().as_slice() {
        [] => Ok(()),
        missing => bail!(
            "{} missing although {} was installed: install it by hand, then run this again",
            names(missing),
            packages.join(" "),
        ),
    }
}

fn install(sh: &Shell, sudo: &[&str], packages: &[&str]) -> Result<()> {
    let apt = [
        sudo,
        &[
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "--quiet",
            "--yes",
        ],
    ]
    .concat();
    let (apt, options) = (apt[0], &apt[1..]);
    cmd!(sh, "{apt} {options...} update")
        .run()
        .context("apt-get cannot refresh its package lists")?;
    cmd!(
        sh,
        "{apt} {options...} install --no-install-recommends {packages...}"
    )
    .run()
    .with_context(|| format!("apt-get cannot install {}", packages.join(" ")))
}

/// What to put before `apt-get`: nothing for root, `sudo` where it asks for no password, and
/// `None` where packages cannot be installed.
fn installer(sh: &Shell) -> Option<&'static [&'static str]> {
    if !on_path("apt-get") {
        return None;
    }
    if cmd!(sh, "id -u").quiet().read().is_ok_and(|id| id == "0") {
        return Some(&[]);
    }
    let sudo = on_path("sudo")
        && cmd!(sh, "sudo -n true")
            .quiet()
            .ignore_stderr()
            .run()
            .is_ok();
    sudo.then_some(&["sudo", "-n"])
}

/// Whether a program of this name is on the search path; a name that is a path stands for itself.
fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}
