//! Numbers in words: the one place that decides how many digits people see.

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

/// "67.1 to 67.4", or an en dash where there is no interval.
pub fn interval(bounds: Option<[f64; 2]>, places: usize) -> String {
    match bounds {
        Some([low, high]) => format!("{} to {}", decimals(low, places), decimals(high, places)),
        None => "–".to_owned(),
    }
}

/// A column's name as people read it: `Hours_Studied` is "Hours Studied".
pub fn label(name: &str) -> String {
    name.replace('_', " ")
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
}
