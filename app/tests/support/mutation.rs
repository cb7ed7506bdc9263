//! Damaged CSV files: a corpus of snippets and mutations of them, the same for the same seed.

/// Snippets that each stand for something a file may hold; the outcome is `y`.
pub(crate) const CORPUS: [&[u8]; 24] = [
    b"y,t\n1,a\n2,a\n3,b\n4,b\n",
    b"y;t\r\n1;\"a\"\"b\"\r\n2;\"c\r\nd\"\r\n",
    b"y\tt\r1\ta\r2\tb\r",
    b"\xEF\xBB\xBFy,x\n1,2.5\n2,-1e-3\n",
    b"\xFF\xFEy\x00,\x00t\x00\n\x00",
    b"y\x00,\x00t\x00\n\x001\x00",
    b"y,t\n1,\xE9t\xE9\n2,\xC3\xA9\n",
    b"y,t\n1,a\x00b\n",
    b"y,t,y\n1,2,3\n",
    b",y,\n0,1,2\n1,2,3\n",
    b"y,t\n1\n2,3,4\n",
    b"y,t\n1,\"open\n2,3\n",
    b"y,x\n1,NaN\n2,Infinity\n3,-inf\n",
    b"y;x\n1,5;2,5\n1.234,5;3\n",
    b"y,x\n9007199254740993,-0.0\n1e999,1e308\n",
    b"y\n",
    b"y",
    b"\n\n\r\r\n",
    b"1,2\n3,4\n",
    b"y,g\nNA,<NA>\n#N/A,n/a\n,\n3,\n",
    "y,\u{05E9}\u{05DC}\n1,\u{202E}\u{1F469}\u{200D}\u{1F393}\n2,\u{0627}\n".as_bytes(),
    b"y,a,b\n1,Low,Yes\n2,High,No\n3,Low,Yes\n4,High,No\n",
    b"y,a\n1,=1+1\n2,@x\n3,-1.5\n4,\t+\n",
    b"PK\x03\x04rest",
];

/// Bytes that mean something in a CSV file, or in no text at all.
const TELLING: &[u8] = b",;\t\"\n\r\0 .-+e19y\x80\xC3\xE9\xFF\xEF\xBB\xBF";

/// A generator of the same numbers for the same seed: Marsaglia's xorshift, 2003.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `n`, which is above 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n
    }

    /// A file: a snippet with up to eight changes.
    pub(crate) fn file(&mut self) -> Vec<u8> {
        let mut bytes = CORPUS[self.below(CORPUS.len())].to_vec();
        for _ in 0..self.below(9) {
            self.change(&mut bytes);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(8)).min(bytes.len());
        match self.below(6) {
            0 => bytes.insert(at, TELLING[self.below(TELLING.len())]),
            1 => bytes.insert(at, self.below(256) as u8),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let part = bytes[at..end].to_vec();
                let to = self.below(bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            4 => {
                let other = CORPUS[self.below(CORPUS.len())];
                let from = self.below(other.len());
                bytes.splice(at..at, other[from..].iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
        }
    }
}
