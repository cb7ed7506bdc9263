//! The system as one value: what AWS should hold.
//!
//! [`Topology::new`] is the table of the deployment. Resources refer to one another by
//! [`Handle`]s, which only adding a resource gives, so the order of its lines is an order in
//! which everything can be made.

mod alarms;
mod network;
mod security;
mod serving;
mod storage;

pub use alarms::{Alarm, Bounds, Figure, PERIOD, Topic, Watch};
pub use network::{
    Address, Endpoint, GatewayAttachment, InternetGateway, NatGateway, Route, RouteTable, Subnet,
    Via, Vpc, VpcDefaults,
};
pub use security::{
    GroupRules, HTTP, HTTPS, InstanceProfile, KeyPair, Peer, Role, RolePolicies, Rule,
    SecurityGroup,
};
pub use serving::{
    Action, AutoScalingGroup, HealthCheck, LaunchTemplate, Listener, LoadBalancer, Metadata,
    ROOT_DEVICE, Refresh, RootVolume, ScalingPolicy, TargetGroup, Tls,
};
pub use storage::{Bucket, LifecycleRule, Object};

use crate::id::{Handle, Id};
use crate::names;
use crate::settings::{Payload, Settings};
use crate::tags::Tags;
use crate::values::Port;

/// What a run of `deploy` or `destroy` may do beyond making the cloud as the topology says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Take over resources of the right name that are not ours.
    pub adopt: bool,
    /// Move to the newest image of the family.
    pub update_image: bool,
    /// Delete the bucket with what it holds.
    pub purge_bucket: bool,
    /// Tell the load balancer the OIDC client's secret again: whether it is another one, AWS does
    /// not say.
    pub renew_client_secret: bool,
}

/// What AWS should hold.
#[derive(Clone, Debug)]
pub struct Topology {
    settings: Settings,
    choices: Choices,
    unit_port: Option<Port>,
    entries: Vec<Entry>,
}

/// A resource of the topology with what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which part of the system it is.
    pub id: Id,
    /// Its name, with the stage.
    pub name: String,
    /// Its attributes.
    pub resource: Resource,
}

impl Topology {
    /// The whole system.
    pub fn new(settings: &Settings, payload: &Payload) -> Self {
        let mut topology = Self::empty(settings);
        topology.unit_port = Some(payload.unit_port);
        let t = &mut topology;
        let files = storage::add(t, settings, payload);
        let network = network::add(t, settings);
        let access = security::add(t, settings, network.vpc, files.bucket);
        let serving = serving::add(t, settings, payload, &network, &files, &access);
        if let Some(alarms) = &settings.alarms {
            let nats = network.nats;
            alarms::add(t, alarms, &alarms::Watching { serving, nats });
        }
        topology
    }

    /// Nothing at all: the plan towards it is `destroy`.
    pub fn empty(settings: &Settings) -> Self {
        let choices = Choices::default();
        Self {
            settings: settings.clone(),
            choices,
            unit_port: None,
            entries: Vec::new(),
        }
    }

    /// The same, with permission to do more.
    pub fn allowing(mut self, choices: Choices) -> Self {
        self.choices = choices;
        self
    }

    /// What this run may do.
    pub fn choices(&self) -> Choices {
        self.choices
    }

    /// What it was made from.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The port that the boot script's unit serves.
    pub fn unit_port(&self) -> Option<Port> {
        self.unit_port
    }

    /// All resources, in an order in which they can be made.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The resource with this id, if this topology has it.
    pub fn entry(&self, id: Id) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The name of a resource.
    pub fn name(&self, id: Id) -> String {
        self.entry(id)
            .map_or_else(|| names::name(id, &self.settings), |e| e.name.clone())
    }

    /// The tags that a resource carries.
    pub fn tags(&self, id: Id) -> Tags {
        names::tags(id, &self.name(id), &self.settings)
    }

    /// What a zone is called in this region.
    pub fn zone_name(&self, zone: crate::id::Zone) -> String {
        format!("{}{}", self.settings.region, zone.letter())
    }

    fn add<T: Into<Resource>>(&mut self, id: Id, resource: T) -> Handle<T> {
        let resource = resource.into();
        let name = match &resource {
            Resource::Object(object) => object.key.clone(),
            _ => names::name(id, &self.settings),
        };
        self.entries.push(Entry { id, name, resource });
        Handle::to(id)
    }

    #[cfg(test)]
    pub(crate) fn resource_mut(&mut self, id: Id) -> &mut Resource {
        let entry = self.entries.iter_mut().find(|entry| entry.id == id);
        &mut entry.expect("the topology has it").resource
    }
}

/// The kinds of resource: an enum with a conversion from each, which no function can write.
macro_rules! resources {
    ($($kind:ident),+ $(,)?) => {
        /// A resource of the topology.
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs, reason = "each holds the struct of its name")]
        #[allow(clippy::large_enum_variant, reason = "there are forty of them")]
        pub enum Resource {
            $($kind($kind)),+
        }

        $(impl From<$kind> for Resource {
            fn from(resource: $kind) -> Self {
                Self::$kind(resource)
            }
        })+
    };
}

resources!(
    Bucket,
    Object,
    Role,
    RolePolicies,
    InstanceProfile,
    KeyPair,
    Vpc,
    VpcDefaults,
    InternetGateway,
    GatewayAttachment,
    Subnet,
    Address,
    NatGateway,
    RouteTable,
    Route,
    Endpoint,
    SecurityGroup,
    GroupRules,
    TargetGroup,
    LoadBalancer,
    Listener,
    LaunchTemplate,
    AutoScalingGroup,
    ScalingPolicy,
    Topic,
    Alarm,
);
