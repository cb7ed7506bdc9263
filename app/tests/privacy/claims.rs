//! What tables say of numbers of students, be they of a page, a CSV file or `/stats.json`.

use super::students::{Condition, FACTORS, POOL};

/// A table as text, without thousands separators.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Which of the students a number is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    All,
    Level(String),
    NotLevel(String),
    /// From, included, to, excluded.
    Range(f64, f64),
}

/// So many students are in that part of a column and in one of the patterns of the conditions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Claim {
    pub(crate) column: String,
    pub(crate) part: Part,
    /// One bit for each pattern.
    pub(crate) patterns: usize,
    pub(crate) n: usize,
}

pub(crate) const SCORE: &str = "Exam_Score";

/// Tables that count nobody, by their header.
const WITHOUT_COUNTS: [&[&str]; 5] = [
    &["figure", "value", "95 % interval"],
    &["figure", "value", "95 % interval", "p"],
    &["column", "mean", "95 % interval", "standard deviation"],
    &[
        "factor",
        "level",
        "compared with",
        "coefficient",
        "standard error",
        "t",
        "p",
        "95 % interval",
    ],
    &[
        "factor",
        "percent of the rest explained",
        "F",
        "df of the factor",
        "df of the rest",
        "p",
        "q",
    ],
];

/// What a response is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'c> {
    pub(crate) conditions: &'c [Condition],
    /// The conditions that are filters, one bit each.
    pub(crate) filters: usize,
    /// The condition that is the first of two groups, if the address names one.
    pub(crate) group: Option<usize>,
}

impl About<'_> {
    /// The patterns that a filter or a group selects.
    fn patterns(&self, which: impl Fn(usize) -> bool) -> usize {
        let all = 0..1_usize << self.conditions.len();
        all.filter(|pattern| pattern & self.filters == self.filters && which(*pattern))
            .map(|pattern| 1 << pattern)
            .sum()
    }

    fn selected(&self) -> usize {
        self.patterns(|_| true)
    }

    /// That it is about nobody.
    pub(crate) fn nobody(&self) -> Claim {
        Claim {
            column: SCORE.to_owned(),
            part: Part::All,
            patterns: self.selected(),
            n: 0,
        }
    }

    /// The address of a page.
    pub(crate) fn query(&self) -> String {
        let filters = self.conditions.iter().enumerate();
        let filters = filters.filter(|(bit, _)| self.filters >> bit & 1 == 1);
        let mut all: Vec<String> = filters.map(|(_, condition)| condition.query()).collect();
        all.extend(
            self.group
                .map(|group| format!("a.{}", self.conditions[group].query())),
        );
        all.join("&")
    }
}

/// Every number of students in a table; one that is not known here is a failure.
pub(crate) fn claims(table: &Table, about: &About<'_>) -> Vec<Claim> {
    let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
    let simple: Vec<&str> = header
        .iter()
        .copied()
        .filter(|name| !name.ends_with(" low") && !name.ends_with(" high"))
        .collect();
    let whole = |known: &[&str]| {
        let names: Vec<&str> = known
            .iter()
            .copied()
            .filter(|name| !name.starts_with("95 %"))
            .collect();
        known == header || names == simple
    };
    let Some(at) = header.iter().position(|name| *name == "students") else {
        assert!(
            WITHOUT_COUNTS.iter().any(|known| whole(known)),
            "a table that this test does not know: {header:?}"
        );
        return Vec::new();
    };
    let of = |(i, row): (usize, &Vec<String>)| {
        let n = row[at].parse().unwrap_or_else(|_| panic!("{row:?}"));
        let (column, part, patterns) = place(&header, row, i, about);
        Claim {
            column,
            part,
            patterns: patterns.unwrap_or(about.selected()),
            n,
        }
    };
    table.rows.iter().enumerate().map(of).collect()
}

fn place(
    header: &[&str],
    row: &[String],
    i: usize,
    about: &About<'_>,
) -> (String, Part, Option<usize>) {
    let level = |column: &str, level: &String| (column.to_owned(), Part::Level(level.clone()));
    let (column, part) = match header {
        ["column", "level", ..] => level(&row[0], &row[1]),
        ["Exam Score", "students", "percent"] => (SCORE.to_owned(), range(&row[0])),
        ["band", "students", "percent"] => (SCORE.to_owned(), band(&row[0])),
        ["factor", "r", ..] | ["rank", "factor", "measure", ..] | ["column", "and column", ..] => {
            (SCORE.to_owned(), Part::All)
        }
        ["group", "students", ..] => return group(&row[0], i, about),
        [column, "students", "mean", ..] if FACTORS.contains(column) => level(column, &row[0]),
        other => panic!("a table that this test does not know: {other:?}"),
    };
    (column, part, None)
}

