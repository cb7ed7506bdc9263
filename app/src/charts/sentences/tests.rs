//! Figures and the sentences they make, edge cases included.

use super::*;
use crate::stats::Term;

const NAN: f64 = f64::NAN;

fn weight(estimate: f64, ci95: [f64; 2], p: f64) -> Coefficient {
    Coefficient {
        term: Term::Numeric { factor: 0 },
        estimate,
        stderr: NAN,
        t: NAN,
        p,
        ci95,
    }
}

fn all(cases: &[(String, &str)]) {
    for (got, want) in cases {
        assert_eq!(got, want);
    }
}

#[test]
fn coefficients_tell_size_before_chance() {
    let hours = Subject::Numeric("Hours_Studied");
    let low = Subject::Level {
        factor: "Motivation_Level",
        level: "High",
        reference: "Low",
    };
    let say =
        |subject, estimate, ci95, p| coefficient("Exam_Score", subject, &weight(estimate, ci95, p));
    all(&[
        (
            say(hours, 0.2942, [0.281, 0.3073], 0.0),
            "With all other factors equal, each additional unit of Hours Studied goes along with +0.29 points of Exam \
             Score on average (95 % interval 0.28 to 0.31); chance alone is an unlikely explanation (p < 0.001).",
        ),
        (
            say(low, -0.00123, [-0.01, 0.0076], 0.7891),
            "With all other factors equal, High of Motivation Level rather than Low goes along with −0.0012 points of \
             Exam Score on average (95 % interval −0.0100 to 0.0076); chance alone could explain it (p = 0.789).",
        ),
        // A perfect fit without degrees of freedom, and no association at all.
        (
            say(hours, 2.0, [NAN; 2], NAN),
            "With all other factors equal, each additional unit of Hours Studied goes along with +2.00 points of Exam \
             Score on average; too few students are left to say what chance would do.",
        ),
        (
            say(hours, 0.0, [-1.0, 1.0], 1.0),
            "With all other factors equal, each additional unit of Hours Studied goes along with ±0.00 points of Exam \
             Score on average (95 % interval −1.00 to 1.00); chance alone could explain it (p = 1.000).",
        ),
        (
            say(Subject::Intercept, 40.0, [39.0, 41.0], 1e-300),
            "Where every numeric factor is 0 and every other at its reference level, the model expects 40.00 points of \
             Exam Score (95 % interval 39.00 to 41.00).",
        ),
    ]);
}

#[test]
fn what_a_model_explains() {
    let say = |r2, adjusted, p, n| explained("Exam_Score", r2, adjusted, p, n);
    all(&[
        (
            say(0.7214, 0.72, 0.0, 6378),
            "All factors together go along with 72.1 % of the differences in Exam Score among 6,378 students (72.0 % \
             adjusted for the number of terms); chance alone is an unlikely explanation (p < 0.001).",
        ),
        (
            say(0.2, -0.1, 0.4, 12),
            "All factors together go along with 20.0 % of the differences in Exam Score among 12 students (−10.0 % \
             adjusted for the number of terms); chance alone could explain it (p = 0.400).",
        ),
        (
            say(1.0, NAN, NAN, 2),
            "The model has as many terms as the 2 students it is fitted to, so it says nothing of others.",
        ),
        (
            say(NAN, NAN, NAN, 3),
            "The 3 students with every value all have one Exam Score, so there is nothing to explain.",
        ),
    ]);
}

#[test]
fn what_a_factor_adds() {
    let say = |r2, p| {
        partial(
            "Exam_Score",
            "Gender",
            Some(&Partial {
                r2,
                f: 1.0,
                p,
                df: 1,
            }),
        )
    };
    all(&[
        (
            say(0.123, 0.0101),
            "Of the differences in Exam Score that the other factors leave, Gender goes along with 12.3 %; chance alone \
             is an unlikely explanation (p = 0.010).",
        ),
        (
            say(0.0002, 0.4),
            "Of the differences in Exam Score that the other factors leave, Gender goes along with less than 0.1 %; \
             chance alone could explain it (p = 0.400).",
        ),
        (
            say(NAN, NAN),
            "The other factors leave no differences in Exam Score that Gender could go along with.",
        ),
        (
            partial("Exam_Score", "Gender", None),
            "Gender says nothing of Exam Score that the other factors do not say already: it is the same everywhere or \
             follows from them.",
        ),
    ]);
}

