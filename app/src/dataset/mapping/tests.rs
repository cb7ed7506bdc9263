#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::dataset::{MAX_LEVELS, ReadError, read};

const OUTCOME: &str = "Exam_Score";

fn table(csv: &str, mapping: Option<&Mapping>) -> Result<Mapped, ReadError> {
    read_mapped("t".to_owned(), csv.as_bytes(), OUTCOME, mapping)
}

/// A column's role in a word, with its levels.
fn shown(column: &Column) -> String {
    match &column.kind {
        Kind::Numeric { .. } => "numeric".to_owned(),
        Kind::Identifier => "identifier".to_owned(),
        Kind::Factor { levels, ordered } => levels.join(if *ordered { "<" } else { "|" }),
    }
}

/// The outcome and the columns that a table is proposed to have, and whether there is nothing to ask.
fn proposal(csv: &str) -> (String, Vec<String>, bool) {
    let mapped = table(csv, None).unwrap_or_else(|error| panic!("{csv:?}: {error}"));
    let dataset = mapped.dataset;
    let outcome = dataset.column(dataset.default_outcome()).name.clone();
    let columns = dataset.columns().iter().map(shown).collect();
    (outcome, columns, mapped.inference.is_expected(OUTCOME))
}

#[test]
fn proposals_follow_names_and_cells() {
    let cases: &[(&str, &str, &[&str], bool)] = &[
        // The expected columns, in any order, are not asked about.
        (
            "Gender,Exam_Score\nMale,1\nMale,2\nFemale,3\nFemale,4\n",
            OUTCOME,
            &["Male|Female", "numeric"],
            true,
        ),
        (
            "Exam_Score,Hours_Studied\n1,2\n",
            OUTCOME,
            &["numeric", "numeric"],
            true,
        ),
        (
            "Exam_Score,Family_Income\n1,Low\n2,High\n3,Low\n4,High\n",
            OUTCOME,
            &["numeric", "Low<High"],
            true,
        ),
        // One that has another type, or levels off its scale, is.
        (
            "Exam_Score,Hours_Studied\n1,few\n2,few\n",
            OUTCOME,
            &["numeric", "few"],
            false,
        ),
        (
            "Exam_Score,Gender\n1,2\n",
            OUTCOME,
            &["numeric", "numeric"],
            false,
        ),
        (
            "Exam_Score,Family_Income\n1,odd\n2,High\n3,odd\n4,High\n",
            OUTCOME,
            &["numeric", "High|odd"],
            false,
        ),
        // So is an unknown one.
        (
            "Exam_Score,Sport\n1,a\n2,a\n",
            OUTCOME,
            &["numeric", "a"],
            false,
        ),
        // Identifiers: numbers, repeated names, addresses.
        (
            "StudentID,Exam_Score\n17,1\n18,2\n",
            OUTCOME,
            &["identifier", "numeric"],
            false,
        ),
        (
            "Last_Name,Exam_Score\nLee,1\nLee,2\n",
            OUTCOME,
            &["identifier", "numeric"],
            false,
        ),
        (
            "Reach,Exam_Score\na@b.org,1\na@b.org,2\n",
            OUTCOME,
            &["identifier", "numeric"],
            false,
        ),
        (
            "School Name,Exam_Score\nNorth,1\nNorth,2\n",
            OUTCOME,
            &["North", "numeric"],
            false,
        ),
        // The outcome: what sounds like one, else the last numbers, never an identifier if anything
        // else is there.
        (
            "Points,Age\n1,9\n",
            "Points",
            &["numeric", "numeric"],
            false,
        ),
        (
            "Final score,Previous_Scores\n1,9\n",
            "Final score",
            &["numeric", "numeric"],
            false,
        ),
        (
            "Height,Weight,Seat No\n1,2,3\n",
            "Weight",
            &["numeric", "numeric", "identifier"],
            false,
        ),
        ("id,Sport\n1,a\n2,a\n", "id", &["numeric", "a"], false),
        // Without a value nothing is explained.
        (
            "Exam_Score,Age\n,9\n",
            "Age",
            &["numeric", "numeric"],
            false,
        ),
        (
            "Exam_Score,Age\nabsent,9\n",
            "Age",
            &["identifier", "numeric"],
            false,
        ),
    ];
    for (csv, outcome, columns, expected) in cases {
        let (found, kinds, is_expected) = proposal(csv);
        assert_eq!(found, *outcome, "{csv}");
        assert_eq!(kinds, *columns, "{csv}");
        assert_eq!(is_expected, *expected, "{csv}");
    }
}

#[test]
fn a_table_without_numbers_is_refused_as_before() {
    for csv in ["Sport\na\na\n", "Exam_Score\nabsent\n", "Exam_Score,a\n,\n"] {
        let refused = table(csv, None).unwrap_err().to_string();
        let before = read("t".to_owned(), csv.as_bytes(), OUTCOME).unwrap_err();
        assert_eq!(refused, before.to_string(), "{csv}");
    }
}

