//! Saying things: a reader that has gone, as `head` goes, is no reason to end half-way.

/// A line for the person, on standard error.
macro_rules! say {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        // Whoever has stopped listening does not want to know.
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}

/// A line of the result, on standard output.
macro_rules! print_line {
    ($($words:tt)*) => {{
        use std::io::Write as _;
        // Whoever has stopped listening does not want to know.
        let _ = writeln!(std::io::stdout(), $($words)*);
    }};
}

pub(crate) use {print_line, say};
