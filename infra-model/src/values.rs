//! The vocabulary of [`Settings`](crate::settings::Settings): values that refuse to be wrong.
//!
//! Each constructor names the value, what is wrong with it and what to write instead.

mod cidr;
mod date;
mod number;

pub use cidr::Cidr;
pub use date::Date;
pub use github::{Branch, Environment, Repository, RepositoryIds};
pub use number::{Instances, MinGroup, Percent, Port, SessionTimeout};
pub use oidc::{ClientId, ProviderUrl, Scope};

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{value}` {problem}: {remedy}")]
pub struct Invalid {
    /// Which setting, in words.
    pub what: &'static str,
    /// What was given.
    pub value: String,
    /// What is wrong with it.
    pub problem: &'static str,
    /// What to write instead.
    pub remedy: &'static str,
}

/// Text that passed a check: `Display`, `FromStr` and serde all go through the constructor.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            pub fn new(text: impl Into<String>) -> Result<Self, Invalid> {
                let text = text.into();
                let check: fn(&str) -> Option<(&'static str, &'static str)> = $check;
                match check(&text) {
                    None => Ok(Self(text)),
                    Some((problem, remedy)) => {
                        Err(Invalid { what: $what, value: text, problem, remedy })
                    }
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Invalid;
            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;
            fn try_from(text: String) -> Result<Self, Invalid> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }
    };
}

// Behind the macro, which they use.
mod github;
mod oidc;

fn all(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

checked_text!(
    /// Which copy of the system: `prod`, or a short suffix of every name.
    Stage,
    "stage",
    |text| {
        (!all(text, lower_or_digit) || text.len() > 8).then_some((
            "is not at most 8 of a-z and 0-9",
            "target group names end at 32 characters, so write something like `staging`",
        ))
    }
);

impl Stage {
    /// The suffix of every name: nothing for `prod`.
    pub fn suffix(&self) -> String {
        match self.as_str() {
            PROD => String::new(),
            stage => format!("-{stage}"),
        }
    }
}

/// The stage whose names carry no suffix.
const PROD: &str = "prod";

impl Default for Stage {
    fn default() -> Self {
        Self(PROD.to_owned())
    }
}

checked_text!(
    /// An AWS region, such as `eu-north-1`.
    Region,
    "region",
    |text| {
        let parts: Vec<&str> = text.split('-').collect();
        let number = parts.last().is_some_and(|p| all(p, |c| c.is_ascii_digit()));
        let words = parts.len() >= 3
            && parts[..parts.len() - 1].iter().all(|p| all(p, |c| c.is_ascii_lowercase()));
        (!(number && words)).then_some(("is not a region's name", "write one such as `us-east-1`"))
    }
);

checked_text!(
    /// The bucket's name before the stage's suffix. Such names are global to all of AWS.
    BucketName,
    "bucket",
    |text| {
        let plain = all(text, |c| lower_or_digit(c) || c == '-');
        let ends = text.starts_with(lower_or_digit) && text.ends_with(lower_or_digit);
        let reserved = text.starts_with("xn--") || text.ends_with("-s3alias");
        (!plain || !ends || reserved || text.len() < 3 || text.len() > 63 - 9).then_some((
            "is not 3 to 54 of a-z, 0-9 and hyphens inside",
            "dots break TLS to the bucket, and 9 characters stay free for the stage; write \
             something like `my-school-student-files`",
        ))
    }
);

checked_text!(
    /// Where parameters lie in Systems Manager's Parameter Store, such as `/student-analytics/prod`.
    ParameterPath,
    "access parameters",
    |text| {
        let part = |it: &str| all(it, |c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        let parts = text.strip_prefix('/').filter(|rest| rest.split('/').all(part));
        let reserved = parts.is_some_and(|rest| rest.starts_with("aws") || rest.starts_with("ssm"));
        (parts.is_none() || reserved || text.len() > 200 || text.split('/').count() > 14).then_some((
            "is not a path of parameters",
            "write at most 200 characters with a slash before each part, such as \
             `/student-analytics/prod`; AWS keeps paths that begin with aws or ssm for itself",
        ))
    }
);

checked_text!(
    /// The number of an AWS account.
    AccountId,
    "AWS account",
    |text| {
        (text.len() != 12 || !all(text, |c| c.is_ascii_digit())).then_some((
            "is not the number of an account",
            "write the 12 digits that `aws sts get-caller-identity` calls Account",
        ))
    }
);

checked_text!(
    /// An address that mail goes to.
    Email,
    "e-mail address",
    |text| {
        let part = |it: &str| all(it, |c| c.is_ascii_graphic() && !"@,;<>\"".contains(c));
        let is_one = text.split_once('@').is_some_and(|(who, at)| {
            part(who) && part(at) && at.contains('.') && !at.starts_with('.') && !at.ends_with('.')
        });
        (!is_one || text.len() > 254).then_some((
            "is not one address",
            "write one such as `staff@school.example`; give the option again for another one",
        ))
    }
);

checked_text!(
    /// An EC2 instance type with x86-64 processors, which the release is built for.
    InstanceType,
    "instance type",
    |text| {
        let Some((family, size)) = text.split_once('.') else {
            return Some(("is not FAMILY.SIZE", "write one such as `t3.medium`"));
        };
        if !all(family, lower_or_digit) || !all(size, |c| lower_or_digit(c) || c == '-') {
            return Some(("is not FAMILY.SIZE", "write one such as `t3.medium`"));
        }
        let after_generation = family
            .trim_start_matches(|c: char| c.is_ascii_lowercase())
            .trim_start_matches(|c: char| c.is_ascii_digit());
        (family == "a1" || after_generation.starts_with('g')).then_some((
            "has Graviton processors",
            "the release is built for x86-64; write one such as `t3.medium`",
        ))
    }
);

checked_text!(
    /// A certificate of AWS Certificate Manager.
    CertificateArn,
    "certificate",
    |text| {
        let parts: Vec<&str> = text.split(':').collect();
        let right = matches!(parts[..], ["arn", partition, "acm", region, account, resource]
            if partition.starts_with("aws")
                && Region::new(region).is_ok()
                && account.len() == 12 && all(account, |c| c.is_ascii_digit())
                && resource.strip_prefix("certificate/")
                    .is_some_and(|id| all(id, |c| lower_or_digit(c) || c == '-')));
        (!right).then_some((
            "is not a certificate's ARN",
            "write arn:aws:acm:REGION:ACCOUNT:certificate/ID, as `aws acm list-certificates` shows",
        ))
    }
);

impl CertificateArn {
    /// The region that the certificate lives in; a load balancer uses those of its own only.
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }
}

checked_text!(
    /// The public half of an ed25519 key pair, as `ssh-keygen` writes it.
    PublicKey,
    "public key",
    |text| {
        let mut words = text.split_whitespace();
        let right = words.next() == Some("ssh-ed25519")
            && words.next().is_some_and(|key| {
                key.len() == 68
                    && key.starts_with("AAAAC3NzaC1lZDI1NTE5")
                    && all(key, |c| c.is_ascii_alphanumeric() || "+/=".contains(c))
            })
            && !text.trim_end().contains('\n');
        (!right).then_some((
            "is not one ed25519 public key",
            "make one with `ssh-keygen -t ed25519` and give the file that ends in .pub",
        ))
    }
);

impl PublicKey {
    /// Algorithm and key without the comment, which AWS does not keep.
    pub fn material(&self) -> String {
        self.0
            .split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

checked_text!(
    /// A SHA-256 in hexadecimal, lower case.
    Sha256,
    "SHA-256",
    |text| {
        (text.len() != 64 || !all(text, |c| c.is_ascii_digit() || ('a'..='f').contains(&c)))
            .then_some(("is not 64 hexadecimal digits", "write what `sha256sum FILE` prints"))
    }
);

checked_text!(
    /// What an instance runs at its first boot, before base64; AWS takes at most 16,384 bytes.
    UserData,
    "user data",
    |text| {
        match text {
            text if text.len() > 16_384 => {
                Some(("is longer than 16,384 bytes", "move what is large into the bucket"))
            }
            text if !text.starts_with("#!") => {
                Some(("is not a script", "begin it with `#!`, or cloud-init will not run it"))
            }
            _ => None,
        }
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: FromStr<Err = Invalid> + fmt::Debug>(text: &str) -> String {
        text.parse::<T>().unwrap_err().to_string()
    }

    #[test]
    fn wrong_values_are_named_with_their_remedy() {
        let long = format!("#!{}", "x".repeat(16_383));
        for (message, value, remedy) in [
            (refused::<Stage>("Staging"), "stage `Staging`", "`staging`"),
            (refused::<Stage>("longername"), "stage", "32"),
            (
                refused::<Region>("stockholm"),
                "region `stockholm`",
                "us-east-1",
            ),
            (
                refused::<BucketName>("my.bucket"),
                "bucket `my.bucket`",
                "dots",
            ),
            (refused::<BucketName>("ab"), "bucket", "3 to 54"),
            (
                refused::<AccountId>("1234"),
                "AWS account `1234`",
                "12 digits",
            ),
            (refused::<Email>("a@b"), "e-mail address `a@b`", "staff@"),
            (refused::<Email>("a@b.c, d@e.f"), "e-mail address", "again"),
            (refused::<ParameterPath>("school"), "`school`", "/student"),
            (refused::<ParameterPath>("/a/"), "`/a/`", "a slash before"),
            (refused::<ParameterPath>("/a b"), "`/a b`", "a slash before"),
            (refused::<ParameterPath>("/aws/a"), "`/aws/a`", "AWS keeps"),
            (
                refused::<InstanceType>("t4g.small"),
                "`t4g.small`",
                "x86-64",
            ),
            (refused::<InstanceType>("large"), "`large`", "FAMILY.SIZE"),
            (
                refused::<CertificateArn>("arn:aws:iam::1:x"),
                "certificate",
                "acm",
            ),
            (
                refused::<PublicKey>("ssh-rsa AAAA"),
                "public key",
                "ed25519",
            ),
            (refused::<Sha256>("abc"), "SHA-256 `abc`", "sha256sum"),
            (refused::<UserData>("echo"), "user data `echo`", "#!"),
            (refused::<UserData>(&long), "user data", "16,384"),
            (refused::<Cidr>("10.0.0.1/24"), "`10.0.0.1/24`", "/32"),
            (refused::<Cidr>("10.0.0.0/33"), "network", "ADDRESS/PREFIX"),
            (refused::<Port>("0"), "port `0`", "65535"),
            (refused::<Instances>("101"), "`101`", "100"),
            (refused::<Percent>("many"), "`many`", "percentage"),
            (refused::<MinGroup>("1001"), "`1001`", "smallest group"),
            (refused::<MinGroup>("-1"), "`-1`", "smallest group"),
            (refused::<SessionTimeout>("0"), "`0`", "604800"),
            (
                refused::<ProviderUrl>("http://id.example.org"),
                "identity provider `http://id.example.org`",
                "openid-configuration",
            ),
            (refused::<ClientId>(""), "OIDC client", "client id"),
            (refused::<Scope>("email"), "OIDC scope `email`", "`openid"),
            (refused::<Date>("2026-6-30"), "`2026-6-30`", "YYYY-MM-DD"),
        ] {
            assert!(
                message.contains(value) && message.contains(remedy),
                "{message}"
            );
        }
    }

    #[test]
    fn days_follow_from_seconds() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_782_863_999, "2026-06-30"),
            (1_782_864_000, "2026-07-01"),
            (1_798_761_599, "2026-12-31"),
        ] {
            assert_eq!(Date::of_unix_time(seconds).to_string(), day);
        }
    }

    #[test]
    fn networks_contain_and_overlap() {
        let cidr = |text: &str| text.parse::<Cidr>().unwrap();
        let vpc = cidr("10.0.0.0/16");
        assert!(vpc.contains(&cidr("10.0.11.0/24")) && !vpc.contains(&cidr("10.1.0.0/24")));
        assert!(Cidr::ANYWHERE.overlaps(&vpc) && !vpc.contains(&Cidr::ANYWHERE));
        assert!(!cidr("10.0.0.0/24").overlaps(&cidr("10.0.1.0/24")));
    }
}
