//! A status for a person.

use std::fmt::Write as _;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::release::SHORT;

use super::{Activity, Alarm, Cpu, Dataset, Fleet, Known, Refresh, Release, Status};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A line for each part, the instances as a table.
pub(crate) fn text(status: &Status) -> String {
    let at = status.at;
    let mut text = headline(status);
    let Some(fleet) = &status.fleet else {
        return text;
    };
    line(&mut text, "address", shown(&status.url, String::clone));
    line(
        &mut text,
        "release",
        shown(&status.release, |it| release(it, at)),
    );
    line(
        &mut text,
        "refresh",
        shown(&status.refresh, |it| refresh(it.as_ref(), at)),
    );
    line(&mut text, "CPU", shown(&status.cpu, cpu));
    line(
        &mut text,
        "data",
        shown(&status.dataset, |it| dataset(it, at)),
    );
    if let Some(alarms) = &status.alarms {
        line(
            &mut text,
            "alarms",
            shown(alarms, |it| self::alarms(it, at)),
        );
    }
    text.push('\n');
    text += &table(fleet, at);
    match &status.activities {
        Known::Is(all) => {
            text.push_str("\nscaling, the newest first\n");
            for it in all {
                text += &activity(it);
            }
            if all.is_empty() {
                text.push_str("  nothing in the last six weeks\n");
            }
        }
        Known::Unknown { unknown } => {
            let _ = writeln!(text, "\nscaling    unknown: {}", plain(unknown));
        }
    }
    text
}

fn headline(status: &Status) -> String {
    let Status { stage, region, .. } = status;
    let Some(fleet) = &status.fleet else {
        return format!(
            "stage {stage} in {region}: nothing is deployed; `cargo xtask deploy` does that\n"
        );
    };
    let Fleet {
        min, desired, max, ..
    } = fleet;
    let verdict = if status.serves() {
        "serves"
    } else {
        "DOES NOT SERVE AS IT SHOULD"
    };
    format!(
        "stage {stage} in {region} {verdict}: {} healthy of {} instances; {desired} wanted, from {min} to {max}\n",
        status.healthy(),
        fleet.instances.len(),
    )
}

fn line(text: &mut String, name: &str, what: String) {
    let _ = writeln!(text, "{name:<10} {what}");
}

fn shown<T>(it: &Known<T>, show: impl FnOnce(&T) -> String) -> String {
    match it {
        Known::Is(it) => plain(&show(it)),
        Known::Unknown { unknown } => format!("unknown: {}", plain(unknown)),
    }
}

fn short(sha256: &str) -> &str {
    sha256.get(..SHORT).unwrap_or(sha256)
}

fn release(it: &Release, at: i64) -> String {
    let commit = shown(&it.commit, String::clone);
    let uploaded = shown(&it.uploaded, |it| ago(*it, at));
    format!(
        "{}, commit {commit}, uploaded {uploaded}",
        short(&it.sha256)
    )
}

fn refresh(it: Option<&Refresh>, at: i64) -> String {
    let Some(it) = it else {
        return "none in the last six weeks".to_owned();
    };
    let began = it
        .began
        .map_or_else(String::new, |it| format!(", begun {}", ago(it, at)));
    let reason = it.reason.as_deref().map(|it| format!(": {it}"));
    format!(
        "{}, {} %{began}{}",
        it.status,
        it.percent,
        reason.unwrap_or_default()
    )
}

fn cpu(it: &Cpu) -> String {
    format!(
        "{:.1} % on average in the 5 minutes from {}",
        it.percent,
        time(it.from)
    )
}

fn dataset(it: &Dataset, at: i64) -> String {
    format!(
        "{}, {} bytes, written {}",
        it.key,
        it.bytes,
        ago(it.written, at)
    )
}

/// Those that ring, and how many do not.
fn alarms(all: &[Alarm], at: i64) -> String {
    let (ringing, quiet): (Vec<&Alarm>, Vec<&Alarm>) = all.iter().partition(|it| it.rings);
    let ringing = ringing.iter().map(|it| {
        let since = it.since.map(|since| format!(" since {}", ago(since, at)));
        format!(
            "{} RINGS{}: {}",
            it.name,
            since.unwrap_or_default(),
            it.reason
        )
    });
    let quiet = format!("{} quiet", quiet.len());
    ringing.chain([quiet]).collect::<Vec<_>>().join("; ")
}

/// One line an instance, columns as wide as what is in them.
fn table(fleet: &Fleet, at: i64) -> String {
    let titles = [
        "zone", "instance", "life", "version", "release", "health", "since",
    ];
    let rows = fleet.instances.iter().map(|it| {
        let since = match &it.since {
            Known::Is(since) => ago(*since, at),
            Known::Unknown { .. } => "unknown".to_owned(),
        };
        let release = match &it.release {
            Known::Is(release) => short(release),
            Known::Unknown { .. } => "unknown",
        };
        [
            &*it.zone,
            &*it.id,
            &*it.lifecycle,
            &*it.version,
            release,
            &*it.health,
            &*since,
        ]
        .map(plain)
    });
    let rows: Vec<[String; 7]> = [titles.map(str::to_owned)]
        .into_iter()
        .chain(rows)
        .collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let widths = rows.iter().map(|row| row[column].chars().count());
            format!("{cell:<width$}", width = widths.max().unwrap_or_default())
        });
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

fn activity(it: &Activity) -> String {
    let began = it.began.map_or_else(|| "?".to_owned(), time);
    let cause = match it.cause.is_empty() {
        true => String::new(),
        false => format!("; {}", it.cause),
    };
    plain(&format!("  {began} {}: {}{cause}", it.status, it.what)) + "\n"
}

fn time(seconds: i64) -> String {
    DateTime::from_secs(seconds)
        .fmt(Format::DateTime)
        .unwrap_or_else(|_| "an impossible time".to_owned())
}

fn ago(seconds: i64, at: i64) -> String {
    format!("{} ({} ago)", time(seconds), age(at - seconds))
}

/// How long something is, in its two largest units.
pub(super) fn age(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let units = match seconds {
        0..MINUTE => return format!("{seconds} s"),
        MINUTE..HOUR => [(MINUTE, "min"), (1, "s")],
        HOUR..DAY => [(HOUR, "h"), (MINUTE, "min")],
        _ => [(DAY, "d"), (HOUR, "h")],
    };
    let [(large, name), (small, rest_name)] = units;
    let rest = seconds % large / small;
    match rest {
        0 => format!("{} {name}", seconds / large),
        rest => format!("{} {name} {rest} {rest_name}", seconds / large),
    }
}

/// What AWS says, without what would move a terminal's cursor.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
