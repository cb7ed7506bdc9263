//! What the model expects of a student, in a sentence.

use crate::figures::{FieldValue, WhatIf};
use crate::format;

/// What is expected, with how sure that is.
pub fn expectation(what_if: &WhatIf, outcome: &str) -> String {
    let outcome = format::label(outcome);
    let Some(expected) = &what_if.prediction else {
        return format!(
            "Of such students the data says nothing: nobody here has one of these levels, or the choices \
             contradict each other where one column follows from others. So there is no expected {outcome}."
        );
    };
    let such = match what_if.any_assumed() {
        true => "such students",
        false => "students who are in every factor as most are",
    };
    let places = format::places_for(expected.ci95[1] - expected.ci95[0])
        .min(1 + usize::from(expected.mean.abs() < 10.0));
    let interval = |ends: [f64; 2]| format::interval(Some(ends), places);
    let mut text = format!(
        "The model expects {} points of {outcome} on average from {such} (95 % interval {}). One of them lies \
         within {} in 95 of 100 cases (prediction interval).",
        format::decimals(expected.mean, places),
        interval(expected.mean_ci95),
        interval(expected.ci95),
    );
    if let (true, Some(usual)) = (what_if.any_assumed(), &what_if.usual) {
        text += &format!(
            " That is {} points {} than from students who are in every factor as most are.",
            format::decimals((expected.mean - usual.mean).abs(), places),
            if expected.mean < usual.mean {
                "fewer"
            } else {
                "more"
            },
        );
    }
    for field in what_if.beyond() {
        if let FieldValue::Number { value, range, .. } = field.value {
            text += &format!(
                " {} {} is beyond the {} to {} of the students here, so the model only extends its line.",
                format::label(&field.factor),
                format::value(value),
                format::value(range[0]),
                format::value(range[1]),
            );
        }
    }
    text
}