const MIXED: &str = "Exam_Score,Year,Sport,Note\n1,10,b,x\n2,9,a,y\n3,10,b,z\n4,9,a,7\n";

fn roles(of: &[Role]) -> Result<Mapping, Vec<MappingError>> {
    let inference = table(MIXED, None).unwrap().inference;
    Mapping::new(&inference, 0, of.to_vec())
}

#[test]
fn a_mapping_is_applied() {
    let usual = [
        Role::Numeric,
        Role::Numeric,
        Role::Factor(vec![0, 1]),
        Role::Identifier,
    ];
    let cases: &[(usize, Role, &str)] = &[
        (1, Role::Factor(vec![0, 1]), "10|9"),
        (1, Role::Ordered(vec![1, 0]), "9<10"),
        (1, Role::Identifier, "identifier"),
        (2, Role::Ordered(vec![1, 0]), "b<a"),
        (2, Role::Identifier, "identifier"),
        (3, Role::Factor(vec![3, 2, 1, 0]), "z|y|x|7"),
    ];
    for (i, role, expected) in cases {
        let mut of = usual.to_vec();
        of[*i] = role.clone();
        let mapped = table(MIXED, Some(&roles(&of).unwrap())).unwrap();
        assert_eq!(shown(&mapped.dataset.columns()[*i]), *expected, "{role:?}");
        let cells = mapped.dataset.table();
        let id = mapped.dataset.ids().nth(*i).unwrap();
        let before = table(MIXED, None).unwrap().dataset;
        assert_eq!(
            cells.cell(0, id),
            before.table().cell(0, id),
            "the cell itself stays"
        );
    }
}

#[test]
fn what_does_not_fit_names_the_column() {
    let cases: &[(&[Role], &str)] = &[
        (
            &[
                Role::Identifier,
                Role::Numeric,
                Role::Identifier,
                Role::Identifier,
            ],
            "column 1 (`Exam_Score`) is the outcome, so its type has to be numeric",
        ),
        (
            &[
                Role::Numeric,
                Role::Factor(vec![0]),
                Role::Identifier,
                Role::Identifier,
            ],
            "the order of column 2 (`Year`) is incomplete",
        ),
        (
            &[
                Role::Numeric,
                Role::Factor(vec![0, 0]),
                Role::Identifier,
                Role::Identifier,
            ],
            "the order of column 2 (`Year`) is incomplete",
        ),
        (
            &[
                Role::Numeric,
                Role::Factor(vec![0, 2]),
                Role::Identifier,
                Role::Identifier,
            ],
            "the order of column 2 (`Year`) is incomplete",
        ),
        (&[Role::Numeric], "belongs to another table"),
    ];
    for (of, said) in cases {
        let faults = roles(of).unwrap_err();
        assert!(faults[0].to_string().contains(said), "{faults:?}");
    }
    let many: String = (0..=MAX_LEVELS).map(|i| format!("{i},t{i}\n")).collect();
    let mapped = table(&format!("y,Many\n{many}"), None).unwrap();
    let factor = vec![Role::Numeric, Role::Factor(Vec::new())];
    let faults = Mapping::new(&mapped.inference, 0, factor).unwrap_err();
    assert!(
        faults[0]
            .to_string()
            .starts_with("column 2 (`Many`) has more than 50")
    );
    let empty = table("y,None\n1,\n", None).unwrap().inference;
    let faults =
        Mapping::new(&empty, 0, vec![Role::Numeric, Role::Factor(Vec::new())]).unwrap_err();
    assert!(faults[0].to_string().contains("has no levels"));
    let faults = Mapping::new(&empty, 1, vec![Role::Numeric; 2]).unwrap_err();
    assert!(
        faults[0]
            .to_string()
            .contains("holds no value in any row, so it cannot be the outcome")
    );
    let faults = Mapping::new(&empty, 2, vec![Role::Numeric; 2]).unwrap_err();
    assert_eq!(faults, [MappingError::NoOutcome]);
}

#[test]
fn text_that_is_to_be_numeric_is_reported_by_row_and_column() {
    let of = [Role::Numeric, Role::Numeric, Role::Numeric, Role::Numeric];
    let refused = table(MIXED, Some(&roles(&of).unwrap())).unwrap_err();
    let ReadError::Invalid(report) = refused else {
        panic!("{refused}");
    };
    assert_eq!(report.total(), 7);
    let first = report.listed()[0].to_string();
    assert!(
        first.starts_with("row 2, column 3 (`Sport`): `b` is not a number"),
        "{first}"
    );
}

