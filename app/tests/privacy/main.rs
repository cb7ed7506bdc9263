//! Privacy mode: every output for random filters on the sample, and what follows from it together with
//! the outputs without any of its filters. The students are counted by the test itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod claims;
mod elimination;
mod outputs;
mod students;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;
use student_analytics::dataset::read;

use claims::{Claim, Part, claims};
use elimination::{Atom, Known};
use outputs::check_outputs;
use students::{Condition, Students};
use support::{get, withholding};

const SAMPLE: &str = include_str!("../../../data/StudentPerformanceFactors.csv");
const LEAST: usize = 10;
/// Sets of filters that are tried, beside none at all.
const CASES: usize = 30;

const FACTORS: [&str; 13] = [
    "Parental_Involvement",
    "Access_to_Resources",
    "Extracurricular_Activities",
    "Motivation_Level",
    "Internet_Access",
    "Family_Income",
    "Teacher_Quality",
    "School_Type",
    "Peer_Influence",
    "Learning_Disabilities",
    "Parental_Education_Level",
    "Distance_from_Home",
    "Gender",
];
const NUMERIC: [&str; 7] = [
    "Hours_Studied",
    "Attendance",
    "Sleep_Hours",
    "Previous_Scores",
    "Tutoring_Sessions",
    "Physical_Activity",
    "Exam_Score",
];

fn sample(min_group: usize) -> Router {
    let dataset = read("sample.csv".to_owned(), SAMPLE.as_bytes(), "Exam_Score");
    withholding(dataset.unwrap(), min_group)
}

/// Numbers that are the same every time (Steele, Lea and Flood's SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn condition(&mut self, students: &Students) -> Condition {
        let one = self.below(FACTORS.len() + NUMERIC.len());
        if let Some(column) = FACTORS.get(one) {
            let levels = students.levels(column);
            let level = levels.iter().nth(self.below(levels.len())).unwrap();
            return Condition::Level(column, level.clone());
        }
        let column = NUMERIC[one - FACTORS.len()];
        let mut values: Vec<f64> = students
            .levels(column)
            .iter()
            .map(|value| value.parse().unwrap())
            .collect();
        values.sort_by(f64::total_cmp);
        let (a, b) = (self.below(values.len()), self.below(values.len()));
        Condition::Range(column, values[a.min(b)], values[a.max(b)])
    }
}

fn query(conditions: &[Condition]) -> String {
    let all: Vec<String> = conditions.iter().map(Condition::query).collect();
    all.join("&")
}

/// The conditions that `set` has a bit for.
fn subset(conditions: &[Condition], set: usize) -> Vec<Condition> {
    let chosen = conditions.iter().enumerate();
    chosen
        .filter(|(bit, _)| set >> bit & 1 == 1)
        .map(|(_, condition)| condition.clone())
        .collect()
}

async fn stats(app: &Router, conditions: &[Condition]) -> Option<Value> {
    let answer = get(app, &format!("/stats.json?{}", query(conditions))).await;
    if answer.status == StatusCode::BAD_REQUEST {
        assert!(answer.body.contains("come in steps"), "{}", answer.body);
        return None;
    }
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    Some(serde_json::from_str(&answer.body).unwrap())
}

/// What the responses for all subsets of the conditions say, by subset; `None` where a range is no step.
async fn said(app: &Router, conditions: &[Condition]) -> Option<Vec<Vec<Claim>>> {
    let mut all = Vec::new();
    for set in 0..1 << conditions.len() {
        all.push(claims(&stats(app, &subset(conditions, set)).await?));
    }
    Some(all)
}

/// Checks everything that is said and all that follows from it; returns how many counts were said.
fn check(
    students: &Students,
    conditions: &[Condition],
    said: &[Vec<Claim>],
    least: usize,
) -> Result<usize, String> {
    let mut counted = 0;
    for column in FACTORS.into_iter().chain(["Exam_Score"]) {
        let atoms = students.atoms(column, conditions);
        let order: Vec<(&Atom, usize)> = atoms.iter().map(|(atom, &n)| (atom, n)).collect();
        let mut known = Known::default();
        for (set, claims) in said.iter().enumerate() {
            let of_column = || claims.iter().filter(|claim| claim.column == column);
            let shown = of_column()
                .filter_map(|claim| match &claim.part {
                    Part::Level(level) => Some(level.clone()),
                    Part::All | Part::Range(..) => None,
                })
                .collect();
            for claim in of_column() {
                let is_in: Vec<bool> = order
                    .iter()
                    .map(|((pattern, value), _)| {
                        pattern & set == set && Students::is_in(value, &claim.part, &shown)
                    })
                    .collect();
                let n = size(&order, &is_in);
                if n != claim.n {
                    return Err(format!("{claim:?} under {set:b}, and there are {n}"));
                }
                if n < least {
                    return Err(format!("{claim:?} is shown under {set:b}"));
                }
                known.add(&is_in);
                counted += 1;
            }
        }
        follows(&order, conditions.len(), &known, least)
            .map_err(|what| format!("{column}: {what}"))?;
    }
    Ok(counted)
}

