//! Target tracking, as AWS describes it: the average use of the processors in periods of a
//! minute; three periods above the target raise the desired capacity, fifteen clearly below it
//! lower it.

use std::collections::VecDeque;
use std::time::Duration;

/// The metric's period.
pub const PERIOD: Duration = Duration::from_secs(60);
/// Periods above the target before the capacity is raised.
const HIGH: usize = 3;
/// Periods below before it is lowered.
const LOW: usize = 15;
/// Below means below this share of the target.
const CLEARLY: f64 = 0.9;

/// The alarms of a policy.
#[derive(Clone, Debug, Default)]
pub struct Tracking(VecDeque<f64>);

impl Tracking {
    /// Notes a period's use in percent; the new desired capacity if an alarm goes off.
    pub fn note(
        &mut self,
        percent: f64,
        target: f64,
        capacity: usize,
        (least, most): (usize, usize),
    ) -> Option<usize> {
        self.0.push_back(percent);
        if self.0.len() > LOW {
            self.0.pop_front();
        }
        let latest = |count: usize| self.0.iter().rev().take(count);
        let is_high = self.0.len() >= HIGH && latest(HIGH).all(|it| *it > target);
        let is_low = self.0.len() >= LOW && latest(LOW).all(|it| *it < target * CLEARLY);
        if !is_high && !is_low {
            return None;
        }
        let wanted = wanted(percent, target, capacity).clamp(least, most);
        let changes = if is_high {
            wanted > capacity
        } else {
            wanted < capacity
        };
        if changes {
            self.0.clear();
        }
        changes.then_some(wanted)
    }
}

/// As many instances as bring the average to the target.
fn wanted(percent: f64, target: f64, capacity: usize) -> usize {
    let exact = capacity as f64 * percent / target;
    // Capacities are small, and `exact` is finite and not negative.
    exact.ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The capacities that a course of use leads to.
    fn course(percents: &[f64]) -> Vec<usize> {
        let mut tracking = Tracking::default();
        let mut capacity = 2;
        let mut seen = Vec::new();
        for percent in percents {
            if let Some(wanted) = tracking.note(*percent, 70.0, capacity, (2, 4)) {
                capacity = wanted;
                seen.push(wanted);
            }
        }
        seen
    }

    #[test]
    fn alarms_change_the_capacity() {
        assert!(course(&[100.0; 2]).is_empty());
        assert_eq!(course(&[100.0; 3]), [3]);
        assert!(course(&[100.0, 100.0, 60.0, 100.0, 100.0]).is_empty());
        assert_eq!(course(&[100.0, 100.0, 100.0, 85.0, 85.0, 85.0]), [3, 4]);
        assert_eq!(course(&[100.0; 9]), [3, 4]);
        let mut up_and_down = vec![100.0; 6];
        up_and_down.extend([5.0; 14]);
        assert_eq!(course(&up_and_down), [3, 4]);
        up_and_down.push(5.0);
        assert_eq!(course(&up_and_down), [3, 4, 2]);
        assert!(course(&[65.0; 40]).is_empty());
    }
}
