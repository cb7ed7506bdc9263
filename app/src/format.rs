//! Numbers and names in words: the one place that decides how many digits people see, and how much
//! of a name.

use std::borrow::Cow;

/// A whole number with its thousands apart: 6,607.
pub fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 student", "2 students".
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A number with that many decimals; an en dash where it is undefined. Never "-0.0".
pub fn decimals(x: f64, places: usize) -> String {
    if !is_plain(x) {
        return value(x);
    }
    let text = format!("{x:.places$}");
    let is_zero = text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
    match text.strip_prefix('-') {
        Some(digits) if is_zero => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// Whether a number is written out rather than with an exponent or as a symbol.
fn is_plain(x: f64) -> bool {
    x.abs() < 1e15
}

/// A number with its sign: +0.4, −1.2, ±0.0.
pub fn signed(x: f64, places: usize) -> String {
    let text = decimals(x, places);
    if x.is_nan() || text.starts_with('−') {
        text
    } else if text.bytes().all(|b| matches!(b, b'0' | b'.')) {
        format!("±{text}")
    } else {
        format!("+{text}")
    }
}

/// A value as short as it can be told: whole numbers without decimals, others with up to two,
/// very large and very small ones with an exponent.
pub fn value(x: f64) -> String {
    if x.is_nan() {
        return "–".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let size = x.abs();
    if !is_plain(x) || (size != 0.0 && size < 1e-3) {
        return format!("{x:.3e}").replace('-', "−");
    }
    let text = decimals(x, if size < 1.0 { 3 } else { 2 });
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A p-value or one adjusted for several tests, as journals print it.
pub fn p_value(p: f64) -> String {
    match p {
        p if p.is_nan() => "–".to_owned(),
        p if p < 0.001 => "< 0.001".to_owned(),
        p => decimals(p, 3),
    }
}

/// Decimals that leave a slope or a difference two significant digits: 2 for 0.29, 5 for 0.00029.
pub fn places_for(x: f64) -> usize {
    let magnitude = x.abs().log10().floor();
    if magnitude.is_finite() && magnitude < -1.0 {
        // At least two decimals, at most twelve: both fit any integer type.
        (1.0 - magnitude).min(12.0) as usize
    } else {
        2
    }
}

/// "67.1 to 67.4", or an en dash where there is no interval.
pub fn interval(bounds: Option<[f64; 2]>, places: usize) -> String {
    match bounds {
        Some([low, high]) => format!("{} to {}", decimals(low, places), decimals(high, places)),
        None => "–".to_owned(),
    }
}

/// A column's name as people read it: `Hours_Studied` is "Hours Studied".
pub fn label(name: &str) -> String {
    isolated(&name.replace('_', " "))
}

/// Characters of a level up to which it is shown whole.
const LONGEST_LEVEL: usize = 100;

/// A level as charts, lists and addresses name it: one of more than 100 characters by its first 80
/// and a mark that tells it from others with the same beginning.
pub fn level(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST_LEVEL || name.chars().nth(LONGEST_LEVEL).is_none() {
        return Cow::Borrowed(name);
    }
    let start: String = name.chars().take(80).collect();
    Cow::Owned(format!("{start}…{:08x}", fingerprint(name)))
}

/// Fowler, Noll and Vo's hash (FNV-1a, 32 bits): the same in every process, as addresses must be.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// A level within a sentence.
pub fn quoted(name: &str) -> String {
    isolated(&level(name))
}

/// Text with right-to-left characters between the marks that keep it from turning the text around
/// it; its own marks of direction, which could undo that, are left out. Other text as it is.
fn isolated(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}');
    let marks = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !text.chars().any(|c| turns(c) || marks(c)) {
        return text.to_owned();
    }
    let inner: String = text.chars().filter(|&c| !marks(c)).collect();
    format!("\u{2068}{inner}\u{2069}")
}

/// "a", "a and b", "a, b and c".
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let cases = [
            (count(0), "0"),
            (count(999), "999"),
            (count(6607), "6,607"),
            (count(10_000_000), "10,000,000"),
            (decimals(67.235659, 1), "67.2"),
            (decimals(-0.04, 1), "0.0"),
            (decimals(-1.25, 2), "−1.25"),
            (decimals(f64::NAN, 1), "–"),
            (decimals(f64::INFINITY, 1), "∞"),
            (decimals(-1e300, 1), "−1.000e300"),
            (signed(0.42, 1), "+0.4"),
            (signed(-0.42, 1), "−0.4"),
            (signed(0.01, 1), "±0.0"),
            (value(67.0), "67"),
            (value(67.25), "67.25"),
            (value(0.125), "0.125"),
            (value(100.0), "100"),
            (value(0.0), "0"),
            (value(-3.0), "−3"),
            (value(1e20), "1.000e20"),
            (value(1.5e-7), "1.500e−7"),
            (p_value(0.0004), "< 0.001"),
            (p_value(0.0446), "0.045"),
            (interval(Some([67.14, 67.33]), 1), "67.1 to 67.3"),
            (interval(None, 1), "–"),
            (list(&["a".into(), "b".into(), "c".into()]), "a, b and c"),
        ];
        for (shown, expected) in cases {
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn names_neither_spread_nor_turn_what_is_around_them() {
        let long = "é".repeat(10_000);
        let cases = [
            (label("Hours_Studied"), "Hours Studied".to_owned()),
            (label("\u{05E9}_x"), "\u{2068}\u{05E9} x\u{2069}".to_owned()),
            (quoted("a\u{202E}b"), "\u{2068}ab\u{2069}".to_owned()),
            (quoted("\u{1F469}"), "\u{1F469}".to_owned()),
            (quoted(&"é".repeat(100)), "é".repeat(100)),
            (
                quoted(&long),
                format!("{}…{:08x}", "é".repeat(80), fingerprint(&long)),
            ),
        ];
        for (shown, expected) in cases {
            assert_eq!(shown, expected);
        }
        let other = format!("{}f", "é".repeat(9_999));
        assert_ne!(level(&long), level(&other));
    }
}
