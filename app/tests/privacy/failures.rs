//! A test that cannot fail shows nothing: these are what a forgetful program would say.

use super::check::check;
use super::claims::{Claim, Part};
use super::students::{Condition, Students};
use super::{LEAST, SAMPLE};

const BOTH: usize = 0b1111;

fn level(column: &'static str, level: &str) -> Condition {
    Condition::Level(column, level.to_owned())
}

/// A true claim, whoever it is about.
fn claim(
    students: &Students,
    conditions: &[Condition],
    column: &str,
    part: Part,
    patterns: usize,
) -> Claim {
    let atoms = students.atoms(column, conditions);
    let is_in = |value: &str| match &part {
        Part::All => true,
        Part::Level(level) => level == value,
        Part::NotLevel(level) => level != value,
        Part::Range(low, high) => (*low..*high).contains(&value.parse::<f64>().unwrap()),
    };
    let of = atoms
        .iter()
        .filter(|((pattern, value), _)| patterns >> pattern & 1 == 1 && is_in(value));
    Claim {
        column: column.to_owned(),
        n: of.map(|(_, n)| n).sum(),
        part,
        patterns,
    }
}

#[test]
fn what_is_shown_outright_is_found() {
    let students = Students::read(SAMPLE);
    let conditions = [level("Internet_Access", "No")];
    let part = Part::Range(75.0, 76.0);
    let shown = claim(&students, &conditions, "Exam_Score", part, 0b10);
    assert!((1..LEAST).contains(&shown.n), "{}", shown.n);
    let found = check(&students, &conditions, &[shown], LEAST).unwrap_err();
    assert!(found.contains("is shown"), "{found}");
}

#[test]
fn what_follows_by_subtraction_is_found() {
    let students = Students::read(SAMPLE);
    let conditions = [level("Internet_Access", "Yes")];
    let of = |patterns| {
        let part = Part::Range(75.0, 76.0);
        claim(&students, &conditions, "Exam_Score", part, patterns)
    };
    let (all, with) = (of(0b11), of(0b10));
    assert!(all.n >= LEAST && with.n >= LEAST && all.n - with.n < LEAST);
    assert!(check(&students, &conditions, std::slice::from_ref(&all), LEAST).is_ok());
    let found = check(&students, &conditions, &[all, with], LEAST).unwrap_err();
    assert!(found.contains("follow"), "{found}");
}

/// Few meet the two conditions with some level, and so that is not shown; but enough do with the other
/// level and are shown, and so is the number of all.
#[test]
fn what_follows_from_a_total_is_found() {
    let students = Students::read(SAMPLE);
    let conditions = [
        level("Internet_Access", "No"),
        Condition::Range("Exam_Score", 74.0, f64::INFINITY),
    ];
    let column = "Learning_Disabilities";
    let of = |part, patterns| claim(&students, &conditions, column, part, patterns);
    let both = 0b1000;
    let few = of(Part::Level("Yes".to_owned()), both);
    assert!((1..LEAST).contains(&few.n), "{}", few.n);
    let all = claim(&students, &conditions, "Exam_Score", Part::All, both);
    let others = of(Part::Level("No".to_owned()), both);
    let everybody = of(Part::Level("No".to_owned()), BOTH);
    assert!(check(&students, &conditions, &[all.clone(), everybody], LEAST).is_ok());
    let found = check(&students, &conditions, &[all, others], LEAST).unwrap_err();
    assert!(found.contains("follow"), "{found}");
}
