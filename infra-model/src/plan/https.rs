//! What a plan says when HTTPS ends: browsers remember it.

use crate::id::Id;
use crate::observed::State;
use crate::plan::{Action, Problem, ProblemKind, Step};

/// Said when the listener goes and its load balancer stays.
pub(super) fn notices(steps: &[Step]) -> Vec<Problem> {
    let stays = steps
        .iter()
        .any(|step| step.id == Some(Id::LoadBalancer) && !goes(step));
    let ends = steps
        .iter()
        .filter(|step| stays && goes(step) && is_https(step));
    let notices = ends.map(|step| Problem {
        kind: ProblemKind::Notice,
        name: step.name.clone(),
        what: "browsers that were here by HTTPS ask by nothing else for a year, and will not reach the \
               dashboard under this name"
            .to_owned(),
        remedy: "keep --certificate, or give the dashboard another name".to_owned(),
    });
    notices.collect()
}

fn goes(step: &Step) -> bool {
    matches!(step.action, Action::Delete { .. })
}

fn is_https(step: &Step) -> bool {
    match &step.action {
        Action::Delete {
            from: State::Listener(listener),
            ..
        } => listener.certificate.is_some(),
        _ => false,
    }
}
