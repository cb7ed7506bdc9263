//! The grammar of addresses as tables of cases, and its round trip as a property.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::dataset;

const CSV: &str = "\
score,hours,sex,by,by.min,col.by,name,hours.max
1,10,Male,a,1,5,Ann,0
2,20,Female,b,2,6,Ben,0
3,30,Male,a,3,7,Cleo,0
4,,Female,b,4,8,Dan,0
5,50,,a,5,9,Eve,0
";

fn dataset() -> Dataset {
    dataset::read("cases".to_owned(), CSV.as_bytes(), "score").unwrap()
}

fn canonical(query: &str) -> Result<String, Vec<String>> {
    let dataset = dataset();
    match Request::parse(query, &dataset) {
        Ok((request, _)) => Ok(request.to_query(&dataset)),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

#[test]
fn addresses_have_a_canonical_form() {
    let cases = [
        ("", ""),
        ("sex=Female", "sex=Female"),
        ("sex=Female&sex=Male&sex=Female", "sex=Male&sex=Female"),
        ("sex=Female&hours=10..30", "hours=10..30&sex=Female"),
        ("hours=..30", "hours=..30"),
        ("hours=1e1..", "hours=10.."),
        ("hours=..", ""),
        ("hours=&sex=", ""),
        ("hours.min=10", "hours=10.."),
        // A column of exactly that name comes before the upper bound.
        ("hours.max=0..0", "hours.max=0..0"),
        ("col.by=a", "col.by=a"),
        ("by=sex", "by=sex"),
        ("col.col.by=5..6", "col.col.by=5..6"),
        ("by.min=2..3", "by.min=2..3"),
        ("target=hours&pass=12.5", "target=hours&pass=12.5"),
        ("target=score", ""),
        (
            "trend=off&strong=0.3&method=spearman",
            "trend=off&method=spearman&strong=0.3",
        ),
        (
            "x=hours&y=score&color=sex&bins=20",
            "bins=20&color=sex&x=hours&y=score",
        ),
        ("s%65x=Fem%61le", "sex=Female"),
        ("a.sex=Female&a.sex=Male", "a.sex=Male&a.sex=Female"),
        ("b.hours.min=10&b.hours.max=", "b.hours=10.."),
        (
            "a.hours=1..2&b.hours=3..4&hours=0..5",
            "hours=0..5&a.hours=1..2&b.hours=3..4",
        ),
        (
            "if.sex=Male&if.hours=2e1&b.sex=Male&by=sex&sex=Female",
            "sex=Female&by=sex&b.sex=Male&if.hours=20&if.sex=Male",
        ),
        ("a.col.by=a&if.by=b", "a.col.by=a&if.col.by=b"),
        ("a.by.min=1..2", "a.by.min=1..2"),
        (
            "a.hours.max=0..0&if.hours.max=3",
            "a.hours.max=0..0&if.hours.max=3",
        ),
        ("if.hours=&a.sex=", ""),
    ];
    for (query, expected) in cases {
        assert_eq!(canonical(query).unwrap(), expected, "{query}");
    }
}

#[test]
fn columns_that_look_like_prefixes_keep_their_meaning() {
    let csv = "score,a.hours,if,hours,b.x,min\n1,2,3,4,5,6\n2,3,4,5,6,7\n";
    let dataset = dataset::read("prefixes".to_owned(), csv.as_bytes(), "score").unwrap();
    let cases = [
        // A group's condition comes first; the column is there by its own name all the same.
        ("a.hours=1..2", "a.hours=1..2"),
        ("col.a.hours=1..2", "col.a.hours=1..2"),
        ("a.col.a.hours=1..2", "a.col.a.hours=1..2"),
        ("b.x=1..2", "col.b.x=1..2"),
        ("if.min=3", "if.min=3"),
        ("if=3..4", "col.if=3..4"),
        ("col.if.min=3", "col.if=3.."),
    ];
    for (query, expected) in cases {
        let (request, _) = Request::parse(query, &dataset).unwrap();
        assert_eq!(request.to_query(&dataset), expected, "{query}");
    }
    let group = Request::parse("a.hours=1..2", &dataset).unwrap().0;
    assert!(group.filters.is_empty() && !group.choices.groups.a.is_empty());
    let filter = Request::parse("b.x=1..2", &dataset).unwrap().0;
    assert!(!filter.filters.is_empty() && filter.choices.groups.b.is_empty());
}

#[test]
fn membership_is_unknown_only_where_nothing_rules_a_row_out() {
    let dataset = dataset();
    let cases: &[(&str, [Option<bool>; 5])] = &[
        ("", [Some(true); 5]),
        (
            "a.sex=Male",
            [Some(true), Some(false), Some(true), Some(false), None],
        ),
        (
            "a.hours=20..",
            [Some(false), Some(true), Some(true), None, Some(true)],
        ),
        (
            "a.hours=20..&a.sex=Male",
            [Some(false), Some(false), Some(true), Some(false), None],
        ),
    ];
    for (query, expected) in cases {
        let (request, _) = Request::parse(query, &dataset).unwrap();
        let members = request.choices.groups.a.members(&dataset.table());
        assert_eq!(members, expected, "{query}");
    }
}

#[test]
fn a_line_break_in_a_level_is_one_however_it_is_sent() {
    let csv = "score,note\n1,\"a\nb\"\n2,\"a\nb\"\n3,c\n4,c\n";
    let dataset = dataset::read("lines".to_owned(), csv.as_bytes(), "score").unwrap();
    for query in ["note=a%0Ab", "note=a%0D%0Ab"] {
        let (request, _) = Request::parse(query, &dataset).unwrap();
        assert_eq!(request.filters.apply(&dataset).rows(), 2, "{query}");
    }
}

#[test]
fn a_long_level_has_a_short_name_in_addresses() {
    let rows: String = (0..4)
        .map(|i| format!("{i},{}{}\n", "ab".repeat(5_000), i % 2))
        .collect();
    let csv = format!("score,note\n{rows}");
    let dataset = dataset::read("long".to_owned(), csv.as_bytes(), "score").unwrap();
    let note = dataset.find("note").unwrap();
    for level in [0, 1] {
        let request = Request {
            filters: Filters::default().with(note, Condition::Levels(vec![level])),
            choices: Choices::default(),
        };
        let query = request.to_query(&dataset);
        assert!(query.len() < 120, "{query}");
        assert_eq!(Request::parse(&query, &dataset).unwrap().0, request);
        let whole = format!("note={}{level}", "ab".repeat(5_000));
        assert_eq!(Request::parse(&whole, &dataset).unwrap().0, request);
    }
}

#[test]
fn what_forms_send_is_redirected() {
    let dataset = dataset();
    let cases = [
        ("sex=Female", false),
        ("hours=10..30", false),
        ("hours.min=10", true),
        ("hours.min=", true),
        ("a.hours.min=10", true),
        ("if.hours=", true),
        ("a.sex=Male&if.hours=3", false),
        ("sex=", true),
        ("", false),
    ];
    for (query, redirected) in cases {
        let (_, from_form) = Request::parse(query, &dataset).unwrap();
        assert_eq!(from_form, redirected, "{query}");
    }
}

#[test]
fn problems_are_named_all_at_once() {
    let cases: &[(&str, &[&str])] = &[
        (
            "nope=1",
            &["unknown column `nope`. The columns are: score, hours"],
        ),
        (
            "sex=female",
            &["column `sex` has no level `female`. Its levels are: Male, Female"],
        ),
        ("name=Ann", &["column `name` is an identifier"]),
        (
            "hours=10",
            &["`10` is not a range of `hours`. Write it as 10..30"],
        ),
        ("hours=a..b", &["`a..b` is not a range"]),
        ("hours=NaN..1", &["`NaN..1` is not a range"]),
        ("hours=1..inf", &["`1..inf` is not a range"]),
        ("hours.min=x", &["`x` is not a range of `hours`"]),
        (
            "hours=1..2&hours=3..4",
            &["`hours` has more than one range"],
        ),
        (
            "hours=1..2&hours.min=1",
            &["`hours` has more than one range"],
        ),
        (
            "hours.min=1&hours.min=2",
            &["`hours` has more than one range"],
        ),
        (
            "target=sex",
            &["`target=sex`: give one of these columns: score, hours"],
        ),
        (
            "by=hours",
            &["`by=hours`: give one of these columns: sex, by"],
        ),
        ("strong=2", &["`strong=2`: give a number between 0 and 1"]),
        ("bins=7", &["`bins=7`: give `whole` or `20`"]),
        ("method=kendall", &["give `pearson` or `spearman`"]),
        ("trend=yes", &["give `on` or `off`"]),
        ("pass=high", &["the pass mark is a number"]),
        ("data=1", &["an address is about one dataset"]),
        ("a.nope=1", &["unknown column `a.nope`"]),
        ("b.sex=x", &["column `sex` has no level `x`"]),
        ("a.name=Ann", &["column `name` is an identifier"]),
        ("if.name=Ann", &["column `name` is an identifier"]),
        (
            "a.hours=1..2&a.hours.min=1",
            &["`hours` has more than one range"],
        ),
        (
            "if.hours=many",
            &["`many` is not a number. Write it as if.hours=20"],
        ),
        ("if.hours=inf", &["`inf` is not a number"]),
        (
            "if.sex=x",
            &["has no level `x`. Its levels are: Male, Female"],
        ),
        (
            "if.hours=1&if.hours=2",
            &["`if.hours` is there more than once. Keep one of them"],
        ),
        (
            "nope=1&sex=x",
            &["unknown column `nope`", "has no level `x`"],
        ),
    ];
    for (query, expected) in cases {
        let problems = canonical(query).expect_err(query);
        assert_eq!(problems.len(), expected.len(), "{query}: {problems:?}");
        for (problem, part) in problems.iter().zip(*expected) {
            assert!(problem.contains(part), "{problem}\n  lacks: {part}");
        }
    }
}

#[test]
fn filters_keep_the_rows_that_meet_them() {
    let dataset = dataset();
    let cases: &[(&str, &[f64])] = &[
        ("", &[1.0, 2.0, 3.0, 4.0, 5.0]),
        ("sex=Female", &[2.0, 4.0]),
        ("sex=Female&sex=Male", &[1.0, 2.0, 3.0, 4.0]),
        ("hours=20..", &[2.0, 3.0, 5.0]),
        ("hours=20..30", &[2.0, 3.0]),
        ("hours=20..&sex=Male", &[3.0]),
        ("hours=30..20", &[]),
        ("col.by=a&by.min=2..5", &[3.0, 5.0]),
    ];
    for (query, expected) in cases {
        let (request, _) = Request::parse(query, &dataset).unwrap();
        let table = request.filters.apply(&dataset);
        assert_eq!(
            table.numbers(dataset.default_outcome()),
            *expected,
            "{query}"
        );
    }
}

#[test]
fn a_second_click_frees_what_the_first_narrowed() {
    let dataset = dataset();
    let sex = dataset.find("sex").unwrap();
    let first = Filters::default().toggled(sex, 1);
    assert_eq!(first.get(sex), Some(&Condition::Levels(vec![1])));
    assert_eq!(
        first.toggled(sex, 0).get(sex),
        Some(&Condition::Levels(vec![0]))
    );
    assert!(first.toggled(sex, 1).is_empty());
}

fn any_filters() -> impl Strategy<Value = Filters> {
    let dataset = dataset();
    let factors: Vec<ColumnId> = dataset.factor_ids();
    let numeric: Vec<ColumnId> = dataset.numeric_ids();
    let level = prop::collection::vec(prop::sample::select(vec![0_usize, 1]), 1..3);
    let levels = (prop::sample::select(factors), level).prop_map(|(id, mut levels)| {
        levels.sort_unstable();
        levels.dedup();
        (id, Condition::Levels(levels))
    });
    let bound = || prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO);
    let range = (prop::sample::select(numeric), bound(), bound())
        .prop_filter("a range has a bound", |(_, low, high)| {
            low.is_some() || high.is_some()
        })
        .prop_map(|(id, low, high)| (id, Condition::Range { low, high }));
    prop::collection::vec(prop_oneof![levels, range], 0..5).prop_map(|conditions| {
        conditions
            .into_iter()
            .fold(Filters::default(), |filters, (id, condition)| {
                filters.with(id, condition)
            })
    })
}

proptest! {
    #[test]
    fn a_canonical_address_means_itself(
        filters in any_filters(), a in any_filters(), b in any_filters(), hours in prop::num::f64::NORMAL,
    ) {
        let dataset = dataset();
        let assumed = vec![(dataset.find("hours").unwrap(), Assumed::Number(hours))];
        let choices = Choices { groups: Groups { a, b }, assumed, ..Choices::default() };
        let request = Request { filters, choices };
        let query = request.to_query(&dataset);
        let (parsed, from_form) = Request::parse(&query, &dataset).unwrap();
        prop_assert_eq!(&parsed, &request);
        prop_assert_eq!(parsed.to_query(&dataset), query);
        prop_assert!(!from_form);
    }

    #[test]
    fn no_address_is_too_strange(query in "[ -~]{0,60}|((a\\.|b\\.|if\\.)?(sex|hours|by|x|pass|hours.min)=[^&]{0,12}&?){0,4}") {
        let dataset = dataset();
        if let Ok((request, _)) = Request::parse(&query, &dataset) {
            let table = request.filters.apply(&dataset);
            prop_assert!(table.rows() <= dataset.rows());
            // What it means is written in one way, which means the same.
            let canonical = request.to_query(&dataset);
            let (again, from_form) = Request::parse(&canonical, &dataset).unwrap();
            prop_assert_eq!(&again, &request);
            prop_assert!(!from_form);
        }
    }
}
