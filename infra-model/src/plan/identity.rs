//! Which item of AWS a resource of the topology is: ours by its tags, someone else's by its name.

use std::cmp::Reverse;

use crate::id::Kind;
use crate::observed::{Found, State, Status};
use crate::plan::adopt;
use crate::plan::draft::Draft;
use crate::topology::Entry;

/// Which item of AWS a resource of the topology is.
pub(super) enum Match<'a> {
    Ours(&'a Found),
    Adopted(&'a Found),
    Foreign(&'a Found),
    Absent,
}

impl<'a> Draft<'a> {
    pub(super) fn find(&self, entry: &Entry, wanted: &State) -> Match<'a> {
        let kind = entry.id.kind();
        if !kind.is_tagged() {
            // A part belongs to whom its whole belongs.
            let part = wanted
                .part_id()
                .and_then(|id| self.index.get(&(kind, id)))
                .filter(|part| {
                    part.parent()
                        .is_none_or(|whole| !self.renewed.contains(&whole))
                });
            return part.map_or(Match::Absent, Match::Ours);
        }
        let logical = entry.id.to_string();
        let stage = &self.topology.settings().stage;
        let of_kind = || self.index.of_kind(kind).iter().copied();
        let named = |found: &&Found| match kind {
            Kind::Listener => is_same_listener(&found.state, wanted),
            _ => found.called() == Some(&entry.name),
        };
        let is_it = |found: &&Found| {
            found.tags.resource_in(stage) == Some(&logical)
                && (named(found) || !(kind.has_fixed_name() || kind == Kind::Listener))
        };
        if let Some(found) = self.fittest(of_kind().filter(is_it)) {
            return Match::Ours(found);
        }
        let is_foreign =
            |found: &&Found| named(found) && (kind.has_fixed_name() || !self.is_ours(found));
        let foreign = self.fittest(of_kind().filter(is_foreign));
        if self.topology.choices().adopt {
            let fits = |found: &&Found| !found.tags.are_managed() && adopt::fits(found, wanted);
            let recognised = || adopt::recognise(self, entry.id, wanted);
            if let Some(found) = foreign.filter(fits).or_else(recognised) {
                return Match::Adopted(found);
            }
        }
        foreign.map_or(Match::Absent, Match::Foreign)
    }

    /// Of several copies (a program that was killed may have left one), the one that works,
    /// lies with the rest and is used most; never by the order in which AWS lists them.
    pub(super) fn fittest(&self, copies: impl Iterator<Item = &'a Found>) -> Option<&'a Found> {
        copies.max_by_key(|found| {
            let placed = found
                .references()
                .iter()
                .filter(|key| self.bound.contains(key))
                .count();
            let id = Reverse(&found.id.0);
            (works(found), placed, self.uses(found), id)
        })
    }

    /// How much that works rests on it, directly and through others. A NAT gateway that failed
    /// holds its address and does not use it. The kinds' references have no cycle.
    fn uses(&self, found: &Found) -> usize {
        self.referring(&found.key())
            .filter(|user| works(user))
            .map(|user| 1 + self.uses(user))
            .sum()
    }
}

pub(super) fn works(found: &Found) -> bool {
    !matches!(found.status, Status::Failed | Status::Deleting)
}

fn is_same_listener(have: &State, wanted: &State) -> bool {
    match (have, wanted) {
        (State::Listener(have), State::Listener(wanted)) => {
            have.balancer == wanted.balancer && have.port == wanted.port
        }
        _ => false,
    }
}
