//! The same topology for those who must use Terraform or CloudFormation.
//!
//! Both documents say what the planner would make, attribute by attribute, with literal values.
//! The objects in the bucket are not in them: neither tool is the place for a release.

mod cloudformation;
mod hcl;
mod terraform;
mod yaml;

pub use cloudformation::cloudformation;
pub use terraform::terraform;

use crate::id::{Id, Kind};
use crate::observed::{Alarm, Figure, Peer, State};
use crate::plan::{states, waits_for};
use crate::settings::Settings;
use crate::tags::Tags;
use crate::topology::{Resource, Topology};

/// A resource with all that both documents need of it.
struct Part {
    id: Id,
    name: String,
    tags: Tags,
    state: State,
    /// Resources that it waits for without referring to them.
    waits: Vec<Id>,
    /// Whether there is a key to import into the key pair.
    imports_key: bool,
}

fn parts(topology: &Topology) -> Vec<Part> {
    let all = states(topology);
    let ids: Vec<Id> = all.iter().map(|(entry, _)| entry.id).collect();
    let exported = |id: &Id| id.kind() != Kind::Object;
    let imports_key = topology.settings().public_key.is_some();
    all.iter()
        .filter(|(entry, _)| exported(&entry.id))
        .map(|(entry, state)| Part {
            id: entry.id,
            name: entry.name.clone(),
            tags: topology.tags(entry.id),
            state: state.clone(),
            waits: ids
                .iter()
                .copied()
                .filter(|id| exported(id) && waits(entry.id, state, *id))
                .collect(),
            imports_key,
        })
        .collect()
}

/// Whether a resource is only made when another is there to which it does not refer. That alarms are
/// to be looked for is nothing to these tools, which keep a state.
fn waits(later: Id, state: &State, earlier: Id) -> bool {
    match earlier {
        // Whose policy lets the load balancer write its logs.
        Id::Bucket => matches!(state, State::LoadBalancer(it) if it.access_logs.is_some()),
        _ => waits_for(later, earlier),
    }
}

/// What an alarm computes with: each query's id, its figure unless it is the expression, and whether
/// its value is the alarm's.
fn queries(it: &Alarm) -> impl Iterator<Item = (&str, Option<&Figure>, bool)> {
    let computes = it.expression.is_some();
    let figures = it.figures.iter();
    let figures = figures.map(move |(id, figure)| (id.as_str(), Some(figure), !computes));
    figures.chain(computes.then_some((Alarm::RESULT, None, true)))
}

/// Whether the document has a parameter for the OIDC client's secret.
fn asks_for_secret(parts: &[Part]) -> bool {
    parts
        .iter()
        .any(|part| matches!(&part.state, State::Listener(it) if it.sign_in.is_some()))
}

/// The first lines of both documents.
fn preamble(topology: &Topology, command: &str, more: &str) -> String {
    let settings: &Settings = topology.settings();
    let files: Vec<String> = topology
        .entries()
        .iter()
        .filter_map(|entry| match &entry.resource {
            Resource::Object(object) => Some(format!("#   {}", object.key)),
            _ => None,
        })
        .collect();
    format!(
        "# The deployment of student-analytics, stage {}, region {}.\n\
         # {command}\n\
         # Upload these files to {} before instances start:\n{}\n\
         # Instances run the boot script of the launch template as it was when this was written.\n{more}",
        settings.stage,
        settings.region,
        settings.bucket_name(),
        files.join("\n")
    )
}

/// The other end of a rule, for its description.
fn peer_name(peer: &Peer) -> String {
    match peer {
        Peer::Network(network) => network.clone(),
        Peer::Group(group) => group.to_string().replacen("new ", "", 1),
        Peer::PrefixList(list) => list.clone(),
    }
}

#[cfg(test)]
mod tests;
