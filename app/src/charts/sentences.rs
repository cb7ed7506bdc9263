//! One sentence per result of the statistics: how large first, how sure after, and of association
//! only, never of cause.
//!
//! Between the statistics and whatever shows them: cards, pages and the report.

use crate::format;
use crate::stats::{Coefficient, HedgesG, MannWhitney, MeanDifference, Partial, WelchAnova};

/// Probability of a result by chance below which chance is called unlikely.
const UNLIKELY: f64 = 0.05;

/// What a coefficient is the weight of, in words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Subject<'a> {
    /// The constant.
    Intercept,
    /// A numeric column by its name.
    Numeric(&'a str),
    /// A level against its factor's reference level.
    Level {
        /// Name of the column.
        factor: &'a str,
        /// The level.
        level: &'a str,
        /// The level it is compared with.
        reference: &'a str,
    },
}

/// The sentence of one coefficient of a multiple regression.
pub fn coefficient(outcome: &str, subject: Subject<'_>, c: &Coefficient) -> String {
    let outcome = format::label(outcome);
    let places = places(c.estimate);
    let size = format!("{} points of {outcome}", format::signed(c.estimate, places));
    let interval = match c.ci95[0].is_nan() {
        true => String::new(),
        false => format!(
            " (95 % interval {})",
            format::interval(Some(c.ci95), places)
        ),
    };
    let what = match subject {
        Subject::Intercept => {
            return format!(
                "Where every numeric factor is 0 and every other at its reference level, the model expects {} points \
                 of {outcome}{interval}.",
                format::decimals(c.estimate, places)
            );
        }
        Subject::Numeric(name) => format!("each additional unit of {}", format::label(name)),
        Subject::Level {
            factor,
            level,
            reference,
        } => format!(
            "{} of {} rather than {}",
            format::quoted(level),
            format::label(factor),
            format::quoted(reference)
        ),
    };
    format!(
        "With all other factors equal, {what} goes along with {size} on average{interval}; {}.",
        chance(c.p)
    )
}

/// The sentence of how much a whole regression explains.
///
/// `r2` and `adjusted_r2` are shares, `p` is that of the model's F, `n` the rows used.
pub fn explained(outcome: &str, r2: f64, adjusted_r2: f64, p: f64, n: usize) -> String {
    let outcome = format::label(outcome);
    if r2.is_nan() {
        return format!(
            "The {} with every value all have one {outcome}, so there is nothing to explain.",
            students(n)
        );
    }
    if adjusted_r2.is_nan() || p.is_nan() {
        return format!(
            "The model has as many terms as the {} it is fitted to, so it says nothing of others.",
            students(n)
        );
    }
    format!(
        "All factors together go along with {} % of the differences in {outcome} among {} ({} % adjusted for the \
         number of terms); {}.",
        percent(r2),
        students(n),
        percent(adjusted_r2),
        chance(p)
    )
}

/// The sentence of what a factor explains beyond all others; `None` for one without terms of its
/// own.
pub fn partial(outcome: &str, factor: &str, partial: Option<&Partial>) -> String {
    let (outcome, factor) = (format::label(outcome), format::label(factor));
    match partial {
        None => format!(
            "{factor} says nothing of {outcome} that the other factors do not say already: it is the same everywhere \
             or follows from them."
        ),
        Some(partial) if partial.r2.is_nan() => {
            format!(
                "The other factors leave no differences in {outcome} that {factor} could go along with."
            )
        }
        Some(partial) => format!(
            "Of the differences in {outcome} that the other factors leave, {factor} goes along with {} %; {}.",
            percent(partial.r2),
            chance(partial.p)
        ),
    }
}