#[test]
fn levels_by_welch() {
    let test = |p| WelchAnova {
        f: 3.0,
        p,
        df_between: 2.0,
        df_within: 20.5,
    };
    let say = |omega2, test: Option<WelchAnova>| {
        welch("Exam_Score", "School_Type", omega2, test.as_ref())
    };
    all(&[
        (
            say(0.05, Some(test(1e-9))),
            "School Type goes along with about 5.0 % of the differences in Exam Score (ω²); allowing for unequal \
             spreads, chance alone is an unlikely explanation (p < 0.001).",
        ),
        (
            say(-0.002, Some(test(0.8))),
            "School Type goes along with no more of the differences in Exam Score than chance would bring (ω² = \
             −0.002); allowing for unequal spreads, chance alone could explain it (p = 0.800).",
        ),
        (
            say(0.3, None),
            "School Type goes along with about 30.0 % of the differences in Exam Score (ω²); a level with one student \
             or with equal outcomes leaves Welch's test undefined.",
        ),
        (
            say(NAN, None),
            "There are too few students to say how School Type and Exam Score go together.",
        ),
    ]);
}

#[test]
fn two_groups_side_by_side() {
    let say = |by: f64, ci95, p, g| {
        let means = MeanDifference {
            difference: by,
            ci95,
            t: 1.0,
            df: 9.5,
            p,
        };
        let effect = HedgesG { g, ci95: [NAN; 2] };
        difference("Exam_Score", ["Female", "Male"], Some((&means, &effect)))
    };
    all(&[
        (
            say(1.5, [0.5, 2.5], 0.004, 0.81),
            "The mean Exam Score of Female is 1.50 points higher than that of Male (95 % interval of the difference \
             0.50 to 2.50), a large difference of 0.81 standard deviations; chance alone is an unlikely explanation (p = \
             0.004).",
        ),
        (
            say(-0.02, [-1.0, 0.96], 0.97, -0.01),
            "The mean Exam Score of Female is 0.020 points lower than that of Male (95 % interval of the difference \
             −1.000 to 0.960), a negligible difference of 0.01 standard deviations; chance alone could explain it (p = \
             0.970).",
        ),
        (
            say(0.0, [NAN; 2], NAN, NAN),
            "Female and Male have the same mean Exam Score; neither group has a spread to compare that with.",
        ),
        (
            say(3.0, [NAN; 2], NAN, f64::INFINITY),
            "The mean Exam Score of Female is 3.00 points higher than that of Male; neither group has a spread to \
             compare that with.",
        ),
        (
            difference("Exam_Score", ["Female", "Male"], None),
            "Female and Male cannot be compared: a mean with its uncertainty takes at least two students on either side.",
        ),
    ]);
}

#[test]
fn pairs_by_mann_and_whitney() {
    let say = |superiority: f64, p| {
        let test = MannWhitney {
            u: 1.0,
            p,
            superiority,
        };
        super::superiority("Exam_Score", ["Female", "Male"], Some(&test))
    };
    all(&[
        (
            say(0.5831, 0.0004),
            "Of a student from Female and one from Male, picked at random, the one from Female has the higher Exam Score \
             in 58.3 % of pairs, ties counting half; chance alone is an unlikely explanation (p < 0.001).",
        ),
        (
            say(0.5, 1.0),
            "Of a student from Female and one from Male, picked at random, the one from Female has the higher Exam Score \
             in 50.0 % of pairs, ties counting half; chance alone could explain it (p = 1.000).",
        ),
        (
            super::superiority("Exam_Score", ["Female", "Male"], None),
            "Female and Male cannot be compared: one of them has no students.",
        ),
    ]);
}
