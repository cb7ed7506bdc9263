//! Who asks, and whether their clock agrees with AWS's: a request that is signed too early or too
//! late is refused.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Finding;
use crate::clients::Clients;
use crate::failure::failed;
use crate::server_clock::ServerClock;

/// AWS refuses a signature that is older or younger than this, in seconds.
const REFUSED: i64 = 300;
/// Worth saying: what is a minute off will soon be more.
const NOTED: i64 = 60;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) account: String,
    pub(super) arn: String,
}

/// What permissions hang on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Principal {
    /// A user or a role that IAM can be asked about.
    Arn(String),
    /// A role by its name: the session's ARN leaves the role's path out.
    Role(String),
    /// The account itself, which may everything.
    Root,
    /// Someone whom IAM cannot be asked about.
    Other,
}

impl Caller {
    pub(super) fn principal(&self) -> Principal {
        let mut parts = self.arn.splitn(6, ':').skip(2);
        let (service, name) = (parts.next(), parts.nth(2));
        let name = name.unwrap_or_default();
        match (service, name.split('/').next()) {
            (Some("iam"), Some("user" | "role")) => Principal::Arn(self.arn.clone()),
            (Some("iam"), Some("root")) => Principal::Root,
            (Some("sts"), Some("assumed-role")) => {
                Principal::Role(name.split('/').nth(1).unwrap_or_default().to_owned())
            }
            _ => Principal::Other,
        }
    }
}

/// Asks AWS who asks. Without an answer there is no caller.
pub(super) async fn look(clients: &Clients) -> (Option<Caller>, Vec<Finding>) {
    let clock = ServerClock::default();
    let answer = clients
        .sts
        .get_caller_identity()
        .customize()
        .interceptor(clock.clone())
        .send()
        .await;
    let clock = skew(clock.seconds());
    let answer = match answer.map_err(failed("sts:GetCallerIdentity", "credentials")) {
        Ok(answer) => answer,
        Err(failure) => {
            // The rest is a list of where credentials were looked for.
            let message = failure.message.lines().next().unwrap_or_default();
            let what = format!("{} ({})", message.trim_end_matches('.'), failure.code);
            let failed = Finding::failed("credentials", what, failure.remedy());
            return (None, [failed].into_iter().chain(clock).collect());
        }
    };
    let caller = Caller {
        account: answer.account().unwrap_or_default().to_owned(),
        arn: answer.arn().unwrap_or_default().to_owned(),
    };
    let what = format!("{} in account {}", caller.arn, caller.account);
    let credentials = match caller.principal() {
        Principal::Root => Finding::warning(
            "credentials",
            format!("{what}, which is the account itself"),
            "sign in as a role that may only what `cargo xtask policy` prints",
        ),
        _ => Finding::good("credentials", what),
    };
    let findings = [credentials].into_iter().chain(clock).collect();
    (Some(caller), findings)
}

/// How far this machine's clock is from AWS's; none without an answer.
fn skew(theirs: i64) -> Option<Finding> {
    let ours = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
    let ours = i64::try_from(ours).ok()?;
    (theirs != 0).then(|| judged(ours - theirs))
}

fn judged(ahead: i64) -> Finding {
    let way = if ahead < 0 { "behind" } else { "ahead of" };
    let what = format!("{} s {way} AWS's", ahead.abs());
    let remedy = "switch on time synchronisation (NTP) on this machine";
    match ahead.abs() {
        0..=NOTED => Finding::good("clock", what),
        ..=REFUSED => Finding::warning("clock", what, remedy),
        _ => Finding::failed(
            "clock",
            format!("{what}: AWS refuses what it signs"),
            remedy,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_session_is_of_a_role_and_the_root_is_no_user() {
        let role = |name: &str| Principal::Role(name.to_owned());
        for (arn, expected) in [
            (
                "arn:aws:iam::123456789012:user/staff/anna",
                Principal::Arn("arn:aws:iam::123456789012:user/staff/anna".to_owned()),
            ),
            (
                "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1a2b/anna",
                role("AWSReservedSSO_Admin_1a2b"),
            ),
            ("arn:aws:iam::123456789012:root", Principal::Root),
            (
                "arn:aws:sts::123456789012:federated-user/x",
                Principal::Other,
            ),
            ("", Principal::Other),
        ] {
            let caller = Caller {
                account: "123456789012".to_owned(),
                arn: arn.to_owned(),
            };
            assert_eq!(caller.principal(), expected, "{arn}");
        }
    }

    #[test]
    fn a_clock_may_be_a_minute_off_and_must_not_be_five() {
        for (ahead, verdict) in [
            (0, Verdict::Good),
            (-60, Verdict::Good),
            (61, Verdict::Warning),
            (-300, Verdict::Warning),
            (301, Verdict::Failed),
        ] {
            assert_eq!(judged(ahead).verdict, verdict, "{ahead}");
        }
    }
}
