//! The rehearsal's trial of the scaling policy, beside the same trial simulated.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use capacity::rehearsal::Scaling;
use serde_json::{Value, json};

/// Both.
#[derive(Debug)]
pub(super) struct Pair {
    rehearsed: Scaling,
    simulated: Scaling,
}

/// Reads what `cargo xtask rehearse --json` printed, and simulates its trial.
pub(super) fn document(text: &str) -> Result<Pair> {
    let report: Value = serde_json::from_str(text).context("it is no JSON")?;
    let trials = report["trials"]
        .as_array()
        .context("it has no trials: it is no report of cargo xtask rehearse --json")?;
    let mut scaling = trials.iter().map(|trial| &trial["scaling"]);
    let scaling = scaling.rfind(|scaling| !scaling.is_null());
    let scaling = scaling.context(
        "it has no trial of the scaling policy: rehearse it with cargo xtask rehearse --trial load --json",
    )?;
    let rehearsed: Scaling =
        serde_json::from_value(scaling.clone()).context("the trial's `scaling`")?;
    rehearsed.check()?;
    let simulated = rehearsed.simulated();
    Ok(Pair {
        rehearsed,
        simulated,
    })
}

impl Pair {
    /// Both, with all that they rest on.
    pub(super) fn json(&self) -> Value {
        json!({"rehearsed": self.rehearsed, "simulated": self.simulated})
    }

    /// Both as a table of Markdown.
    pub(super) fn table(&self) -> String {
        let it = &self.rehearsed;
        let mut text = format!(
            "The trial of the scaling policy, rehearsed with real instances and simulated: {:.1} requests a second \
             of {:.1} ms CPU rise to {:.1} step by step, for {} to {} instances with {} of a core each, target {:.0} %. Seconds are \
             the rehearsal's, {} times shorter than on AWS; a launch takes {:.1} s. In the simulation the load rises \
             as a period of {:.1} s begins, in the rehearsal at any time within one.\n\n\
             | seen | rehearsed | simulated |\n| --- | ---: | ---: |\n",
            it.usual_rate,
            it.work * 1e3,
            it.steps
                .iter()
                .map(|step| step.rate)
                .fold(it.usual_rate, f64::max),
            it.min,
            it.max,
            it.declared,
            it.target,
            it.time_scale,
            it.boot,
            it.period,
        );
        for count in it.min + 1..=it.max {
            let both = [&self.rehearsed, &self.simulated]
                .map(|scaling| scaling.rises.iter().find(|rise| rise.instances == count));
            let times = both.map(|rise| seconds(rise.map(|rise| rise.after)));
            let uses = both
                .map(|rise| rise.map_or("–".to_owned(), |rise| format!("{:.0} %", rise.percent)));
            let _ = writeln!(
                text,
                "| {count} instances serve after | {} | {} |\n| use of the cores then | {} | {} |",
                times[0], times[1], uses[0], uses[1]
            );
        }
        let back = [&self.rehearsed, &self.simulated].map(|it| seconds(it.back_after));
        let _ = writeln!(
            text,
            "| back to {} after | {} | {} |",
            it.min, back[0], back[1]
        );
        text
    }
}

fn seconds(seconds: Option<f64>) -> String {
    seconds.map_or("not seen".to_owned(), |seconds| format!("{seconds:.1} s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report of the kind that the README's rehearsal prints.
    const REPORT: &str = r#"{"time_scale": 8.0, "launches": [4.6], "trials": [{"trial": "load", "scaling": {
        "time_scale": 8.0, "work": 0.03, "usual_rate": 4.2, "steps": [{"after": 0.0, "rate": 14.2}, {"after": 15.0, "rate": 15.0}, {"after": 39.5, "rate": 18.7}, {"after": 47.0, "rate": 20.7}],
        "declared": 0.25, "min": 2, "max": 4,
        "target": 70.0, "period": 7.5, "warm_up": 7.5, "check": 3.75, "checks": 2, "drain": 3.75, "boot": 4.6,
        "rises": [{"instances": 3, "after": 39.4, "percent": 91.0}, {"instances": 4, "after": 38.6, "percent": 78.0}],
        "back_after": 124.0}}]}"#;

    #[test]
    fn both_are_side_by_side() {
        let pair = document(REPORT).unwrap();
        insta::assert_snapshot!(pair.table(), @r"
        The trial of the scaling policy, rehearsed with real instances and simulated: 4.2 requests a second of 30.0 ms CPU rise to 20.7 step by step, for 2 to 4 instances with 0.25 of a core each, target 70 %. Seconds are the rehearsal's, 8 times shorter than on AWS; a launch takes 4.6 s. In the simulation the load rises as a period of 7.5 s begins, in the rehearsal at any time within one.

        | seen | rehearsed | simulated |
        | --- | ---: | ---: |
        | 3 instances serve after | 39.4 s | 33.8 s |
        | use of the cores then | 91 % | 90 % |
        | 4 instances serve after | 38.6 s | 37.5 s |
        | use of the cores then | 78 % | 83 % |
        | back to 2 after | 124.0 s | 120.0 s |
        ");
    }

    #[test]
    fn what_is_no_report_is_told() {
        let cases = [
            ("", "no JSON"),
            ("{}", "no trials"),
            (r#"{"trials": [{"trial": "x"}]}"#, "--trial load"),
            (r#"{"trials": [{"scaling": {}}]}"#, "scaling"),
            (
                &REPORT.replace("\"period\": 7.5", "\"period\": 0"),
                "period",
            ),
            (&REPORT.replace("\"max\": 4", "\"max\": 1"), "max"),
            (&REPORT.replace("\"after\": 15.0", "\"after\": 0"), "steps"),
            (&REPORT.replace("\"rate\": 15.0", "\"rate\": -1"), "steps"),
        ];
        for (text, expected) in cases {
            let error = format!("{:#}", document(text).unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }
}
