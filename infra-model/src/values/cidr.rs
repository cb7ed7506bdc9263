//! IPv4 networks.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::values::Invalid;

/// An IPv4 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    address: Ipv4Addr,
    prefix: u8,
}

impl Cidr {
    /// Every address.
    pub const ANYWHERE: Self = Self::of([0, 0, 0, 0], 0);

    /// A network known when compiling: bits beyond the prefix are dropped.
    pub const fn of(octets: [u8; 4], prefix: u8) -> Self {
        let prefix = if prefix > 32 { 32 } else { prefix };
        let bits = u32::from_be_bytes(octets) & Self::mask(prefix);
        Self {
            address: Ipv4Addr::from_bits(bits),
            prefix,
        }
    }

    const fn mask(prefix: u8) -> u32 {
        match prefix {
            0 => 0,
            prefix => u32::MAX << (32 - prefix),
        }
    }

    /// Whether all of `other` lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        other.prefix >= self.prefix
            && other.address.to_bits() & Self::mask(self.prefix) == self.address.to_bits()
    }

    /// Whether any address lies in both: one of them then contains the other.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Bits of the network part, 0 to 32.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

impl FromStr for Cidr {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = |problem, remedy| Invalid {
            what: "network",
            value: text.to_owned(),
            problem,
            remedy,
        };
        let form = || refused("is not ADDRESS/PREFIX", "write one such as 203.0.113.0/24");
        let (address, prefix) = text.split_once('/').ok_or_else(form)?;
        let address: Ipv4Addr = address.parse().map_err(|_| form())?;
        let prefix: u8 = prefix.parse().ok().filter(|p| *p <= 32).ok_or_else(form)?;
        let network = Self::of(address.octets(), prefix);
        if network.address != address {
            return Err(refused(
                "has address bits beyond its prefix",
                "write the network's first address, or /32 for one machine",
            ));
        }
        Ok(network)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl TryFrom<String> for Cidr {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> String {
        cidr.to_string()
    }
}
