//! A load: requests a second over time.
//!
//! As a file it is CSV with the header `seconds,requests_per_second`; seconds ascend from 0, the
//! rate goes straight from one line to the next, and the last line is the end.

/// The header of a trace's file.
pub const HEADER: &str = "seconds,requests_per_second";

/// The share of the busiest hour's load in each hour of a working day, from midnight; the last is
/// midnight again. It is an assumption: quiet nights, two peaks, lunch between.
const DAY: [f64; 25] = [
    0.05, 0.03, 0.02, 0.02, 0.03, 0.06, 0.15, 0.35, 0.70, 0.95, 1.00, 0.95, 0.75, 0.80, 0.95, 0.90,
    0.75, 0.55, 0.40, 0.35, 0.30, 0.25, 0.15, 0.10, 0.05,
];

/// A load over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace(Vec<(f64, f64)>);

/// Why text is no trace. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// What it is to begin with.
    #[error("line 1 is not `{HEADER}`: write that above the figures")]
    Header,
    /// What is no pair of numbers.
    #[error("line {0} is not two numbers, seconds and requests a second, with a comma between")]
    Numbers(usize),
    /// What is beyond reason.
    #[error("line {0}: rates are from 0 to 10 million requests a second")]
    Rate(usize),
    /// Time goes forward.
    #[error("line {0}: seconds begin with 0 and ascend, up to 31 days")]
    Order(usize),
    /// A time needs an end.
    #[error("a trace has at least two lines of figures, the last of which is its end")]
    Short,
}

/// The longest trace, in seconds.
const LONGEST: f64 = 31.0 * 86_400.0;
/// The highest rate.
const HIGHEST: f64 = 1e7;

impl Trace {
    /// The same rate for so many seconds.
    pub fn constant(rate: f64, seconds: f64) -> Self {
        Self(vec![(0.0, rate), (seconds, rate)])
    }

    /// A working day with this rate at its busiest.
    pub fn day(rate: f64) -> Self {
        let hours = DAY.iter().enumerate();
        Self(
            hours
                .map(|(hour, share)| (hour as f64 * 3600.0, share * rate))
                .collect(),
        )
    }

    /// Points of seconds and rates, the first at 0, ascending.
    pub(crate) fn of(points: Vec<(f64, f64)>) -> Self {
        Self(points)
    }

    /// Reads a trace's file.
    ///
    /// # Errors
    /// The first line that is not as it should be.
    pub fn parse(text: &str) -> Result<Self, TraceError> {
        let mut lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty());
        let header = lines
            .next()
            .map(|(_, line)| line.trim().trim_start_matches('\u{feff}'));
        if header != Some(HEADER) {
            return Err(TraceError::Header);
        }
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (number, line) in lines {
            let pair = line.split_once(',').and_then(|(seconds, rate)| {
                Some((seconds.trim().parse().ok()?, rate.trim().parse().ok()?))
            });
            let (seconds, rate) = pair.ok_or(TraceError::Numbers(number))?;
            if !(0.0..=HIGHEST).contains(&rate) {
                return Err(TraceError::Rate(number));
            }
            let is_next = match points.last() {
                None => seconds == 0.0,
                Some((last, _)) => seconds > *last && seconds <= LONGEST,
            };
            if !is_next {
                return Err(TraceError::Order(number));
            }
            points.push((seconds, rate));
        }
        match points.len() {
            0 | 1 => Err(TraceError::Short),
            _ => Ok(Self(points)),
        }
    }

    /// The same shape with this highest rate; as it is, if nobody comes at all.
    #[must_use]
    pub fn scaled_to(&self, highest: f64) -> Self {
        let own = self.highest();
        if own <= 0.0 {
            return self.clone();
        }
        let points = self.0.iter();
        Self(
            points
                .map(|(seconds, rate)| (*seconds, rate / own * highest))
                .collect(),
        )
    }

    /// Its end, in seconds.
    pub fn end(&self) -> f64 {
        self.0.last().map_or(0.0, |(seconds, _)| *seconds)
    }

    /// Its highest rate.
    pub fn highest(&self) -> f64 {
        self.0.iter().map(|(_, rate)| *rate).fold(0.0, f64::max)
    }

    /// Its mean rate.
    pub fn mean(&self) -> f64 {
        let pairs = self.0.windows(2);
        let all: f64 = pairs
            .map(|pair| (pair[1].0 - pair[0].0) * f64::midpoint(pair[0].1, pair[1].1))
            .sum();
        if self.end() > 0.0 {
            all / self.end()
        } else {
            0.0
        }
    }

    /// The rate at that second; 0 after the end.
    pub fn rate(&self, seconds: f64) -> f64 {
        let next = self.0.partition_point(|(at, _)| *at <= seconds);
        match (
            next.checked_sub(1).and_then(|last| self.0.get(last)),
            self.0.get(next),
        ) {
            (Some((begin, from)), Some((end, to))) => {
                from + (to - from) * (seconds - begin) / (end - begin)
            }
            (None, Some((_, rate))) => *rate,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_go_straight_from_line_to_line() {
        let trace = Trace::parse("seconds,requests_per_second\n0,10\n100,20\r\n\n200,0\n").unwrap();
        let cases = [
            (0.0, 10.0),
            (50.0, 15.0),
            (100.0, 20.0),
            (150.0, 10.0),
            (200.0, 0.0),
            (300.0, 0.0),
        ];
        for (seconds, rate) in cases {
            assert_eq!(trace.rate(seconds), rate, "{seconds}");
        }
        assert_eq!(
            (trace.end(), trace.highest(), trace.mean()),
            (200.0, 20.0, 12.5)
        );
        assert_eq!(trace.scaled_to(40.0).rate(50.0), 30.0);
    }

    #[test]
    fn what_is_no_trace_is_told_by_its_line() {
        let cases = [
            ("", TraceError::Header),
            ("0,1\n1,1\n", TraceError::Header),
            ("seconds,requests_per_second\n0,1\n", TraceError::Short),
            ("seconds,requests_per_second\n0;1\n", TraceError::Numbers(2)),
            (
                "seconds,requests_per_second\n0,1\n1,x\n",
                TraceError::Numbers(3),
            ),
            ("seconds,requests_per_second\n0,-1\n", TraceError::Rate(2)),
            ("seconds,requests_per_second\n0,NaN\n", TraceError::Rate(2)),
            ("seconds,requests_per_second\n1,1\n", TraceError::Order(2)),
            (
                "seconds,requests_per_second\n0,1\n0,1\n",
                TraceError::Order(3),
            ),
            (
                "seconds,requests_per_second\n0,1\nNaN,1\n",
                TraceError::Order(3),
            ),
            (
                "seconds,requests_per_second\n0,1\n9e9,1\n",
                TraceError::Order(3),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(Trace::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_day_has_its_highest_rate_in_the_morning() {
        let day = Trace::day(100.0);
        assert_eq!(
            (day.end(), day.highest(), day.rate(36_000.0)),
            (86_400.0, 100.0, 100.0)
        );
    }
}
