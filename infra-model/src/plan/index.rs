//! What was observed, by kind, by id, and by what refers to what: each looked up many times.

use std::collections::{BTreeMap, HashMap};

use crate::id::Kind;
use crate::observed::{Found, Key, Observed};

pub(super) struct Index<'a> {
    kinds: BTreeMap<Kind, Vec<&'a Found>>,
    items: HashMap<(Kind, &'a str), &'a Found>,
    /// The place of its referrers' list: a list itself would have to live as long as the key.
    places: HashMap<(Kind, &'a str), usize>,
    referrers: Vec<Vec<&'a Found>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(observed: &'a Observed) -> Self {
        let mut index = Self {
            kinds: BTreeMap::new(),
            items: HashMap::new(),
            places: HashMap::new(),
            referrers: Vec::new(),
        };
        for found in &observed.resources {
            let kind = found.kind();
            index.kinds.entry(kind).or_default().push(found);
            index.items.entry((kind, &found.id.0)).or_insert(found);
            for (kind, to) in found.state.references() {
                if let Some(to) = to.existing() {
                    let next = index.referrers.len();
                    let place = *index.places.entry((kind, &to.0)).or_insert(next);
                    match index.referrers.get_mut(place) {
                        Some(list) => list.push(found),
                        None => index.referrers.push(vec![found]),
                    }
                }
            }
        }
        index
    }

    pub(super) fn of_kind(&self, kind: Kind) -> &[&'a Found] {
        self.kinds.get(&kind).map_or(&[], Vec::as_slice)
    }

    pub(super) fn get(&self, key: &Key) -> Option<&'a Found> {
        self.items.get(&(key.0, key.1.0.as_str())).copied()
    }

    /// The items that refer to this one.
    pub(super) fn referring(&self, key: &Key) -> &[&'a Found] {
        let place = self.places.get(&(key.0, key.1.0.as_str())).copied();
        let list = place.and_then(|place| self.referrers.get(place));
        list.map_or(&[], Vec::as_slice)
    }
}