#[test]
fn json_is_read_strictly() {
    let of = [
        Role::Numeric,
        Role::Numeric,
        Role::Ordered(vec![1, 0]),
        Role::Identifier,
    ];
    let mapping = roles(&of).unwrap();
    let json = String::from_utf8(mapping.to_json().unwrap()).unwrap();
    insta::assert_snapshot!(json, @r#"{"version":1,"outcome":0,"columns":[{"name":"Exam_Score","role":"numeric"},{"name":"Year","role":"numeric"},{"name":"Sport","role":{"ordered":[1,0]}},{"name":"Note","role":"identifier"}]}"#);
    let broken = [
        String::new(),
        "{}".to_owned(),
        json.replacen("\"version\":1", "\"version\":2", 1),
        json.replacen("\"outcome\":0", "\"outcome\":-1", 1),
        json.replacen("numeric", "number", 1),
        json.replacen("\"name\"", "\"nom\"", 1),
        json.replacen('{', "{\"more\":1,", 1),
        json[..json.len() / 2].to_owned(),
    ];
    for json in broken {
        assert_eq!(
            Mapping::from_json(json.as_bytes()),
            Err(MappingError::Malformed),
            "{json}"
        );
    }
    // One of another table is read, and does not fit.
    let refused = table("a,b\n1,2\n", Some(&mapping)).unwrap_err();
    assert!(
        matches!(&refused, ReadError::Mapping(faults) if *faults == [MappingError::OtherTable])
    );
}

fn cells() -> impl Strategy<Value = String> {
    let odd = vec![
        "", "NA", "1", "2", "-3.5", "007", "1,5", "inf", "Low", "High", "Yes", "a@b.org", "سارة",
        "🦊", "a b", "x\ny", "\"", "<script>", "1e400",
    ];
    prop_oneof![
        8 => select(odd).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just("ä".repeat(10_000)),
    ]
}

fn names() -> impl Strategy<Value = String> {
    let odd = vec![
        "Exam_Score",
        "id",
        "Name",
        "data",
        "target",
        "col.x",
        "a.min",
        "type.1",
        "",
        "درجة",
        "Score",
        "E-Mail",
    ];
    prop_oneof![3 => select(odd).prop_map(str::to_owned), 1 => any::<String>()]
}

/// A table of a few columns with many rows of few values, as a file.
fn files() -> impl Strategy<Value = Vec<u8>> {
    (1..6_usize, 1..30_usize).prop_flat_map(|(width, height)| {
        let row = vec(cells(), width);
        (vec(names(), width), vec(row, height)).prop_map(|(header, rows)| {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(&header).unwrap();
            for row in rows {
                writer.write_record(&row).unwrap();
            }
            writer.into_inner().unwrap()
        })
    })
}

/// Any role for any column, possible or not.
fn any_role() -> impl Strategy<Value = Role> {
    let order = vec(0..6_u8, 0..6);
    prop_oneof![
        Just(Role::Numeric),
        Just(Role::Identifier),
        order.clone().prop_map(Role::Factor),
        order.prop_map(Role::Ordered),
    ]
}

proptest! {
    #[test]
    fn a_proposal_survives_its_json_and_is_what_is_shown(file in files()) {
        let Ok(proposed) = read_mapped("t".to_owned(), &file, OUTCOME, None) else {
            return Ok(());
        };
        let json = proposed.mapping.to_json().unwrap();
        let mapping = Mapping::from_json(&json).unwrap();
        prop_assert_eq!(&mapping, &proposed.mapping);
        let again = read_mapped("t".to_owned(), &file, OUTCOME, Some(&mapping)).unwrap();
        prop_assert_eq!(again.dataset.columns(), proposed.dataset.columns());
        let of = |mapped: &Mapped| {
            let table = mapped.dataset.table();
            let ids: Vec<_> = mapped.dataset.ids().collect();
            let rows = 0..table.rows();
            rows.map(|row| ids.iter().map(|&id| table.cell(row, id)).collect()).collect::<Vec<Vec<_>>>()
        };
        prop_assert_eq!(of(&again), of(&proposed));
    }

    #[test]
    fn any_mapping_is_applied_or_refused(
        file in files(),
        of in vec(any_role(), 0..7),
        outcome in 0..7_usize,
    ) {
        let Ok(proposed) = read_mapped("t".to_owned(), &file, OUTCOME, None) else {
            return Ok(());
        };
        match Mapping::new(&proposed.inference, outcome, of) {
            Err(faults) => prop_assert!(faults.iter().all(|fault| !fault.to_string().is_empty())),
            Ok(mapping) => match read_mapped("t".to_owned(), &file, OUTCOME, Some(&mapping)) {
                Ok(mapped) => prop_assert_eq!(mapped.dataset.rows(), proposed.dataset.rows()),
                Err(error) => prop_assert!(matches!(error, ReadError::Invalid(_)), "{}", error),
            },
        }
    }
}
