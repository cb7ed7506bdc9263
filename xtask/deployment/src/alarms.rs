//! What CloudWatch watches, and whom it tells.

use infra_model::settings::{Alarms, Watched};
use infra_model::values::Email;

/// Alarms, which are there when someone is to be told.
#[derive(Debug, clap::Args)]
pub(crate) struct AlarmOptions {
    /// Address that alarms are mailed to, once its owner has agreed; repeatable. It turns alarms on,
    /// at 0.10 USD a month for each figure that one looks at
    #[arg(
        long = "alarm-email",
        env = "STUDENT_ANALYTICS_ALARM_EMAIL",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    emails: Vec<Email>,
    /// What to watch; repeatable: no-healthy-target, server-errors, slow-answers, nat-errors [default:
    /// all of them]
    #[arg(
        long = "alarm",
        env = "STUDENT_ANALYTICS_ALARM",
        value_name = "ALARM",
        value_delimiter = ',',
        requires = "emails"
    )]
    watched: Vec<Watched>,
}

impl AlarmOptions {
    /// The alarms that are wanted; none when nobody is to be told.
    pub(crate) fn alarms(&self) -> Option<Alarms> {
        let watched = match self.watched.is_empty() {
            true => Watched::ALL.to_vec(),
            false => self.watched.clone(),
        };
        (!self.emails.is_empty()).then(|| Alarms {
            emails: self.emails.iter().cloned().collect(),
            watched: watched.into_iter().collect(),
        })
    }
}
