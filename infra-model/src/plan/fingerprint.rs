//! One value for everything that a plan compared.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::id::Kind;
use crate::names::SAMPLE_DATA;
use crate::observed::{AwsId, Found, GroupLife, Observed, State, Status};
use crate::tags::Tags;

/// A found resource without what the cloud changes by itself.
#[derive(Serialize)]
struct Compared<'a> {
    kind: Kind,
    id: &'a AwsId,
    name: &'a Option<String>,
    tags: &'a Tags,
    works: bool,
    state: State,
}

/// Changes when anything that [`plan`](super::plan) compares does, and not with instances, the
/// desired capacity, or what the cloud otherwise owns. In hexadecimal.
pub fn fingerprint(observed: &Observed) -> String {
    let mut compared: Vec<Compared<'_>> = observed.resources.iter().map(compared).collect();
    compared.sort_by(|a, b| (a.kind, a.id).cmp(&(b.kind, b.id)));
    let mut hash = Sha256::new();
    for one in &compared {
        // Plain structs with text keys: there is nothing here that JSON cannot say.
        hash.update(serde_json::to_vec(one).unwrap_or_default());
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn compared(found: &Found) -> Compared<'_> {
    let Found {
        id,
        name,
        tags,
        status,
        state,
    } = found;
    let mut state = state.clone();
    match &mut state {
        State::AutoScalingGroup(group) => group.life = GroupLife::default(),
        State::Bucket(bucket) => bucket.holds_content = false,
        State::Object(object) => {
            object.modified = 0;
            // A school may put its own file there at any time.
            if object.key == SAMPLE_DATA {
                object.sha256 = None;
            }
        }
        State::LoadBalancer(balancer) => balancer.dns_name = None,
        // Someone may agree to be mailed at any time.
        State::Topic(topic) => topic.emails.append(&mut topic.asked),
        _ => {}
    }
    let works = !matches!(status, Status::Failed | Status::Deleting);
    Compared {
        kind: found.kind(),
        id,
        name,
        tags,
        works,
        state,
    }
}
