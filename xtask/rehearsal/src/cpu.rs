//! What processes of a machine there are, and how much of the processors they have used; read
//! from `/proc`, as proc(5) describes it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Clock ticks in a second, the unit of `/proc/PID/stat`.
fn ticks_per_second() -> f64 {
    // Never 0 on Linux.
    rustix::param::clock_ticks_per_second().max(1) as f64
}

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its id out here.
    pub(crate) id: i32,
    /// Its program's name, at most 15 bytes.
    pub(crate) name: String,
    parent: i32,
    ticks: u64,
}

/// All processes, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Processes(BTreeMap<i32, Process>);

impl Processes {
    /// Those that run now.
    pub(crate) fn now() -> Self {
        let entries = std::fs::read_dir("/proc").into_iter().flatten();
        let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        let read = |id: i32| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            Some((id, parse(id, &stat)?))
        };
        Self(ids.filter_map(read).collect())
    }

    /// A process and all that descend from it, parents first.
    pub(crate) fn below(&self, root: i32) -> Vec<&Process> {
        let mut found: Vec<&Process> = self.0.get(&root).into_iter().collect();
        let mut next = 0;
        while let Some(parent) = found.get(next).map(|process| process.id) {
            found.extend(self.0.values().filter(|process| process.parent == parent));
            next += 1;
        }
        found
    }
}

fn parse(id: i32, stat: &str) -> Option<Process> {
    // The name is in brackets and may hold any character, brackets too.
    let (before, after) = stat.rsplit_once(") ")?;
    let name = before.split_once(" (")?.1.to_owned();
    let fields: Vec<&str> = after.split(' ').collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    Some(Process {
        id,
        name,
        parent: fields.get(1)?.parse().ok()?,
        ticks: number(11)? + number(12)?,
    })
}

/// Adds up what a machine's processes use, also of those that have ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    seen: BTreeMap<i32, u64>,
    ended: u64,
}

impl Meter {
    /// Notes what they have used until now.
    pub(crate) fn note(&mut self, processes: &[&Process]) {
        let ids: BTreeSet<i32> = processes.iter().map(|process| process.id).collect();
        let gone: Vec<i32> = self
            .seen
            .keys()
            .filter(|id| !ids.contains(id))
            .copied()
            .collect();
        for id in gone {
            self.ended += self.seen.remove(&id).unwrap_or_default();
        }
        for process in processes {
            self.seen.insert(process.id, process.ticks);
        }
    }

    /// Processor time in all.
    pub(crate) fn used(&self) -> Duration {
        let ticks = self.ended + self.seen.values().sum::<u64>();
        Duration::from_secs_f64(ticks as f64 / ticks_per_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_read() {
        let stat = "42 (a (b) c) S 7 42 42 0 -1 4194560 1 2 3 4 11 22 33 44 20 0 1 0 100 0 0";
        let process = parse(42, stat).unwrap();
        assert_eq!(
            (process.name.as_str(), process.parent, process.ticks),
            ("a (b) c", 7, 33)
        );
        assert_eq!(parse(42, "42 (x) S"), None);
    }

    #[test]
    fn this_process_is_among_its_parents_descendants() {
        let own = std::process::id().cast_signed();
        let all = Processes::now();
        let below: Vec<i32> = all.below(own).iter().map(|process| process.id).collect();
        assert_eq!(below.first(), Some(&own));
        assert!(all.below(-1).is_empty());
    }

    #[test]
    fn what_ended_is_counted() {
        let process = |id, ticks| Process {
            id,
            name: String::new(),
            parent: 1,
            ticks,
        };
        let mut meter = Meter::default();
        let (first, second) = (process(1, 100), process(2, 50));
        meter.note(&[&first, &second]);
        meter.note(&[&first]);
        meter.note(&[&process(1, 130)]);
        let ticks = meter.used().as_secs_f64() * ticks_per_second();
        assert_eq!(ticks.round(), 180.0);
    }
}
