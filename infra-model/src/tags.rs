//! Tags: what says that a resource is ours, and which part of the system it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::names::{MANAGED_BY, PROJECT};
use crate::values::Stage;

/// For people; mended when it differs.
pub const NAME: &str = "Name";
/// Says that it is this project's.
pub const PROJECT_TAG: &str = "Project";
/// Says which copy of the system it belongs to.
pub const STAGE: &str = "Stage";
/// Says that this program looks after it.
pub const MANAGED_BY_TAG: &str = "ManagedBy";
/// Says which part of the system it is: an [`Id`].
pub const RESOURCE: &str = "Resource";
/// On instances: the release that their template names.
pub const RELEASE: &str = "Release";
/// On the bucket of a stage that has or had alarms: that they are to be looked for, whatever the
/// settings say now. Without it and without the setting, CloudWatch and SNS are never asked.
pub const ALARMS: &str = "Alarms";
/// On what was taken over with attributes that cannot change: those are accepted as they are.
pub const ADOPTED: &str = "Adopted";

/// The tags of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(BTreeMap<String, String>);

impl Tags {
    /// The five tags that everything of ours carries.
    pub(crate) fn ours(name: &str, stage: &Stage, resource: &str) -> Self {
        Self::default()
            .with(NAME, name)
            .with(PROJECT_TAG, PROJECT)
            .with(STAGE, stage.as_str())
            .with(MANAGED_BY_TAG, MANAGED_BY)
            .with(RESOURCE, resource)
    }

    /// With one more.
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.set(key, value);
        self
    }

    /// Sets one.
    pub fn set(&mut self, key: &str, value: &str) {
        self.0.insert(key.to_owned(), value.to_owned());
    }

    /// Removes one.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// The value of one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// All, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Those that the other has not, or has with another value.
    pub fn without(&self, other: &Self) -> Self {
        let differs = |(key, value): &(&str, &str)| other.get(key) != Some(value);
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        self.iter().filter(differs).map(owned).collect()
    }

    /// Whether this program looks after it, in whatever stage.
    pub fn are_managed(&self) -> bool {
        self.get(MANAGED_BY_TAG) == Some(MANAGED_BY)
    }

    /// What its `Resource` tag says, if it belongs to this stage.
    pub fn resource_in(&self, stage: &Stage) -> Option<&str> {
        let ours = self.get(PROJECT_TAG) == Some(PROJECT)
            && self.get(STAGE) == Some(stage.as_str())
            && self.are_managed();
        self.get(RESOURCE).filter(|_| ours)
    }

    /// The part of the system that it is, if it belongs to this stage and the model knows it.
    pub fn id_in(&self, stage: &Stage) -> Option<Id> {
        self.resource_in(stage)?.parse().ok()
    }
}

impl FromIterator<(String, String)> for Tags {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(tags: I) -> Self {
        Self(tags.into_iter().collect())
    }
}
