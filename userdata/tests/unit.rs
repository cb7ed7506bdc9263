//! What each systemd understands of the units and the service's hardening.
//!
//! Amazon Linux 2 has systemd 219, Amazon Linux 2023 has 252. The tools that read the files as
//! systemd does are a step of `cargo xtask test`.

#![allow(clippy::unwrap_used, clippy::panic)]

use userdata::{HARDENING, SOCKET, UNIT};

/// The systemd of Amazon Linux 2.
const OLDEST: u32 = 219;
/// The first for which the script installs the hardening.
const HARDENED: u32 = 235;
/// The systemd of Amazon Linux 2023.
const NEWEST: u32 = 252;
/// Before the release notes said what is new.
const ALWAYS: u32 = 0;

/// The options in use, values that came later than their options, and the version that brought
/// them, by systemd's release notes and, for the oldest, the option list of 219's source.
const INTRODUCED: [(&str, u32); 61] = [
    ("Unit.Description", ALWAYS),
    ("Unit.Wants", ALWAYS),
    ("Unit.Requires", ALWAYS),
    ("Unit.After", ALWAYS),
    ("Socket.ListenStream", ALWAYS),
    ("Socket.Backlog", ALWAYS),
    ("Service.User", ALWAYS),
    ("Service.Group", ALWAYS),
    ("Service.ExecStart", ALWAYS),
    ("Service.Environment", ALWAYS),
    ("Service.EnvironmentFile", ALWAYS),
    ("Service.Restart", ALWAYS),
    ("Service.RestartSec", ALWAYS),
    // Moved to [Unit] in 229, and still understood here.
    ("Service.StartLimitInterval", ALWAYS),
    ("Service.StartLimitBurst", ALWAYS),
    ("Service.TimeoutStopSec", 188),
    ("Service.LimitNOFILE", ALWAYS),
    ("Service.LimitCORE", ALWAYS),
    ("Service.UMask", ALWAYS),
    ("Service.CapabilityBoundingSet", ALWAYS),
    ("Service.PrivateTmp", ALWAYS),
    ("Service.NoNewPrivileges", 187),
    ("Service.SystemCallFilter", 187),
    ("Service.MemoryLimit", 205),
    ("Service.PrivateDevices", 209),
    ("Service.SystemCallArchitectures", 209),
    ("Service.SystemCallErrorNumber", 209),
    ("Service.RestrictAddressFamilies", 211),
    ("Service.ProtectSystem", 214),
    ("Service.ProtectHome", 214),
    ("Install.WantedBy", ALWAYS),
    ("Service.MemoryMax", 231),
    ("Service.MemoryDenyWriteExecute", 231),
    ("Service.RestrictRealtime", 231),
    ("Service.ProtectSystem=strict", 232),
    ("Service.ProtectKernelTunables", 232),
    ("Service.ProtectKernelModules", 232),
    ("Service.ProtectControlGroups", 232),
    ("Service.PrivateUsers", 232),
    ("Service.RemoveIPC", 232),
    ("Service.RestrictNamespaces", 233),
    ("Service.KeyringMode", 235),
    ("Service.LockPersonality", 235),
    ("Service.ProtectHostname", 242),
    ("Service.RestrictSUIDSGID", 242),
    ("Service.ProtectKernelLogs", 244),
    ("Service.ProtectClock", 245),
    ("Service.ProtectProc", 247),
    ("Service.ProcSubset", 247),
    ("@clock", 231),
    ("@cpu-emulation", 231),
    ("@debug", 231),
    ("@keyring", 231),
    ("@module", 231),
    ("@mount", 231),
    ("@obsolete", 231),
    ("@privileged", 231),
    ("@raw-io", 231),
    ("@resources", 232),
    ("@reboot", 233),
    ("@swap", 233),
];

struct Line {
    /// Section and option, such as `Service.User`.
    option: String,
    value: String,
}

impl Line {
    /// The systemd that understands the option with that value, but for sets of system calls.
    fn introduced(&self) -> u32 {
        let exact = format!("{}={}", self.option, self.value);
        version(&exact)
            .or_else(|| version(&self.option))
            .unwrap_or_else(|| panic!("which systemd brought {exact}? Add it to the table"))
    }
}

