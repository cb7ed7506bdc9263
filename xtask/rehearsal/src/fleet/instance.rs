//! An instance of the group: its machine, and what the group knows of it.

use std::time::{Duration, Instant};

use xtask_emulator::Instance as Shown;

use crate::balancer::{Seen, Slot};
use crate::cpu::Processes;
use crate::machine::Machine;

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It is the load balancer's target.
    InService,
    /// It finishes what it was sent.
    Draining {
        /// Since then.
        since: Instant,
    },
    /// It shuts down.
    Stopping {
        /// Since then.
        since: Instant,
    },
}

/// What its health check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It has not passed yet, and had no time to.
    Initial,
    /// It passes.
    Healthy,
    /// It fails.
    Unhealthy,
}

/// An instance.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) zone: String,
    pub(crate) version: String,
    pub(crate) slot: Slot,
    pub(crate) machine: Machine,
    pub(crate) phase: Phase,
    pub(crate) health: Health,
    /// Whether its machine has ended by itself.
    pub(crate) is_off: bool,
    /// When it was first healthy.
    pub(crate) healthy_since: Option<Instant>,
    /// Processor time until now.
    pub(crate) used: Duration,
    /// What the load balancer said last.
    pub(crate) seen: Seen,
    used_before_period: Duration,
    connections_before: u64,
    has_answered: bool,
}

/// What the boot script says when the service answers its health check.
const READY: &str = "ready on port";

impl Instance {
    pub(super) fn new(
        id: String,
        zone: String,
        version: String,
        slot: Slot,
        machine: Machine,
        connections_before: u64,
    ) -> Self {
        Self {
            id,
            zone,
            version,
            slot,
            machine,
            phase: Phase::InService,
            health: Health::Initial,
            is_off: false,
            healthy_since: None,
            used: Duration::ZERO,
            seen: Seen::default(),
            used_before_period: Duration::ZERO,
            connections_before,
            has_answered: false,
        }
    }

    /// When it was launched.
    pub(crate) fn launched(&self) -> Instant {
        self.machine.launched()
    }

    /// Requests that the load balancer gave it.
    pub(crate) fn requests(&self) -> u64 {
        self.seen
            .connections
            .saturating_sub(self.connections_before)
    }

    /// Whether it has been healthy for that long.
    pub(super) fn is_warm(&self, warm_up: Duration) -> bool {
        self.healthy_since
            .is_some_and(|since| since.elapsed() >= warm_up)
    }

    /// Takes note; whether it has just become healthy for the first time.
    pub(super) fn observe(
        &mut self,
        seen: Seen,
        processes: &Processes,
        first_checks: Duration,
    ) -> bool {
        self.used = self.machine.meter(processes);
        self.seen = seen;
        self.is_off = !self.machine.runs();
        if self.phase != Phase::InService {
            return false;
        }
        self.health = match seen.is_up {
            true => Health::Healthy,
            false if self.healthy_since.is_none() && self.launched().elapsed() < first_checks => {
                Health::Initial
            }
            false => Health::Unhealthy,
        };
        let is_first = self.health == Health::Healthy && self.healthy_since.is_none();
        if is_first {
            self.healthy_since = Some(Instant::now());
        }
        is_first
    }

    /// Seconds from the launch to the first healthy answer, once, when it has just come.
    pub(super) fn first_answer(&mut self) -> Option<f64> {
        if self.has_answered || !self.machine.said().contains(READY) {
            return None;
        }
        self.has_answered = true;
        Some(self.launched().elapsed().as_secs_f64())
    }

    /// Processor time since this was asked last.
    pub(super) fn used_in_period(&mut self) -> Duration {
        let used = self.used.saturating_sub(self.used_before_period);
        self.used_before_period = self.used;
        used
    }

    /// As the cloud shows it.
    pub(super) fn shown(&self) -> Shown {
        let (lifecycle, target) = match (self.phase, self.health) {
            (Phase::InService, Health::Initial) => ("InService", "initial"),
            (Phase::InService, Health::Healthy) => ("InService", "healthy"),
            (Phase::InService, Health::Unhealthy) => ("InService", "unhealthy"),
            _ => ("Terminating", "draining"),
        };
        Shown {
            id: self.id.clone(),
            zone: self.zone.clone(),
            version: self.version.clone(),
            lifecycle,
            is_healthy: self.health != Health::Unhealthy,
            target,
        }
    }
}
