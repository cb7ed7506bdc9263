//! What AWS holds, in plain types of our own: complete enough to compare every attribute of the
//! topology, and serialisable, so that a snapshot of a cloud is a test's fixture.
//!
//! The program that asks AWS fills it by these rules:
//!
//! - Everything that carries this stage's tags, everything that has a name of the topology, and
//!   everything else that lies in a VPC of these, is a [`Found`].
//! - What is already gone is left out (a NAT gateway that is `deleted`, an instance that is
//!   terminated). What is going has the status [`Status::Deleting`].
//! - Parts of a resource that the planner treats alone (an attachment, routes, rules, policies)
//!   are a [`Found`] each, made by [`Found::part`], and absent when they are empty. Local routes
//!   and those of gateway endpoints are AWS's own and left out.
//! - User data is decoded, policy documents are parsed, instance profiles go by their names.

mod references;
mod state;

pub use state::{
    AccessLogs, Alarm, AutoScalingGroup, Bucket, Endpoint, Figure, GatewayAttachment, GroupLife,
    GroupRules, InstanceProfile, KeyPair, LaunchTemplate, Listener, ListenerAction, LoadBalancer,
    NatGateway, Object, Peer, Role, RolePolicies, Route, RouteTable, RouteTarget, Rule,
    ScalingPolicy, SecurityGroup, SignIn, State, Subnet, TargetGroup, TemplateVersion, Topic, Vpc,
    VpcDefaults, dimension,
};

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{Id, Kind};
use crate::settings::{ImageFamily, Settings};
use crate::tags::{self, Tags};

/// What AWS calls a resource: an id, an ARN or a name, by its kind. A part that AWS gives no id
/// has its whole's, with its own key after a slash where there can be several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AwsId(pub String);

impl fmt::Display for AwsId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for AwsId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// A reference to a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ref {
    /// To one that AWS holds. In what was observed, there are only these.
    Existing(AwsId),
    /// To one that a step of the same plan makes.
    Planned(Id),
}

impl Ref {
    /// The id, if AWS already gave one.
    pub fn existing(&self) -> Option<&AwsId> {
        match self {
            Self::Existing(id) => Some(id),
            Self::Planned(_) => None,
        }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Existing(id) => write!(f, "{id}"),
            Self::Planned(id) => write!(f, "new {id}"),
        }
    }
}

impl From<&str> for Ref {
    fn from(id: &str) -> Self {
        Self::Existing(id.into())
    }
}

/// How far a resource's life has come. Nothing that is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It works.
    #[default]
    Ready,
    /// It will work soon; what needs it waits.
    Pending,
    /// It never will.
    Failed,
    /// It is going.
    Deleting,
}

/// A resource that AWS holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What AWS calls it.
    pub id: AwsId,
    /// The name that AWS fixed when it was made, for kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Tags,
    /// How far its life has come.
    #[serde(default)]
    pub status: Status,
    /// Its attributes.
    pub state: State,
}

/// Kind and id together: a role and its profile may share a name.
pub type Key = (Kind, AwsId);

impl Found {
    /// A resource of its own.
    pub fn whole(id: &str, name: Option<&str>, tags: Tags, state: State) -> Self {
        let name = name.map(str::to_owned);
        Self {
            id: id.into(),
            name,
            tags,
            status: Status::Ready,
            state,
        }
    }

    /// A part of another resource, whose id follows from it.
    pub fn part(state: State) -> Self {
        let id = state.part_id().unwrap_or_else(|| AwsId(String::new()));
        Self {
            id,
            name: None,
            tags: Tags::default(),
            status: Status::Ready,
            state,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.state.kind()
    }

    /// Kind and id.
    pub fn key(&self) -> Key {
        (self.kind(), self.id.clone())
    }

    /// What people know it by: the fixed name, else the `Name` tag.
    pub fn called(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.tags.get(tags::NAME))
    }

    /// What it is a part of.
    pub fn parent(&self) -> Option<Key> {
        self.state
            .parent()
            .and_then(|(kind, id)| Some((kind, id.existing()?.clone())))
    }

    /// The resources that it refers to.
    pub fn references(&self) -> Vec<Key> {
        let keys = self.state.references().into_iter();
        keys.filter_map(|(kind, id)| Some((kind, id.existing()?.clone())))
            .collect()
    }
}

