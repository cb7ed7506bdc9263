//! The secret of the OIDC client: no plan holds it, and a plan says when AWS must be told it.

use crate::observed::State;
use crate::plan::{Action, Attribute, Problem, ProblemKind, Step};

/// Whether AWS must be told the secret with this step. A listener that keeps its client keeps
/// the secret that it has.
pub fn needs_client_secret(step: &Step) -> bool {
    match &step.action {
        Action::Create {
            to: State::Listener(to),
            ..
        }
        | Action::Replace {
            to: State::Listener(to),
            ..
        } => to.sign_in.is_some(),
        Action::Update {
            from: State::Listener(from),
            to: State::Listener(to),
            changes,
            ..
        } => to.sign_in.as_ref().is_some_and(|want| {
            let has_client = from
                .sign_in
                .as_ref()
                .is_some_and(|have| have.has_client_of(want));
            let renews = |it: &crate::plan::Change| it.attribute == Attribute::ClientSecret;
            !has_client || changes.iter().any(renews)
        }),
        _ => false,
    }
}

/// What whoever reads the plan has to have at hand.
pub(super) fn notices(steps: &[Step]) -> Vec<Problem> {
    let needing = steps.iter().filter(|step| needs_client_secret(step));
    needing
        .map(|step| Problem {
            kind: ProblemKind::Notice,
            name: step.name.clone(),
            what: "AWS must be told the OIDC client's secret, which no plan holds".to_owned(),
            remedy: CLIENT_SECRET.to_owned(),
        })
        .collect()
}

/// How the secret is given.
pub const CLIENT_SECRET: &str = "give deploy --oidc-client-secret-file FILE, or set \
     STUDENT_ANALYTICS_OIDC_CLIENT_SECRET";
