//! The topology as a picture: Mermaid for the README, SVG for a document.
//!
//! Both draw what `Drawing` took from the topology: the zones with their subnets, what lies in
//! each, and the traffic between.

mod mermaid;
mod svg;

pub use mermaid::mermaid;
pub use svg::svg;

use std::collections::BTreeSet;

use crate::id::{Id, Tier, Zone};
use crate::topology::{Peer, Resource, Topology};

/// What both pictures show.
struct Drawing<'a> {
    topology: &'a Topology,
    /// The load balancer's ports, as browsers write them.
    web: String,
    /// The port of the app.
    app: String,
    /// Who may connect.
    browsers: String,
    /// The identity provider's host, where people have to sign in.
    provider: Option<String>,
    /// Whether the load balancer writes who asked for what.
    logs: bool,
    /// Whether CloudWatch watches anything.
    alarms: bool,
    /// The zones' columns.
    columns: [Column; 2],
}

/// One availability zone.
struct Column {
    zone: Zone,
    /// Whether it has a NAT gateway of its own.
    has_nat: bool,
}

impl<'a> Drawing<'a> {
    fn of(topology: &'a Topology) -> Self {
        let mut web = Vec::new();
        let mut browsers = Vec::new();
        let mut app = String::new();
        let (mut provider, mut logs, mut alarms) = (None, false, false);
        for entry in topology.entries() {
            match &entry.resource {
                Resource::Listener(listener) => {
                    let scheme = if listener.tls.is_some() {
                        "HTTPS"
                    } else {
                        "HTTP"
                    };
                    web.push(format!("{scheme} {}", listener.port));
                    let issuer = listener.sign_in.as_ref().map(|it| &it.issuer);
                    provider = provider.or(issuer.map(|it| it.host().to_owned()));
                }
                Resource::LoadBalancer(balancer) => logs = balancer.access_logs.is_some(),
                Resource::Topic(_) => alarms = true,
                Resource::TargetGroup(targets) => app = format!("HTTP {}", targets.port),
                Resource::GroupRules(rules) if entry.id == Id::BalancerRules => {
                    let networks = rules.ingress.iter().filter_map(|rule| match rule.peer {
                        Peer::Network(cidr) => Some(cidr.to_string()),
                        Peer::Group(_) => None,
                    });
                    browsers.extend(networks);
                }
                _ => {}
            }
        }
        // Each network has a rule for each port.
        let mut seen = BTreeSet::new();
        browsers.retain(|network| seen.insert(network.clone()));
        let browsers = match browsers.len() {
            0..=2 => browsers.join(", "),
            more => format!("{} and {} more", browsers[0], more - 1),
        };
        let columns = Zone::ALL.map(|zone| Column {
            zone,
            has_nat: topology.entry(Id::NatGateway(zone)).is_some(),
        });
        Self {
            topology,
            web: web.join(", "),
            app,
            browsers,
            provider,
            logs,
            alarms,
            columns,
        }
    }

    fn name(&self, id: Id) -> String {
        self.topology.name(id)
    }

    fn cidr(&self, id: Id) -> String {
        match self.topology.entry(id).map(|entry| &entry.resource) {
            Some(Resource::Vpc(vpc)) => vpc.cidr.to_string(),
            Some(Resource::Subnet(subnet)) => subnet.cidr.to_string(),
            _ => String::new(),
        }
    }

    fn subnet(&self, tier: Tier, zone: Zone) -> String {
        let id = Id::Subnet(tier, zone);
        format!("{} · {}", self.name(id), self.cidr(id))
    }

    /// The sizes of the fleet.
    fn fleet(&self) -> (String, String) {
        let settings = self.topology.settings();
        let size = format!(
            "{} to {} × {}",
            settings.min, settings.max, settings.instance_type
        );
        (size, format!("{} % CPU", settings.target))
    }

    fn health_path(&self) -> &str {
        match self
            .topology
            .entry(Id::TargetGroup)
            .map(|entry| &entry.resource)
        {
            Some(Resource::TargetGroup(targets)) => &targets.health.path,
            _ => "",
        }
    }

    fn instance_name(&self) -> String {
        match self
            .topology
            .entry(Id::LaunchTemplate)
            .map(|entry| &entry.resource)
        {
            Some(Resource::LaunchTemplate(template)) => template
                .tags
                .get(crate::tags::NAME)
                .unwrap_or_default()
                .to_owned(),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
