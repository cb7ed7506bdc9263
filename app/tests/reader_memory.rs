//! What reading takes: ten times the file and 16 MB at most, whatever the cells are. Each file is
//! read by a process of its own, whose peak is looked at: an allocator hands out again what an
//! earlier file has left, and that would not be counted.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use student_analytics::dataset::{read, read_file};

const MB: usize = 1 << 20;

/// Size of the files. The 16 MB are for what does not grow with a file, so they would hide what a
/// small one takes; here they are not given, but for this much.
const FILE: usize = 2 * MB;
const BESIDE: usize = MB;

/// Names the file to the process that reads it.
const CASE: &str = "STUDENT_ANALYTICS_MEMORY_CASE";
/// What that process says before its figures: bytes taken, and whether the file is a table.
const SAYS: &str = "taken and accepted: ";

/// Bytes of memory that the process has, or had at most since [`forget_peak`].
fn resident(which: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(which)).unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// A file of such rows, the last of which may be long.
fn file(header: &str, row: impl Fn(usize) -> String) -> String {
    let mut csv = format!("{header}\n");
    for i in 0.. {
        csv.push_str(&row(i));
        csv.push('\n');
        if csv.len() >= FILE {
            break;
        }
    }
    csv
}

/// Four hundred columns beside the outcome.
fn wide(cell: impl Fn(usize, usize) -> String) -> String {
    let names: String = (0..400).map(|i| format!(",c{i}")).collect();
    file(&format!("y{names}"), |row| {
        let cells: String = (0..400)
            .map(|column| format!(",{}", cell(row, column)))
            .collect();
        format!("{}{cells}", row % 10)
    })
}

/// A text of three letters, another one for each number below 50³.
fn three_letters(number: usize) -> String {
    let letter = |number: usize| char::from(b'A' + (number % 50) as u8);
    [number, number / 50, number / 2500]
        .map(letter)
        .iter()
        .collect()
}

/// Each file with whether it is a table.
fn cases() -> Vec<(&'static str, bool, String)> {
    let only_first = |text: &str, row: usize| {
        if row == 0 {
            text.to_owned()
        } else {
            String::new()
        }
    };
    vec![
        (
            "numbers",
            true,
            file("y,a,b", |i| format!("{},{},{}.5", i % 10, i % 9, i % 8)),
        ),
        (
            "levels",
            true,
            file("y,a,b", |i| format!("{},l{},m{}", i % 10, i % 9, i % 8)),
        ),
        ("names", true, file("y,a", |i| format!("{},{i:x}", i % 10))),
        ("empty columns", true, wide(|_, _| String::new())),
        (
            "nearly empty numbers",
            true,
            wide(|row, _| only_first("1.5", row)),
        ),
        (
            "nearly empty texts",
            true,
            wide(|row, _| only_first("once", row)),
        ),
        (
            "half empty texts",
            true,
            wide(|row, column| match (row + column) % 2 {
                0 => three_letters(row),
                _ => String::new(),
            }),
        ),
        (
            "texts of a letter",
            true,
            wide(|row, column| {
                char::from(b'0' + ((row + column) % 70) as u8)
                    .to_string()
                    .replace([';', '<'], "x")
            }),
        ),
        (
            "short texts, no two alike",
            true,
            wide(|row, column| three_letters(row * 7 + column)),
        ),
        (
            "levels of a page",
            true,
            file("y,a", |i| {
                format!(
                    "{},{}",
                    i % 10,
                    char::from(b'a' + (i % 25) as u8).to_string().repeat(20_000)
                )
            }),
        ),
        (
            "one long cell",
            true,
            file("y,a", |i| format!("{i},{}", "x".repeat(MB))),
        ),
        ("slips", false, file("y;a", |i| format!("{};1,5", i % 10))),
        (
            "other lengths",
            false,
            file("y,a", |i| (i % 10).to_string()),
        ),
        (
            "open quote",
            false,
            file("y,a", |i| {
                format!("{},{}", i % 10, if i == 1 { "\"" } else { "" })
            }),
        ),
    ]
}

#[test]
fn reading_takes_ten_times_the_file_at_most() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut beyond = Vec::new();
    for (name, is_table, csv) in cases() {
        let path = folder.join(format!("{name}.csv"));
        std::fs::write(&path, &csv).unwrap();
        let (taken, accepted) = read_alone(&path);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(accepted, is_table, "{name}");
        println!(
            "{name}: {:.1} times the file",
            taken as f64 / csv.len() as f64
        );
        if taken > 10 * csv.len() + BESIDE {
            beyond.push((name, taken, csv.len()));
        }
    }
    assert!(beyond.is_empty(), "{beyond:?}");
}

/// Memory that it takes to read the file, its bytes included, and whether it is a table.
fn read_alone(path: &Path) -> (usize, bool) {
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", "the_other_process", "--ignored", "--nocapture"]);
    let output = process.env(CASE, path).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let figures = said.lines().find_map(|line| line.split_once(SAYS));
    let (_, figures) = figures.unwrap_or_else(|| panic!("{}: {said}", path.display()));
    let (taken, accepted) = figures.split_once(' ').unwrap();
    (taken.parse().unwrap(), accepted.parse().unwrap())
}

#[test]
#[ignore = "the other test starts it, in a process of its own"]
fn the_other_process() {
    let Some(path) = std::env::var_os(CASE) else {
        return;
    };
    // The program's own pages come into memory when they are used first.
    let small = read("small".to_owned(), b"y,a,b,c\n1,2.5,x,p\n2,,x,q\n", "y");
    assert!(small.is_ok());
    let before = resident("VmRSS");
    forget_peak();
    let answer = read_file(Path::new(&path), "y");
    let taken = resident("VmHWM").saturating_sub(before);
    println!("{SAYS}{taken} {}", answer.is_ok());
}
