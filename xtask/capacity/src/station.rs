//! The queue before the cores of one instance: first come, first served.
//!
//! Because nobody overtakes, when a request starts is known when it comes, and with it whether it
//! will wait too long: each arrival is one event, and nothing is approximated.

use std::collections::VecDeque;

/// How many may wait, and how long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Queue {
    /// Requests that may wait, for each core.
    pub places_per_core: usize,
    /// The longest wait, in seconds.
    pub patience: f64,
}

impl Queue {
    /// The dashboard's own (`app/src/server/compute.rs`).
    pub const DASHBOARD: Self = Self {
        places_per_core: 64,
        patience: 2.0,
    };
    /// One without an end, as closed forms have it.
    pub const ENDLESS: Self = Self {
        places_per_core: usize::MAX,
        patience: f64::INFINITY,
    };
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It is answered so many seconds after it came.
    Answered(f64),
    /// The queue is full: it is refused, at the cost of next to nothing.
    Refused,
    /// It waits in vain, and is refused when its patience ends.
    GaveUp,
}

/// An instance's cores and the queue before them. Times are seconds since any one moment.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    /// When each core has done what it was given.
    free: Vec<f64>,
    queue: Queue,
    /// When those that wait start, ascending.
    starts: VecDeque<f64>,
    /// When those that wait in vain give up, ascending.
    ends: VecDeque<f64>,
    given: f64,
}

impl Station {
    /// One with nothing to do.
    pub(crate) fn new(cores: usize, queue: Queue) -> Self {
        Self {
            free: vec![0.0; cores.max(1)],
            queue,
            starts: VecDeque::new(),
            ends: VecDeque::new(),
            given: 0.0,
        }
    }

    /// A request comes, not before the one before it.
    pub(crate) fn take(&mut self, now: f64, work: f64) -> Fate {
        for times in [&mut self.starts, &mut self.ends] {
            while times.front().is_some_and(|time| *time <= now) {
                times.pop_front();
            }
        }
        let first = (0..self.free.len()).min_by(|a, b| self.free[*a].total_cmp(&self.free[*b]));
        let core = first.unwrap_or(0);
        let start = self.free[core].max(now);
        if start > now {
            let places = self.queue.places_per_core.saturating_mul(self.free.len());
            if self.starts.len() + self.ends.len() >= places {
                return Fate::Refused;
            }
            if start - now > self.queue.patience {
                self.ends.push_back(now + self.queue.patience);
                return Fate::GaveUp;
            }
            self.starts.push_back(start);
        }
        self.free[core] = start + work;
        self.given += work;
        Fate::Answered(start + work - now)
    }

    /// Seconds that its cores were busy until now. What is not done yet follows without a gap, so
    /// it is what a core has before it.
    pub(crate) fn busy(&self, now: f64) -> f64 {
        let ahead: f64 = self.free.iter().map(|free| (free - now).max(0.0)).sum();
        self.given - ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Queue = Queue {
        places_per_core: 2,
        patience: 3.0,
    };

    #[test]
    fn each_waits_for_those_before_it() {
        let mut station = Station::new(1, SHORT);
        let fates = [0.0, 0.5, 1.0, 1.5, 2.5].map(|now| station.take(now, 2.0));
        let expected = [
            Fate::Answered(2.0),
            // Starts at 2.
            Fate::Answered(3.5),
            // Would start at 4, just in time.
            Fate::Answered(5.0),
            // Two wait.
            Fate::Refused,
            // One of them has started; it would start at 6, half a second too late.
            Fate::GaveUp,
        ];
        assert_eq!(fates, expected);
        assert_eq!(
            [0.0, 1.0, 5.0, 6.0, 9.0].map(|now| station.busy(now)),
            [0.0, 1.0, 5.0, 6.0, 6.0]
        );
    }

    #[test]
    fn cores_share_a_queue() {
        let mut station = Station::new(2, SHORT);
        let fates = [0.0, 0.0, 0.0, 1.5].map(|now| station.take(now, 2.0));
        assert_eq!(
            fates,
            [2.0, 2.0, 4.0, 2.5].map(Fate::Answered),
            "the third starts at 2 on one core, the fourth at 2 on the other"
        );
    }

    /// The same, event by event: who waits is a list, and time goes on to whatever is next.
    fn by_events(cores: usize, queue: Queue, requests: &[(f64, f64)]) -> (Vec<Fate>, f64) {
        let mut fates = vec![Fate::Refused; requests.len()];
        let mut waiting: Vec<usize> = Vec::new();
        let mut running: Vec<(f64, usize)> = Vec::new();
        let (mut now, mut next, mut areas) = (0.0, 0, 0.0);
        loop {
            let end = running.iter().map(|it| it.0).fold(f64::INFINITY, f64::min);
            let leave = waiting.iter().map(|it| requests[*it].0 + queue.patience);
            let leave = leave.fold(f64::INFINITY, f64::min);
            let come = requests.get(next).map_or(f64::INFINITY, |it| it.0);
            let then = end.min(leave).min(come);
            if then == f64::INFINITY {
                return (fates, areas);
            }
            areas += (then - now) * (waiting.len() + running.len()) as f64;
            now = then;
            if end == now {
                running.retain(|it| it.0 > now);
            } else if leave == now {
                waiting.retain(|it| {
                    let stays = requests[*it].0 + queue.patience > now;
                    if !stays {
                        fates[*it] = Fate::GaveUp;
                    }
                    stays
                });
            } else {
                if running.len() < cores || waiting.len() < queue.places_per_core * cores {
                    waiting.push(next);
                }
                next += 1;
            }
            while running.len() < cores && !waiting.is_empty() {
                let first = waiting.remove(0);
                let done = now + requests[first].1;
                running.push((done, first));
                fates[first] = Fate::Answered(done - requests[first].0);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn looking_ahead_is_the_same_as_event_by_event(
            distances in proptest::collection::vec((0.001..1.0, 0.001..1.0), 1..200),
            cores in 1..4_usize,
            places_per_core in 0..6_usize,
            patience in 0.01..3.0,
            haste in 0.5..8.0,
        ) {
            let queue = Queue { places_per_core, patience };
            let mut now = 0.0;
            let requests: Vec<(f64, f64)> = distances
                .iter()
                .map(|(distance, work)| {
                    now += distance / haste;
                    (now, *work)
                })
                .collect();
            let mut station = Station::new(cores, queue);
            let fates: Vec<Fate> = requests.iter().map(|(now, work)| station.take(*now, *work)).collect();
            let (expected, areas) = by_events(cores, queue, &requests);
            for (fate, expected) in fates.iter().zip(&expected) {
                match (fate, expected) {
                    (Fate::Answered(one), Fate::Answered(other)) => assert!((one - other).abs() < 1e-9),
                    (one, other) => assert_eq!(one, other),
                }
            }
            // Little's law: those who are there, over time, are the times of all.
            let times = fates.iter().map(|fate| match fate {
                Fate::Answered(seconds) => *seconds,
                Fate::GaveUp => patience,
                Fate::Refused => 0.0,
            });
            assert!((times.sum::<f64>() - areas).abs() < 1e-6);
        }
    }
}
