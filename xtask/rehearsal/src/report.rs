//! What the users noticed, trial by trial.

use std::fmt;
use std::time::Duration;

use capacity::rehearsal::Scaling;
use serde::Serialize;

/// One trial and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Result {
    /// What was done to the fleet.
    pub trial: String,
    /// Page requests meanwhile.
    pub requests: u64,
    /// Those that did not return the page.
    pub failed: u64,
    /// As many may fail.
    pub allowed: u64,
    /// The fewest healthy instances meanwhile.
    pub least_healthy: usize,
    /// Seconds from the beginning to a whole fleet.
    pub seconds: f64,
    /// What else was seen.
    pub facts: Vec<String>,
    /// What was not as it should be; nothing, if it passed.
    pub problems: Vec<String>,
    /// The course of the trial of the scaling policy, for `cargo xtask capacity --rehearsal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
}

/// All trials.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// How much faster than on AWS time passed.
    pub time_scale: f64,
    /// Seconds from each launch until the instance answered its first health check.
    pub launches: Vec<f64>,
    /// Trials, in their order.
    pub trials: Vec<Result>,
    /// The trial that could not be done to its end, and why; those after it were not begun.
    pub broken_off: Option<String>,
}

impl Report {
    /// Whether every trial passed.
    pub fn passed(&self) -> bool {
        self.broken_off.is_none() && self.trials.iter().all(|trial| trial.problems.is_empty())
    }

    /// Half of the launches were as fast, in seconds; nothing without a launch.
    pub fn usual_launch(&self) -> Option<f64> {
        median(&self.launches)
    }
}

/// The value in the middle; nothing of none.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut all = values.to_vec();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

impl fmt::Display for Report {
    /// As a table in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(usual) = self.usual_launch() {
            let longest = self.launches.iter().copied().fold(0.0, f64::max);
            writeln!(
                f,
                "From launch to the first healthy answer: {usual:.1} s (median of {}), at most \
                 {longest:.1} s. Intervals are {} times shorter than on AWS.\n",
                self.launches.len(),
                self.time_scale
            )?;
        }
        writeln!(
            f,
            "| trial | requests | failed | may fail | fewest healthy | took | seen |"
        )?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | --- |")?;
        for trial in &self.trials {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {} |",
                trial.trial,
                trial.requests,
                trial.failed,
                trial.allowed,
                trial.least_healthy,
                took(Duration::from_secs_f64(trial.seconds)),
                trial.facts.join("; ")
            )?;
        }
        for trial in &self.trials {
            for problem in &trial.problems {
                writeln!(f, "\n{} did not pass: {problem}", trial.trial)?;
            }
        }
        if let Some(why) = &self.broken_off {
            writeln!(f, "\nNot done to the end: {why}")?;
        }
        Ok(())
    }
}

/// A duration in seconds, with a tenth below a minute.
pub(crate) fn took(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds < 60.0 {
        true => format!("{seconds:.1} s"),
        false => format!("{seconds:.0} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_table() {
        let trial = Result {
            trial: "a machine hangs".to_owned(),
            requests: 100,
            failed: 3,
            allowed: 5,
            least_healthy: 1,
            seconds: 12.34,
            facts: vec!["noticed after 7.0 s".to_owned()],
            problems: Vec::new(),
            scaling: None,
        };
        let mut report = Report {
            time_scale: 10.0,
            launches: vec![4.0, 3.0, 9.0],
            trials: vec![trial],
            broken_off: None,
        };
        assert!(report.passed());
        insta::assert_snapshot!(report, @r#"
        From launch to the first healthy answer: 4.0 s (median of 3), at most 9.0 s. Intervals are 10 times shorter than on AWS.

        | trial | requests | failed | may fail | fewest healthy | took | seen |
        | --- | ---: | ---: | ---: | ---: | ---: | --- |
        | a machine hangs | 100 | 3 | 5 | 1 | 12.3 s | noticed after 7.0 s |
        "#);
        report.trials[0]
            .problems
            .push("it was not noticed".to_owned());
        assert!(!report.passed());
        assert!(
            report
                .to_string()
                .ends_with("a machine hangs did not pass: it was not noticed\n")
        );
        report.trials[0].problems.clear();
        report.broken_off = Some("a process is killed: no instance serves".to_owned());
        assert!(!report.passed());
        assert!(
            report
                .to_string()
                .ends_with("Not done to the end: a process is killed: no instance serves\n")
        );
    }
}
