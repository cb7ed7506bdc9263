//! This machine and its processes, as far as the lock needs them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A process, told from a later one with the same number by when it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    /// Its number.
    pub(crate) id: u32,
    /// When it started, in the kernel's ticks since boot; 0 where that cannot be had.
    #[serde(default)]
    pub(crate) started: u64,
}

impl Process {
    /// This one.
    pub(crate) fn own() -> Self {
        let id = std::process::id();
        Self {
            id,
            started: started(id).unwrap_or(0),
        }
    }

    /// One that there cannot be.
    #[cfg(test)]
    pub(crate) fn gone() -> Self {
        Self {
            id: u32::MAX >> 1,
            started: 1,
        }
    }

    /// Whether it still runs here.
    pub(crate) fn is_alive(&self) -> bool {
        let Some(process) = i32::try_from(self.id)
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        else {
            return false;
        };
        // Not being allowed to signal it means that it is there.
        let exists = !matches!(
            rustix::process::test_kill_process(process),
            Err(rustix::io::Errno::SRCH)
        );
        exists && started(self.id).is_none_or(|now| self.started == 0 || now == self.started)
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

/// What tells this machine's processes from those of another of the same name: the boot and the
/// namespace of process numbers. Empty where the kernel does not say; then nothing is known.
pub(crate) fn identity() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let namespace = std::fs::read_link("/proc/self/ns/pid");
    match (boot, namespace) {
        (Ok(boot), Ok(namespace)) => format!("{} {}", boot.trim(), namespace.display()),
        _ => String::new(),
    }
}

/// The machine's name.
pub(crate) fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// The 22nd field of Linux's `/proc/PID/stat`; the second is in parentheses and may hold spaces.
/// A zombie has ended: nothing of it runs.
fn started(id: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    if fields.first() == Some(&"Z") {
        return Some(u64::MAX);
    }
    fields.get(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_told_from_later_ones_with_their_number() {
        let own = Process::own();
        let earlier = Process {
            started: own.started.wrapping_add(1),
            ..own
        };
        for (process, alive) in [(own, true), (earlier, false), (Process::gone(), false)] {
            assert_eq!(process.is_alive(), alive, "{process:?}");
        }
    }
}