fn size(order: &[(&Atom, usize)], is_in: &[bool]) -> usize {
    let counted = order.iter().zip(is_in);
    counted
        .filter(|(_, is_in)| **is_in)
        .map(|((_, n), _)| n)
        .sum()
}

/// Every group of students with one value, or with two, in any of the patterns: none that is too small
/// may follow. Two values may come from different patterns.
fn follows(
    order: &[(&Atom, usize)],
    conditions: usize,
    known: &Known,
    least: usize,
) -> Result<(), String> {
    let values: Vec<&String> = order
        .iter()
        .filter(|((pattern, _), _)| *pattern == 0)
        .map(|((_, value), _)| value)
        .collect();
    let sets = 1_usize << (1 << conditions);
    let pairs = values.len() <= 3;
    for (i, first) in values.iter().enumerate() {
        for a in 1..sets {
            for second in &values[i..] {
                // The second value is the first one itself: a group of one value.
                let alone = second == first;
                for b in if alone {
                    0..1
                } else if pairs {
                    1..sets
                } else {
                    0..0
                } {
                    let is_in: Vec<bool> = order
                        .iter()
                        .map(|((pattern, value), _)| {
                            (value == *first && a >> pattern & 1 == 1)
                                || (value == *second && b >> pattern & 1 == 1)
                        })
                        .collect();
                    let n = size(order, &is_in);
                    if n > 0 && n < least && known.tells(&is_in) {
                        return Err(format!("{n} with {first} in {a:b} and {second} in {b:b}"));
                    }
                }
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_small_group_is_shown_or_follows() {
    let students = Students::read(SAMPLE);
    let app = sample(LEAST);
    let mut chance = Chance(7);
    let mut tried: BTreeMap<usize, usize> = BTreeMap::new();
    let mut counted = 0;
    while tried.values().sum::<usize>() < CASES {
        let conditions: Vec<Condition> = (0..1 + chance.below(2))
            .map(|_| chance.condition(&students))
            .collect();
        let same = |a: &Condition, b: &Condition| {
            a.query().split('=').next() == b.query().split('=').next()
        };
        if conditions.len() == 2 && same(&conditions[0], &conditions[1]) {
            continue;
        }
        let Some(said) = said(&app, &conditions).await else {
            continue;
        };
        let found = check(&students, &conditions, &said, LEAST);
        counted += found.unwrap_or_else(|what| panic!("{}: {what}", query(&conditions)));
        *tried.entry(conditions.len()).or_default() += 1;
    }
    assert!(tried[&1] > 5 && tried[&2] > 5, "{tried:?}");
    assert!(counted > 100 * CASES, "{counted}");
}

#[tokio::test]
async fn every_output_is_free_of_small_groups() {
    let app = sample(LEAST);
    for query in [
        "",
        "Gender=Female",
        "Gender=Female&Hours_Studied=10..30",
        "Internet_Access=No&Exam_Score=70..",
    ] {
        check_outputs(&app, query, LEAST).await;
    }
}

#[tokio::test]
async fn pages_stay_useful() {
    let app = sample(LEAST);
    for query in ["", "?Gender=Female"] {
        let stats: Value =
            serde_json::from_str(&get(&app, &format!("/stats.json{query}")).await.body).unwrap();
        for id in [
            "summary",
            "histogram",
            "bands",
            "average",
            "counts",
            "numeric",
            "averages",
            "correlation",
            "variance",
            "coefficients",
            "partial",
            "matrix",
            "means",
            "difference",
        ] {
            let rows = stats["figures"][id]["rows"].as_array();
            assert!(
                rows.is_some_and(|rows| rows.len() > 1),
                "{query} {id}: {}",
                stats["figures"][id]
            );
        }
    }
}

/// A test that cannot fail shows nothing: these are what a forgetful program would say.
#[test]
fn the_check_finds_what_is_given_away() {
    let students = Students::read(SAMPLE);
    let conditions = [Condition::Level("Internet_Access", "No".to_owned())];
    let say = |column: &str, set: usize, value: &str| {
        let atoms = students.atoms(column, &conditions);
        let n = atoms
            .iter()
            .filter(|((pattern, found), _)| pattern & set == set && found == value)
            .map(|(_, n)| n)
            .sum();
        let value: f64 = value.parse().unwrap();
        Claim {
            column: column.to_owned(),
            part: Part::Range(value, value + 1.0),
            n,
        }
    };
    let score = |set, value| say("Exam_Score", set, value);
    // Shown outright: few have that score.
    let shown = vec![vec![], vec![score(1, "75")]];
    assert!(check(&students, &conditions, &shown, LEAST).is_err());
    // By subtraction: enough with the score, and enough of them have Internet, so few have none.
    let atoms = students.atoms("Exam_Score", &conditions);
    let (value, _) = atoms
        .iter()
        .map(|((_, value), _)| value)
        .map(|value| {
            (
                value,
                (atoms[&(0, value.clone())], atoms[&(1, value.clone())]),
            )
        })
        .find(|(_, (with, without))| {
            (1..LEAST).contains(with) && *without >= LEAST
                || (1..LEAST).contains(without) && *with >= LEAST
        })
        .unwrap();
    let conditions = [Condition::Level("Internet_Access", "Yes".to_owned())];
    let n = |set: usize| {
        let atoms = students.atoms("Exam_Score", &conditions);
        let of = atoms
            .iter()
            .filter(|((pattern, found), _)| pattern & set == set && found == value);
        of.map(|(_, n)| n).sum::<usize>()
    };
    let from: f64 = value.parse().unwrap();
    let claim = |set| Claim {
        column: "Exam_Score".to_owned(),
        part: Part::Range(from, from + 1.0),
        n: n(set),
    };
    let both = vec![vec![claim(0)], vec![claim(1)]];
    let found = check(&students, &conditions, &both, LEAST).unwrap_err();
    assert!(found.contains("with"), "{found}");
    assert!(check(&students, &conditions, &[vec![claim(0)], vec![]], LEAST).is_ok());
}

#[tokio::test]
async fn rows_are_not_given_out_and_addresses_are_limited() {
    let app = sample(LEAST);
    let cases = [
        (
            "/export.csv",
            StatusCode::FORBIDDEN,
            "nothing of single students",
        ),
        (
            "/export.json?Gender=Female",
            StatusCode::FORBIDDEN,
            "no rows",
        ),
        ("/export.parquet", StatusCode::FORBIDDEN, "/guide/privacy"),
        (
            "/datasets/0/mapping",
            StatusCode::FORBIDDEN,
            "no columns as files have them",
        ),
        (
            "/overview?Gender=Female&School_Type=Public&Internet_Access=No",
            StatusCode::BAD_REQUEST,
            "at most 2",
        ),
        (
            "/compare?Gender=Female&a.School_Type=Public&b.Internet_Access=No",
            StatusCode::BAD_REQUEST,
            "3 conditions",
        ),
        (
            "/overview?Exam_Score=100..",
            StatusCode::BAD_REQUEST,
            "ranges come in steps",
        ),
        (
            "/stats.json?Exam_Score=..55",
            StatusCode::BAD_REQUEST,
            "55 is none of",
        ),
        (
            "/factors/scatter.csv",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/explore/outlying.csv",
            StatusCode::NOT_FOUND,
            "no chart of that name",
        ),
        (
            "/overview?Gender=Female&Hours_Studied=10..30",
            StatusCode::OK,
            "Privacy mode",
        ),
        ("/guide/privacy", StatusCode::OK, "Not prevented"),
        // Few students study so little without help; the page says that it says nothing.
        (
            "/overview?Learning_Disabilities=Yes&Exam_Score=75..",
            StatusCode::OK,
            "Nothing is shown for these filters",
        ),
    ];
    for (address, status, words) in cases {
        let answer = get(&app, address).await;
        assert_eq!(answer.status, status, "{address}");
        let text = answer.body.replace("&#39;", "'");
        assert!(text.contains(words), "{address}: {text}");
    }
}