fn version(what: &str) -> Option<u32> {
    INTRODUCED
        .iter()
        .find(|(known, _)| *known == what)
        .map(|(_, version)| *version)
}

fn lines(file: &str) -> Vec<Line> {
    let mut section = "";
    let mut lines = Vec::new();
    for line in file
        .lines()
        .filter(|it| !it.is_empty() && !it.starts_with('#'))
    {
        if let Some(name) = line.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            section = name;
        } else {
            let (option, value) = line.split_once('=').unwrap();
            lines.push(Line {
                option: format!("{section}.{option}"),
                value: value.to_owned(),
            });
        }
    }
    lines
}

/// The sets of system calls in use.
fn sets(file: &str) -> Vec<String> {
    lines(file)
        .iter()
        .filter(|line| line.option == "Service.SystemCallFilter")
        .flat_map(|line| line.value.trim_start_matches('~').split(' '))
        .filter(|call| call.starts_with('@'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn systemd_219_knows_every_option_of_the_units() {
    for line in lines(UNIT).into_iter().chain(lines(SOCKET)) {
        let introduced = line.introduced();
        assert!(
            introduced <= OLDEST,
            "{} came with {introduced}",
            line.option
        );
    }
    assert_eq!(
        sets(UNIT),
        [""; 0],
        "sets of system calls came with systemd 231"
    );
}

/// The service is passed its socket only if that is there first; a socket of its own would not be
/// free.
#[test]
fn the_service_is_reached_by_its_socket_alone() {
    let values = |option: &str| -> Vec<String> {
        lines(UNIT)
            .into_iter()
            .filter(|line| line.option == option)
            .map(|line| line.value)
            .collect()
    };
    let socket = "student-analytics.socket";
    for option in ["Unit.Requires", "Unit.After"] {
        let named = values(option)
            .iter()
            .any(|it| it.split(' ').any(|it| it == socket));
        assert!(named, "{option} does not name {socket}");
    }
    let start = values("Service.ExecStart").join(" ");
    assert!(
        !start.contains("--port") && !start.contains("--bind"),
        "{start}"
    );
}

/// Newer names are ignored by a systemd between the two; newer sets would not be.
#[test]
fn the_hardening_is_for_versions_from_235_on() {
    for line in lines(HARDENING) {
        let introduced = line.introduced();
        assert!(
            introduced <= NEWEST,
            "{} came with {introduced}",
            line.option
        );
    }
    let hardening = sets(HARDENING);
    assert!(!hardening.is_empty());
    for set in hardening {
        let introduced = version(&set).unwrap_or_else(|| panic!("which systemd brought {set}?"));
        assert!(introduced <= HARDENED, "{set} came with {introduced}");
    }
}

/// Every call that is refused is refused by name or set; nothing is allowed by a list, from which a
/// systemd might drop what it does not know.
#[test]
fn system_calls_are_refused_not_allowed() {
    for line in lines(UNIT).iter().chain(&lines(HARDENING)) {
        if line.option == "Service.SystemCallFilter" {
            assert!(line.value.starts_with('~'), "{}", line.value);
        }
    }
}

#[test]
fn the_table_holds_nothing_else() {
    let used: Vec<Line> = [UNIT, SOCKET, HARDENING]
        .into_iter()
        .flat_map(lines)
        .collect();
    let sets = sets(HARDENING);
    for (known, _) in INTRODUCED {
        let in_use = used
            .iter()
            .any(|line| known == line.option || known == format!("{}={}", line.option, line.value));
        assert!(
            in_use || sets.iter().any(|set| set == known),
            "{known} is not used"
        );
    }
}

#[test]
fn the_script_writes_the_settings_that_the_unit_reads() {
    let script = include_str!("../bootstrap.sh");
    assert!(script.contains("readonly name=student-analytics\n"));
    assert!(script.contains("readonly settings=/etc/$name.conf\n"));
    assert!(UNIT.contains("EnvironmentFile=/etc/student-analytics.conf\n"));
}
