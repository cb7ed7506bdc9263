//! A halt at the N-th write: for a test that kills its client at that very instant.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// On which side of the work a halt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The request has arrived and nothing was done.
    Before,
    /// The work is done and the answer is not sent.
    After,
}

/// Where to halt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Point {
    /// Which write since the record was last cleared, counted from one.
    pub write: u32,
    /// On which side of its work.
    pub side: Side,
}

/// How far the halt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    /// No halt is wanted.
    Off,
    /// The write has not arrived.
    Waiting,
    /// The write is being done; all that arrives from now on is held.
    Working,
    /// Reached: nothing is answered.
    Reached,
}

/// What becomes of a request that has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passage {
    /// It is done and answered.
    Through,
    /// It is done, and held before its answer.
    WorkThenHold,
    /// It is held.
    Hold,
}

/// The halt and those who wait for it.
#[derive(Debug)]
pub(crate) struct Halt {
    point: Mutex<Option<Point>>,
    phase: watch::Sender<Phase>,
}

impl Halt {
    /// None wanted.
    pub(crate) fn new() -> Self {
        Self {
            point: Mutex::new(None),
            phase: watch::Sender::new(Phase::Off),
        }
    }

    /// Wants a halt.
    pub(crate) fn set(&self, point: Point) {
        *self.point() = Some(point);
        self.phase.send_replace(Phase::Waiting);
    }

    /// The phase now.
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Decides about a request: `write` is its number among the writes.
    pub(crate) fn arrived(&self, write: Option<u32>) -> Passage {
        let point = *self.point();
        match (self.phase(), point) {
            (Phase::Working | Phase::Reached, _) => Passage::Hold,
            (Phase::Waiting, Some(point)) if write == Some(point.write) => match point.side {
                Side::Before => {
                    self.phase.send_replace(Phase::Reached);
                    Passage::Hold
                }
                Side::After => {
                    self.phase.send_replace(Phase::Working);
                    Passage::WorkThenHold
                }
            },
            _ => Passage::Through,
        }
    }

    /// The write's work is done.
    pub(crate) fn worked(&self) {
        let working = |phase: &mut Phase| {
            let was_working = *phase == Phase::Working;
            if was_working {
                *phase = Phase::Reached;
            }
            was_working
        };
        self.phase.send_if_modified(working);
    }

    /// Waits until the halt is reached, or no longer wanted.
    pub(crate) async fn reached(&self) {
        let mut phase = self.phase.subscribe();
        let over = |phase: &Phase| matches!(phase, Phase::Reached | Phase::Off);
        // An error means that the sender is gone, and with it the emulator.
        let _ = phase.wait_for(over).await;
    }

    /// Waits until those who are held are let go: to have their connections closed.
    pub(crate) async fn released(&self) {
        let mut phase = self.phase.subscribe();
        let _ = phase.wait_for(|phase| *phase == Phase::Off).await;
    }

    /// Lets go.
    pub(crate) fn release(&self) {
        *self.point() = None;
        self.phase.send_replace(Phase::Off);
    }

    fn point(&self) -> MutexGuard<'_, Option<Point>> {
        self.point.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_chosen_write_halts_and_all_after_it_wait() {
        for (side, passage) in [
            (Side::Before, Passage::Hold),
            (Side::After, Passage::WorkThenHold),
        ] {
            let halt = Halt::new();
            halt.set(Point { write: 2, side });
            assert_eq!(halt.arrived(Some(1)), Passage::Through);
            assert_eq!(halt.arrived(None), Passage::Through);
            assert_eq!(halt.arrived(Some(2)), passage);
            assert_eq!(halt.arrived(None), Passage::Hold);
            halt.release();
            assert_eq!(halt.arrived(Some(2)), Passage::Through);
        }
    }
}