/// The sentence of Welch's analysis of variance, with the effect size that belongs to it.
pub fn welch(outcome: &str, factor: &str, omega2: f64, test: Option<&WelchAnova>) -> String {
    let (outcome, factor) = (format::label(outcome), format::label(factor));
    let size = if omega2.is_nan() {
        return format!(
            "There are too few students to say how {factor} and {outcome} go together."
        );
    } else if omega2 <= 0.0 {
        format!(
            "{factor} goes along with no more of the differences in {outcome} than chance would bring (ω² = {})",
            format::decimals(omega2, 3)
        )
    } else {
        format!(
            "{factor} goes along with about {} % of the differences in {outcome} (ω²)",
            percent(omega2)
        )
    };
    let sure = match test {
        None => "a level with one student or with equal outcomes leaves Welch's test undefined"
            .to_owned(),
        Some(test) => format!("allowing for unequal spreads, {}", chance(test.p)),
    };
    format!("{size}; {sure}.")
}

/// The sentence of two groups' means, `None` where a group has fewer than two outcomes.
pub fn difference(
    outcome: &str,
    groups: [&str; 2],
    figures: Option<(&MeanDifference, &HedgesG)>,
) -> String {
    let outcome = format::label(outcome);
    let [first, second] = groups.map(format::quoted);
    let Some((means, effect)) = figures else {
        return format!(
            "{first} and {second} cannot be compared: a mean with its uncertainty takes at least two students on \
             either side."
        );
    };
    let places = places(means.difference);
    let size = means.difference.abs();
    let side = if means.difference == 0.0 {
        format!("{first} and {second} have the same mean {outcome}")
    } else {
        format!(
            "The mean {outcome} of {first} is {} points {} than that of {second}",
            format::decimals(size, places),
            if means.difference > 0.0 {
                "higher"
            } else {
                "lower"
            }
        )
    };
    if means.p.is_nan() || !effect.g.is_finite() {
        return format!("{side}; neither group has a spread to compare that with.");
    }
    format!(
        "{side} (95 % interval of the difference {}), a {} difference of {} standard deviations; {}.",
        format::interval(Some(means.ci95), places),
        magnitude(effect.g),
        format::decimals(effect.g.abs(), 2),
        chance(means.p)
    )
}

/// The sentence of Mann and Whitney's test, `None` where a group is empty.
pub fn superiority(outcome: &str, groups: [&str; 2], test: Option<&MannWhitney>) -> String {
    let outcome = format::label(outcome);
    let [first, second] = groups.map(format::quoted);
    match test {
        None => format!("{first} and {second} cannot be compared: one of them has no students."),
        Some(test) => format!(
            "Of a student from {first} and one from {second}, picked at random, the one from {first} has the higher \
             {outcome} in {} % of pairs, ties counting half; {}.",
            percent(test.superiority),
            chance(test.p)
        ),
    }
}

/// A standardised difference in words.
///
/// Cohen, "Statistical Power Analysis for the Behavioral Sciences" (1988), 2.2: small from 0.2,
/// medium from 0.5, large from 0.8.
fn magnitude(g: f64) -> &'static str {
    match g.abs() {
        g if g < 0.2 => "negligible",
        g if g < 0.5 => "small",
        g if g < 0.8 => "medium",
        _ => "large",
    }
}

/// What a p-value says, no more.
fn chance(p: f64) -> String {
    let shown = match format::p_value(p) {
        text if text.starts_with('<') => format!("p {text}"),
        text => format!("p = {text}"),
    };
    match p {
        p if p.is_nan() => "too few students are left to say what chance would do".to_owned(),
        p if p < UNLIKELY => format!("chance alone is an unlikely explanation ({shown})"),
        // 0.0496 and 0.0504 are both shown as 0.050.
        _ => format!("chance alone could explain it ({shown})"),
    }
}

fn students(n: usize) -> String {
    format::counted(n, "student", "students")
}

/// A share as a percentage, with enough decimals not to round to 0 or 100 what is neither.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    match percent {
        p if p > 0.0 && p < 0.05 => "less than 0.1".to_owned(),
        p if (99.95..100.0).contains(&p) => "more than 99.9".to_owned(),
        p => format::decimals(p, 1),
    }
}

/// Decimals that leave an effect two significant digits, at least two and at most twelve.
fn places(effect: f64) -> usize {
    let magnitude = effect.abs().log10().floor();
    if magnitude.is_finite() && magnitude < -1.0 {
        (1.0 - magnitude).min(12.0) as usize
    } else {
        2
    }
}

#[cfg(test)]
mod tests;
