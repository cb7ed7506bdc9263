//! A file in pieces that begin and end where rows do, so that no more of it is in memory than a
//! piece: a table's columns take a fifth of its file.

use std::io::{ErrorKind, Read, Result};

use super::dialect::{self, BYTE_ORDER_MARK};
use super::rows::Place;

/// Bytes that are read at a time. A piece is longer where a row is.
pub(super) const PIECE: usize = 1 << 20;

/// Smaller pieces would not show of which format a file is.
const LEAST: usize = 64;

/// Reads one piece after the other.
pub(super) struct Pieces<R> {
    source: R,
    size: usize,
    buffer: Vec<u8>,
    /// What separates the fields, once the header has been read.
    separator: Option<u8>,
    /// Where the piece that was read last ends in the buffer.
    given: usize,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    /// In pieces of about `size` bytes. A byte order mark at the beginning is left out.
    pub(super) fn new(source: R, size: usize) -> Self {
        Self {
            source,
            size: size.max(LEAST),
            buffer: Vec::new(),
            separator: None,
            given: 0,
            ended: false,
        }
    }

    /// The next piece with what separates its fields, `None` after the last.
    ///
    /// # Errors
    /// Those of the source.
    pub(super) fn next(&mut self) -> Result<Option<(&[u8], u8)>> {
        self.buffer.drain(..self.given);
        self.given = 0;
        while self.given == 0 && !(self.ended && self.buffer.is_empty()) {
            if let Some(end) = self.end() {
                self.given = end;
            } else {
                // Twice as much each time: a row as long as the file is looked at a few times only.
                self.fill(self.buffer.len().max(self.size))?;
            }
        }
        let separator = self.separator.filter(|_| self.given > 0);
        Ok(separator.map(|separator| (&self.buffer[..self.given], separator)))
    }

    /// Where the next piece ends in what has been read; `None` if that takes more.
    fn end(&mut self) -> Option<usize> {
        if self.separator.is_none() && !self.buffer.is_empty() {
            let (separator, complete) = dialect::separator(&self.buffer);
            let blank = self.buffer.iter().all(u8::is_ascii_whitespace);
            self.separator = (self.ended || (complete && !blank)).then_some(separator);
        }
        let separator = self.separator?;
        match self.ended {
            true => Some(self.buffer.len()),
            false => last_boundary(&self.buffer, separator),
        }
    }

    fn fill(&mut self, bytes: usize) -> Result<()> {
        let before = self.buffer.len();
        let first = before == 0 && self.separator.is_none();
        self.buffer.resize(before + bytes, 0);
        let mut filled = before;
        while filled < self.buffer.len() {
            match self.source.read(&mut self.buffer[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.buffer.truncate(filled);
                    return Err(error);
                }
            }
        }
        self.buffer.truncate(filled);
        if first && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.buffer.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(())
    }
}

/// The last place in a text that begins with a row where another one begins: after the end of a
/// line that is in no quotes, and before what is neither such an end nor a byte order mark, which the
/// `csv` crate would pass over at the beginning of a piece.
fn last_boundary(text: &[u8], separator: u8) -> Option<usize> {
    let is_end = |byte: u8| byte == b'\n' || byte == b'\r';
    let begins = |at: usize| {
        let (before, here) = (text[at - 1], text[at]);
        is_end(before) && !is_end(here) && here != BYTE_ORDER_MARK[0]
    };
    if !text.contains(&b'"') {
        return (1..text.len()).rev().find(|&at| begins(at));
    }
    let (mut last, mut place) = (None, Place::Begin);
    for (at, &byte) in text.iter().enumerate() {
        if at > 0 && place == Place::Begin && begins(at) {
            last = Some(at);
        }
        place = place.after(byte, separator);
    }
    last
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::rows::each_row;
    use super::*;

    /// Row numbers and fields, read in pieces of that size.
    fn rows(text: &str, size: usize) -> Vec<(usize, Vec<String>)> {
        let mut pieces = Pieces::new(text.as_bytes(), size);
        let (mut found, mut before) = (Vec::new(), 0);
        loop {
            let Some((piece, separator)) = pieces.next().unwrap() else {
                return found;
            };
            before = each_row(piece, separator, before, |row| {
                let fields = row.fields.iter().copied().map(String::from_utf8_lossy);
                found.push((row.number, fields.map(String::from).collect()));
                true
            });
        }
    }

    #[test]
    fn pieces_have_the_rows_of_the_whole() {
        let plain = "y,t\n1,a\n\n2,b\r\n\r\n3,c\r4,d\n".repeat(40);
        let quoted = "1,\"a\nb\"\n2,x;\"\n\n3,\"c\"\"\n\",\"\"\r\n4,\"e\"f\"\n".repeat(40);
        let open = format!("y,t\n{plain}5,\"{plain}");
        let marks = format!("y,t\n{}", "1,\u{FEFF}x\n\u{FEFF}2,x\n".repeat(60));
        for text in [
            plain.clone(),
            format!("\u{FEFF}\n\ny,t\n{quoted}"),
            open,
            marks,
        ] {
            let whole = rows(&text, text.len() + 1);
            assert!(whole.len() > 100 || text.contains('5'));
            for size in [1, 64, 65, 71, 100, 333] {
                assert_eq!(rows(&text, size), whole, "pieces of {size}");
            }
        }
    }

    #[test]
    fn nothing_is_lost_of_blank_files() {
        for text in ["", " ", "\n\n\n", &"\n".repeat(1000)] {
            let mut pieces = Pieces::new(text.as_bytes(), 64);
            let first = pieces.next().unwrap().map(|(piece, _)| piece.len());
            assert_eq!(first.unwrap_or(0), text.len());
            assert_eq!(pieces.next().unwrap(), None);
        }
    }
}
