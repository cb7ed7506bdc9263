//! What reading takes: ten times the file and 16 MB at most, whatever the cells are. The only test
//! of its process, whose peak it looks at.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use student_analytics::dataset::read;

const MB: usize = 1 << 20;

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

/// A file of 4 MB of such rows.
fn file(header: &str, row: impl Fn(usize) -> String) -> Vec<u8> {
    let mut csv = format!("{header}\n");
    for i in 0.. {
        csv.push_str(&row(i));
        csv.push('\n');
        if csv.len() >= 4 * MB {
            break;
        }
    }
    csv.into_bytes()
}

#[test]
fn reading_takes_ten_times_the_file_at_most() {
    let many = |name: &str, n: usize| (0..n).map(|i| format!(",{name}{i}")).collect::<String>();
    let cases = [
        (
            "numbers",
            file("y,a,b", |i| format!("{},{},{}.5", i % 10, i % 9, i % 8)),
        ),
        (
            "levels",
            file("y,a,b", |i| format!("{},l{},m{}", i % 10, i % 9, i % 8)),
        ),
        ("names", file("y,a", |i| format!("{},{i:x}", i % 10))),
        (
            "empty cells",
            file(&format!("y{}", many("c", 400)), |i| {
                format!("{}{}", i % 10, ",".repeat(400))
            }),
        ),
        (
            "one long cell",
            file("y,a", |i| format!("{i},{}", "x".repeat(MB))),
        ),
        ("slips", file("y;a", |i| format!("{};1,5", i % 10))),
        ("other lengths", file("y,a", |i| (i % 10).to_string())),
        (
            "open quote",
            file("y,a", |i| {
                format!("{},{}", i % 10, if i == 1 { "\"" } else { "" })
            }),
        ),
    ];
    for (name, bytes) in &cases {
        let before = resident("VmRSS");
        forget_peak();
        let answer = read((*name).to_owned(), bytes, "y");
        let taken = resident("VmHWM").saturating_sub(before);
        let accepted = answer.is_ok();
        drop(answer);
        println!(
            "{name}: {:.1} times the file, accepted: {accepted}",
            taken as f64 / bytes.len() as f64
        );
        assert!(
            taken <= 10 * bytes.len() + 16 * MB,
            "{name}: {taken} for {}",
            bytes.len()
        );
    }
}
