//! How long requests took, counted in classes.

/// The shortest time that is told from others, in seconds.
const LEAST: f64 = 1e-5;
/// Each class reaches so much further than the one before: 2 %.
const STEP: f64 = 1.02;
/// Up to some 200 seconds.
const CLASSES: usize = 850;

/// Times by how many requests took them; a request may count for several.
#[derive(Clone, Debug)]
pub(crate) struct Waits {
    classes: Vec<f64>,
    count: f64,
    sum: f64,
}

impl Waits {
    pub(crate) fn new() -> Self {
        Self {
            classes: vec![0.0; CLASSES],
            count: 0.0,
            sum: 0.0,
        }
    }

    /// Counts requests that took as long, in seconds.
    pub(crate) fn add(&mut self, seconds: f64, requests: f64) {
        let class = ((seconds / LEAST).ln() / STEP.ln()).ceil().max(0.0);
        // Not negative, and bounded.
        let class = (class as usize).min(CLASSES - 1);
        self.classes[class] += requests;
        self.count += requests;
        self.sum += seconds * requests;
    }

    /// Adds another's.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (own, more) in self.classes.iter_mut().zip(&other.classes) {
            *own += more;
        }
        self.count += other.count;
        self.sum += other.sum;
    }

    /// Within as many seconds that share of the requests came, at most 2 % too long; `None`
    /// without requests.
    pub(crate) fn within(&self, share: f64) -> Option<f64> {
        if self.count <= 0.0 {
            return None;
        }
        let mut seen = 0.0;
        let class = self.classes.iter().position(|requests| {
            seen += requests;
            seen >= share * self.count
        });
        class.map(|class| LEAST * STEP.powf(class as f64))
    }

    /// The mean in seconds; `None` without requests.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0.0).then(|| self.sum / self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_two_percent_exact() {
        let mut waits = Waits::new();
        assert_eq!((waits.within(0.5), waits.mean()), (None, None));
        for milliseconds in 1..=1000 {
            waits.add(f64::from(milliseconds) / 1e3, 1.0);
        }
        for (share, exact) in [(0.5, 0.5), (0.99, 0.99), (1.0, 1.0)] {
            let within = waits.within(share).unwrap();
            assert!(
                (exact..=exact * STEP).contains(&within),
                "{share}: {within}"
            );
        }
        assert!((waits.mean().unwrap() - 0.5005).abs() < 1e-9);
    }
}