/// Those of a group that the address names, or those that the page proposes.
fn group(name: &str, i: usize, about: &About<'_>) -> (String, Part, Option<usize>) {
    if let Some(group) = about.group {
        let is_in = |pattern: usize| (pattern >> group & 1 == 1) == (i == 0);
        return (SCORE.to_owned(), Part::All, Some(about.patterns(is_in)));
    }
    if name == "the others" {
        // The rest of the first group's column: what that is, its own row says.
        return (SCORE.to_owned(), Part::All, Some(0));
    }
    let named = name.strip_prefix("students with ").expect(name);
    let column = FACTORS.into_iter().find_map(|factor| {
        let level = named.strip_prefix(&factor.replace('_', " "))?.trim();
        Some((factor.to_owned(), Part::Level(level.to_owned())))
    });
    let (column, part) = column.unwrap_or_else(|| panic!("no group: {name}"));
    (column, part, None)
}

/// The two groups that a page proposes are the two sides of one factor; the second row is made of what
/// the first says.
pub(crate) fn with_others(mut claims: Vec<Claim>) -> Vec<Claim> {
    for i in 1..claims.len() {
        if claims[i].patterns == 0 {
            let first = claims[i - 1].clone();
            let Part::Level(level) = first.part else {
                panic!("the others of no group: {first:?}");
            };
            claims[i] = Claim {
                part: Part::NotLevel(level),
                n: claims[i].n,
                ..first
            };
        }
    }
    claims
}

/// The students who pass, from their share in full precision of all.
pub(crate) fn passes(table: &Table, about: &About<'_>, all: usize) -> Option<Claim> {
    let rate = table
        .rows
        .iter()
        .find(|row| row[0].starts_with("pass rate"))?;
    let rate: f64 = rate[1].parse().expect("a rate");
    Some(Claim {
        column: SCORE.to_owned(),
        part: Part::Range(60.0, f64::INFINITY),
        patterns: about.selected(),
        n: (rate / 100.0 * all as f64).round() as usize,
    })
}

/// Whether a value lies in a part of its column; `shown` are all levels of that table.
pub(crate) fn is_in(value: &str, part: &Part, shown: &[&str]) -> bool {
    match part {
        Part::All => true,
        Part::Level(level) if level == POOL => !shown.contains(&value),
        Part::Level(level) => level == value,
        Part::NotLevel(level) => level != value,
        Part::Range(low, high) => {
            let value: f64 = value.parse().expect("a number");
            *low <= value && value < *high
        }
    }
}

/// "below 60", "60", "60 to 61", "95 or more".
fn range(name: &str) -> Part {
    let number = |text: &str| text.parse::<f64>().expect(text);
    if let Some(high) = name.strip_prefix("below ") {
        return Part::Range(f64::NEG_INFINITY, number(high));
    }
    if let Some(low) = name.strip_suffix(" or more") {
        return Part::Range(number(low), f64::INFINITY);
    }
    match name.split_once(" to ") {
        Some((low, high)) => Part::Range(number(low), number(high) + 1.0),
        None => Part::Range(number(name), number(name) + 1.0),
    }
}

/// One band, or several from the best down.
fn band(name: &str) -> Part {
    let floors = [
        ("Excellent", 90.0, f64::INFINITY),
        ("Very Good", 80.0, 90.0),
        ("Good (", 70.0, 80.0),
        ("Satisfactory", 60.0, 70.0),
        ("Needs Improvement", f64::NEG_INFINITY, 60.0),
    ];
    let named = floors.iter().filter(|(word, ..)| match *word {
        "Good (" => name
            .split(", ")
            .flat_map(|part| part.split(" and "))
            .any(|part| part.starts_with(word)),
        word => name.contains(word),
    });
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (_, from, to) in named {
        (low, high) = (low.min(*from), high.max(*to));
    }
    Part::Range(low, high)
}
