//! Numbers as people read them.

/// A whole number with a comma before each three digits.
pub(super) fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A rate or a count, with a tenth where that says something.
pub(super) fn rate(number: f64) -> String {
    match number < 100.0 {
        true => format!("{number:.1}"),
        false => whole(number),
    }
}

/// Seconds as milliseconds; a dash for none.
pub(super) fn milliseconds(seconds: Option<f64>) -> String {
    match seconds {
        Some(seconds) if seconds < 0.1 => format!("{:.1} ms", seconds * 1e3),
        Some(seconds) => format!("{:.0} ms", seconds * 1e3),
        None => "–".to_owned(),
    }
}

/// Seconds as hours and minutes.
pub(super) fn clock(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round();
    format!("{:02.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        let wholes = [0.0, 999.0, 1000.0, 1_234_567.4].map(whole);
        assert_eq!(wholes, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([9.96, 99.94, 1234.0].map(rate), ["10.0", "99.9", "1,234"]);
        assert_eq!(
            [0.0, 5400.0, 86_400.0].map(clock),
            ["00:00", "01:30", "24:00"]
        );
        assert_eq!(milliseconds(None), "–");
    }
}
