//! Which versions of glibc's symbols a program asks for. The loader of an older glibc refuses to
//! start it, so this is asked before anyone deploys it.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result, bail};
use object::Endianness;
use object::elf::{FileHeader64, SHT_DYNSYM};
use object::read::elf::{FileHeader, Sym};

/// That of Amazon Linux 2; Amazon Linux 2023 has 2.34.
pub(super) const OLDEST: &str = "2.26";
/// What the names of versions begin with.
const PREFIX: &str = "GLIBC_";

/// A version of glibc: its numbers, compared one after another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Glibc(Vec<u32>);

impl Glibc {
    /// Reads `2.26`, or `None` for what has no order, such as `PRIVATE`.
    fn new(text: &str) -> Option<Self> {
        let numbers: Result<_, _> = text.split('.').map(str::parse).collect();
        numbers.ok().map(Self)
    }
}

impl fmt::Display for Glibc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u32::to_string).collect();
        write!(f, "{PREFIX}{}", numbers.join("."))
    }
}

/// The highest version that the program asks for; an error if the oldest system lacks it.
pub(super) fn check(program: &[u8]) -> Result<Glibc> {
    highest(&needed(program)?)
}

/// Symbols by the name of the version that they are needed in.
type Needed = BTreeMap<String, Vec<String>>;

/// The highest of these versions; an error if one is above [`OLDEST`] or has no order.
fn highest(needed: &Needed) -> Result<Glibc> {
    let oldest = Glibc::new(OLDEST);
    let mut highest = None;
    let mut too_new = Vec::new();
    for (name, symbols) in needed {
        let Some(version) = name.strip_prefix(PREFIX) else {
            continue;
        };
        match Glibc::new(version) {
            version @ Some(_) if version <= oldest => highest = highest.max(version),
            _ => too_new.push(format!("{name} ({})", symbols.join(", "))),
        }
    }
    if !too_new.is_empty() {
        bail!(
            "the program does not start where glibc is {OLDEST}, as on Amazon Linux 2: it asks for {}",
            too_new.join(", ")
        );
    }
    highest
        .context("the program asks for no version of glibc: it is not the one that instances run")
}

/// What a program asks for, as its section `.gnu.version_r` lists it: a version may be asked for
/// without a symbol.
fn needed(program: &[u8]) -> Result<Needed> {
    let header =
        FileHeader64::<Endianness>::parse(program).context("the program is no ELF file")?;
    let endian = header.endian()?;
    let sections = header.sections(endian, program)?;
    let mut needed = Needed::new();
    let mut names = BTreeMap::new();
    let Some((mut libraries, strings)) = sections.gnu_verneed(endian, program)? else {
        return Ok(needed);
    };
    let strings = sections.strings(endian, program, strings)?;
    while let Some((_, mut versions)) = libraries.next()? {
        while let Some(version) = versions.next()? {
            let name = text(version.name(endian, strings)?);
            needed.entry(name.clone()).or_default();
            names.insert(version.vna_other.get(endian), name);
        }
    }

    let symbols = sections.symbols(endian, program, SHT_DYNSYM)?;
    let versions = sections.gnu_versym(endian, program)?;
    let versions = versions.map_or(&[][..], |(versions, _)| versions);
    for (symbol, version) in symbols.iter().zip(versions) {
        let version = names.get(&version.0.get(endian));
        if let Some(of_version) = version.and_then(|name| needed.get_mut(name)) {
            of_version.push(text(symbol.name(endian, symbols.strings())?));
        }
    }
    Ok(needed)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::{Glibc, Needed, check, highest, needed};

    #[test]
    fn versions_are_compared_number_by_number() {
        let ascending = [
            "2", "2.2.5", "2.3", "2.9", "2.10", "2.26", "2.26.1", "2.34", "3.0",
        ];
        for pair in ascending.windows(2) {
            assert!(Glibc::new(pair[0]) < Glibc::new(pair[1]), "{pair:?}");
        }
        for nothing in ["PRIVATE", "ABI_DT_RELR", "", "2.", "2.x"] {
            assert_eq!(Glibc::new(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_above_the_oldest_is_named_with_its_symbols() {
        let table: [(&[&str], Result<&str, &str>); 6] = [
            (&["GLIBC_2.2.5", "GLIBC_2.14", "GCC_3.0"], Ok("GLIBC_2.14")),
            (&["GLIBC_2.26", "GLIBC_2.9"], Ok("GLIBC_2.26")),
            (&["GLIBC_2.2.5", "GLIBC_2.27"], Err("GLIBC_2.27 (one, two)")),
            (&["GLIBC_2.34", "GLIBC_2.28"], Err("two), GLIBC_2.34")),
            (&["GLIBC_ABI_DT_RELR"], Err("GLIBC_ABI_DT_RELR")),
            (&["GCC_3.0"], Err("no version of glibc")),
        ];
        for (names, expected) in table {
            let symbols = || vec!["one".to_owned(), "two".to_owned()];
            let needed: Needed = names
                .iter()
                .map(|it| ((*it).to_owned(), symbols()))
                .collect();
            match (highest(&needed), expected) {
                (Ok(version), Ok(expected)) => assert_eq!(version.to_string(), expected),
                (Err(error), Err(part)) => {
                    assert!(error.to_string().contains(part), "{names:?}: {error}");
                }
                (found, expected) => panic!("{names:?}: {found:?} instead of {expected:?}"),
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_real_program_asks_for_the_symbols_that_it_calls() {
        let itself = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let needed = needed(&itself).unwrap();
        let (version, _) = needed
            .iter()
            .find(|(_, symbols)| symbols.iter().any(|symbol| symbol == "getenv"))
            .unwrap_or_else(|| panic!("nothing needs getenv: {needed:?}"));
        assert!(version.starts_with("GLIBC_2."), "{version}");
    }

    #[test]
    fn what_is_no_program_is_said() {
        for bytes in [&b""[..], b"#!/bin/sh\n", b"\x7fELF"] {
            let error = check(bytes).unwrap_err();
            assert!(error.to_string().contains("no ELF file"), "{error}");
        }
    }
}