/// What AWS holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The newest image of each family, by SSM's public parameters.
    #[serde(default)]
    pub images: BTreeMap<ImageFamily, String>,
    /// The resources.
    pub resources: Vec<Found>,
}

impl Observed {
    /// The resource of this kind and id.
    pub fn get(&self, key: &Key) -> Option<&Found> {
        self.resources
            .iter()
            .find(|found| found.kind() == key.0 && found.id == key.1)
    }

    /// Adds a resource, or takes its place if AWS holds it already.
    pub fn put(&mut self, found: Found) {
        let key = found.key();
        self.resources.retain(|other| other.key() != key);
        self.resources.push(found);
    }

    /// Removes a resource with its parts.
    pub fn remove(&mut self, key: &Key) {
        self.resources.retain(|found| found.key() != *key);
        let orphans: Vec<Key> = self
            .resources
            .iter()
            .filter(|found| found.parent().as_ref() == Some(key))
            .map(Found::key)
            .collect();
        for orphan in orphans {
            self.remove(&orphan);
        }
    }

    /// The release that the template version in use names, or the newest version that names one,
    /// when someone made the one in use by hand: what `deploy` keeps when it is given no other.
    pub fn release_in_use(&self, settings: &Settings) -> Option<String> {
        let (template, in_use) = self.template_in_use(settings)?;
        let newest_first = template.versions.keys().rev().copied();
        let mut all = in_use.into_iter().chain(newest_first);
        all.find_map(|number| template.release(number).map(str::to_owned))
    }

    /// The other releases that the group had before the one in use, as its template's versions say,
    /// the newest first, each once: where `rollback` can return to.
    pub fn releases_before(&self, settings: &Settings) -> Vec<String> {
        let Some((template, Some(in_use))) = self.template_in_use(settings) else {
            return Vec::new();
        };
        let mut releases: Vec<String> = Vec::new();
        let current = self.release_in_use(settings);
        for number in template.history(in_use) {
            if let Some(release) = template.release(number)
                && current.as_deref() != Some(release)
                && releases.iter().all(|it| it != release)
            {
                releases.push(release.to_owned());
            }
        }
        releases
    }

    /// Our template, and the number of the version that our group names.
    fn template_in_use(&self, settings: &Settings) -> Option<(&LaunchTemplate, Option<u64>)> {
        let ours = |found: &&Found| found.tags.resource_in(&settings.stage).is_some();
        let template = self
            .resources
            .iter()
            .filter(ours)
            .find_map(|found| match &found.state {
                State::LaunchTemplate(template) => Some((&found.id, template)),
                _ => None,
            });
        let (id, template) = template?;
        let in_use = self
            .resources
            .iter()
            .filter(ours)
            .find_map(|found| match &found.state {
                State::AutoScalingGroup(group) if group.template.existing() == Some(id) => {
                    group.template_version.parse().ok()
                }
                _ => None,
            });
        Some((template, in_use))
    }
}

/// Between an image's family and a version's number, in what AWS keeps of a template version.
const AFTER: &str = ", after version ";

impl TemplateVersion {
    /// What AWS keeps beside a version's data: the image's family, and what the version came after.
    pub fn note(&self) -> Option<String> {
        let family = self.description.as_deref()?;
        Some(match self.after {
            Some(after) => format!("{family}{AFTER}{after}"),
            None => family.to_owned(),
        })
    }

    /// The image's family, and what the version came after, from its note.
    pub fn read_note(note: &str) -> (String, Option<u64>) {
        let parts = note.rsplit_once(AFTER);
        let parts = parts.and_then(|(family, after)| Some((family, after.parse().ok()?)));
        match parts {
            Some((family, after)) => (family.to_owned(), Some(after)),
            None => (note.to_owned(), None),
        }
    }
}

impl LaunchTemplate {
    /// A version and those that the group had before it, the newest first. Versions that do not say
    /// what they came after are taken by number.
    pub(crate) fn history(&self, version: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(version), |number| {
            let by_number = || self.versions.range(..*number).next_back();
            let said = self.versions.get(number).and_then(|it| it.after);
            // Numbers grow, so what is later came not before.
            said.filter(|it| it < number)
                .or_else(|| by_number().map(|(it, _)| *it))
        })
    }

    /// The release that a version names.
    pub(crate) fn release(&self, number: u64) -> Option<&str> {
        self.versions.get(&number)?.instance_tags.get(tags::RELEASE)
    }
}
