//! What types cannot say about a topology, all findings at once.

use serde::Serialize;

use crate::id::{Handle, Id, Tier, Zone};
use crate::settings::{Uploads, VPC_CIDR};
use crate::topology::{
    Action, AutoScalingGroup, GroupRules, HTTP, HTTPS, LaunchTemplate, Listener, LoadBalancer,
    NatGateway, Peer, Resource, Route, RouteTable, Rule, SecurityGroup, Subnet, TargetGroup,
    Topology, Via,
};
use crate::values::{Cidr, Date};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It would not work: nothing is deployed.
    Error,
    /// It works, and someone should have decided it so.
    Warning,
}

/// Something wrong with a topology.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub resource: Id,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// The resources of a topology by their kinds.
struct Parts<'a> {
    topology: &'a Topology,
    findings: Vec<Finding>,
}

/// Everything that is wrong, errors first.
pub fn lint(topology: &Topology, today: Date) -> Vec<Finding> {
    let mut parts = Parts {
        topology,
        findings: Vec::new(),
    };
    parts.networks();
    parts.zones();
    parts.sizes();
    parts.ports();
    parts.reachability();
    parts.ways_out();
    parts.health_check();
    parts.image(today);
    parts.exposure();
    parts.findings.sort();
    parts.findings
}

/// The resources of one kind.
macro_rules! of_kind {
    ($name:ident, $kind:ident) => {
        fn $name(&self) -> impl Iterator<Item = (Id, &'a $kind)> + use<'a> {
            self.topology
                .entries()
                .iter()
                .filter_map(|entry| match &entry.resource {
                    Resource::$kind(it) => Some((entry.id, it)),
                    _ => None,
                })
        }
    };
}

impl<'a> Parts<'a> {
    of_kind!(subnets, Subnet);
    of_kind!(tables, RouteTable);
    of_kind!(routes, Route);
    of_kind!(nats, NatGateway);
    of_kind!(rules, GroupRules);
    of_kind!(target_groups, TargetGroup);
    of_kind!(balancers, LoadBalancer);
    of_kind!(listeners, Listener);
    of_kind!(templates, LaunchTemplate);
    of_kind!(groups, AutoScalingGroup);

    fn find(&mut self, severity: Severity, resource: Id, what: String, remedy: &'static str) {
        self.findings.push(Finding {
            severity,
            resource,
            what,
            remedy,
        });
    }

    fn error(&mut self, resource: Id, what: String, remedy: &'static str) {
        self.find(Severity::Error, resource, what, remedy);
    }

    fn warning(&mut self, resource: Id, what: String, remedy: &'static str) {
        self.find(Severity::Warning, resource, what, remedy);
    }

    fn subnet(&self, handle: &Handle<Subnet>) -> Option<&'a Subnet> {
        self.subnets()
            .find(|(id, _)| *id == handle.id())
            .map(|(_, subnet)| subnet)
    }

    fn rules_of(&self, group: &Handle<SecurityGroup>) -> impl Iterator<Item = &'a GroupRules> {
        let group = *group;
        self.rules()
            .map(|(_, rules)| rules)
            .filter(move |rules| rules.group == group)
    }

    /// CIDRs inside the VPC and disjoint.
    fn networks(&mut self) {
        let subnets: Vec<(Id, &Subnet)> = self.subnets().collect();
        let vpc = self
            .topology
            .entry(Id::Vpc)
            .and_then(|entry| match &entry.resource {
                Resource::Vpc(vpc) => Some(vpc.cidr),
                _ => None,
            });
        let vpc = vpc.unwrap_or(VPC_CIDR);
        for (index, (id, subnet)) in subnets.iter().enumerate() {
            if !vpc.contains(&subnet.cidr) {
                let what = format!("{} is not inside the VPC's {vpc}", subnet.cidr);
                self.error(*id, what, "give the subnet a part of the VPC's network");
            }
            for (other, before) in &subnets[..index] {
                if subnet.cidr.overlaps(&before.cidr) {
                    let what = format!("{} overlaps {} of {other}", subnet.cidr, before.cidr);
                    self.error(*id, what, "give each subnet a network of its own");
                }
            }
        }
    }

    /// The load balancer and the instances are in two zones.
    fn zones(&mut self) {
        let balancers = self.balancers().map(|(id, it)| (id, it.subnets.clone()));
        let groups = self.groups().map(|(id, it)| (id, it.subnets.clone()));
        let users: Vec<(Id, Vec<Handle<Subnet>>)> = balancers.chain(groups).collect();
        for (id, subnets) in users {
            let mut zones: Vec<Zone> = subnets
                .iter()
                .filter_map(|it| self.subnet(it))
                .map(|it| it.zone)
                .collect();
            zones.sort();
            zones.dedup();
            if zones.len() < 2 {
                let what = format!("its subnets are in {} zone", zones.len());
                self.error(
                    id,
                    what,
                    "use a subnet in each of two zones, so that one can fail",
                );
            }
        }
    }

    fn sizes(&mut self) {
        for (id, group) in self.groups() {
            if group.min > group.max {
                let what = format!(
                    "the minimum {} is above the maximum {}",
                    group.min, group.max
                );
                self.error(id, what, "lower --min or raise --max");
            } else if group.first < group.min || group.first > group.max {
                let (first, min, max) = (group.first, group.min, group.max);
                let what = format!("it begins with {first}, which is not between {min} and {max}");
                self.error(id, what, "begin with a number of instances between the two");
            }
            if group.min.get() < 2 {
                let what = "one instance is no spare for another".to_owned();
                self.warning(
                    id,
                    what,
                    "set --min to 2, or accept an outage when one fails",
                );
            }
        }
    }

    /// One port in groups, target group, health check and unit.
    fn ports(&mut self) {
        for (id, targets) in self.target_groups() {
            let port = targets.port;
            if let Some(unit) = self.topology.unit_port().filter(|unit| *unit != port) {
                let what = format!("targets are asked on port {port}, and the unit serves {unit}");
                self.error(
                    id,
                    what,
                    "let the boot script's unit serve the target group's port",
                );
            }
            let checked = &targets.health.port;
            if checked != "traffic-port" && *checked != port.to_string() {
                let what = format!("health is checked on port {checked}, and served on {port}");
                self.error(id, what, "check health where requests go: `traffic-port`");
            }
            for (_, template) in self.templates() {
                let rules: Vec<&GroupRules> = self.rules_of(&template.group).collect();
                let admits = |rules: &&GroupRules| rules.ingress.iter().any(|it| it.port == port);
                if !rules.iter().any(admits) {
                    let what = format!("port {port} of the targets is closed");
                    self.error(
                        Id::AppRules,
                        what,
                        "let the app group admit the target group's port",
                    );
                }
            }
        }
    }

    /// The load balancer can reach the app, and nothing else can.
    fn reachability(&mut self) {
        for (_, template) in self.templates() {
            for (_, balancer) in self.balancers() {
                for (_, targets) in self.target_groups() {
                    self.path(balancer, template, targets);
                }
            }
        }
        for (id, subnet) in self.subnets() {
            if subnet.tier == Tier::Private && subnet.public_addresses {
                let what = "instances would have public addresses".to_owned();
                self.error(id, what, "switch public addresses off in private subnets");
            }
        }
    }

    fn path(&mut self, balancer: &LoadBalancer, template: &LaunchTemplate, targets: &TargetGroup) {
        let port = targets.port;
        let to_app = |rule: &Rule| rule.port == port && rule.peer == Peer::Group(template.group);
        let from_balancer =
            |rule: &Rule| rule.port == port && rule.peer == Peer::Group(balancer.group);
        let out: Vec<&GroupRules> = self.rules_of(&balancer.group).collect();
        if !out.iter().any(|rules| rules.egress.iter().any(to_app)) {
            let what = format!("the load balancer may not connect to port {port} of the app");
            self.error(
                Id::BalancerRules,
                what,
                "let its group out to the app group",
            );
        }
        let app: Vec<&GroupRules> = self.rules_of(&template.group).collect();
        if !app
            .iter()
            .any(|rules| rules.ingress.iter().any(from_balancer))
        {
            let what = format!("the app does not admit the load balancer on port {port}");
            self.error(
                Id::AppRules,
                what,
                "let the app group admit the load balancer's group",
            );
        }
        for rule in app
            .iter()
            .flat_map(|rules| &rules.ingress)
            .filter(|rule| !from_balancer(rule))
        {
            let what = format!(
                "the app admits more than the load balancer: {}",
                shown(rule)
            );
            self.error(
                Id::AppRules,
                what,
                "remove the rule; SSM is the way in for people",
            );
        }
    }

    /// A route to a NAT gateway for each subnet with instances, and one to the internet for the
    /// gateway.
    fn ways_out(&mut self) {
        for (id, group) in self.groups() {
            for subnet in &group.subnets {
                match self.default_route(subnet) {
                    Some(Via::Nat(nat)) => self.nat_leads_out(nat),
                    Some(Via::Gateway(_)) => {
                        let what = format!("{} leads straight to the internet", subnet.id());
                        self.error(id, what, "run instances in private subnets");
                    }
                    None => {
                        let what = format!("{} has no route to a NAT gateway", subnet.id());
                        self.error(id, what, "route 0.0.0.0/0 to one, or SSM cannot reach it");
                    }
                }
            }
        }
        for (id, balancer) in self.balancers() {
            for subnet in &balancer.subnets {
                if !matches!(self.default_route(subnet), Some(Via::Gateway(_))) {
                    let what = format!("{} is not routed to the internet gateway", subnet.id());
                    self.error(id, what, "put the load balancer into public subnets");
                }
            }
        }
    }

    fn nat_leads_out(&mut self, nat: &Handle<NatGateway>) {
        let subnet = self
            .nats()
            .find(|(id, _)| *id == nat.id())
            .map(|(_, nat)| nat.subnet);
        let leads_out = subnet
            .is_some_and(|subnet| matches!(self.default_route(&subnet), Some(Via::Gateway(_))));
        if !leads_out {
            let what = "its subnet is not routed to the internet gateway".to_owned();
            self.error(nat.id(), what, "put NAT gateways into public subnets");
        }
    }

    fn default_route(&self, subnet: &Handle<Subnet>) -> Option<&'a Via> {
        let (table, _) = self
            .tables()
            .find(|(_, table)| table.subnets.contains(subnet))?;
        self.routes()
            .find(|(_, route)| route.table.id() == table && route.destination == Cidr::ANYWHERE)
            .map(|(_, route)| &route.via)
    }

    fn health_check(&mut self) {
        for (id, targets) in self.target_groups() {
            let (timeout, interval) = (targets.health.timeout, targets.health.interval);
            if timeout >= interval {
                let what =
                    format!("a check may take {timeout} s, and the next comes after {interval} s");
                self.error(id, what, "make the timeout shorter than the interval");
            }
        }
        for (id, group) in self.groups() {
            if group.grace == 0 {
                let what = "instances are judged while they boot".to_owned();
                self.error(
                    id,
                    what,
                    "give them a grace period that is longer than a boot",
                );
            }
        }
    }

    fn image(&mut self, today: Date) {
        for (id, template) in self.templates() {
            let last = template.image.supported_until();
            if today > last {
                let what = format!(
                    "{} has had no security updates since {last}",
                    template.image.slug()
                );
                self.warning(id, what, "choose --image amazon-linux-2023");
            }
        }
    }

    /// What the internet may see of it.
    fn exposure(&mut self) {
        let https = self.listeners().any(|(_, listener)| listener.tls.is_some());
        for (id, listener) in self.listeners() {
            if listener.port == HTTP && matches!(listener.action, Action::Forward(_)) && !https {
                let what = "pages and uploads travel unencrypted".to_owned();
                self.warning(id, what, "give a --certificate of AWS Certificate Manager");
            }
            if listener.sign_in.is_some() {
                self.way_to_provider(listener);
            }
            let region = self.topology.settings().region.as_str();
            if let Some(tls) = listener
                .tls
                .as_ref()
                .filter(|tls| tls.certificate.region() != region)
            {
                let what = format!(
                    "its certificate is in {}, not in {region}",
                    tls.certificate.region()
                );
                self.error(
                    id,
                    what,
                    "request or import the certificate in the load balancer's region",
                );
            }
        }
        if self.topology.settings().oidc.is_some() && !https {
            let what = "people cannot sign in over plain HTTP".to_owned();
            let remedy = "give a --certificate of AWS Certificate Manager, or no --oidc-issuer";
            self.error(Id::HttpListener, what, remedy);
        }
        for (_, balancer) in self.balancers() {
            let ingress: Vec<&Rule> = self
                .rules_of(&balancer.group)
                .flat_map(|it| &it.ingress)
                .collect();
            for rule in &ingress {
                if rule.port != HTTP && rule.port != HTTPS {
                    let what = format!("it admits port {}, where nothing listens", rule.port);
                    self.error(Id::BalancerRules, what, "admit the listeners' ports only");
                }
            }
            let open = ingress
                .iter()
                .any(|it| it.peer == Peer::Network(Cidr::ANYWHERE));
            let signs_in = self.listeners().any(|(_, it)| it.sign_in.is_some());
            let settings = self.topology.settings();
            let asks = signs_in || settings.access.is_some();
            if open && !asks && settings.uploads == Uploads::On {
                let what = "anyone on the internet may upload files".to_owned();
                let remedy = "name the networks of your users with --allow, ask for a password with \
                              --access-parameters, or give --no-uploads";
                self.warning(Id::BalancerRules, what, remedy);
            }
            if ingress.is_empty() {
                let what = "nobody may connect to the load balancer".to_owned();
                self.error(
                    Id::BalancerRules,
                    what,
                    "name at least one network with --allow",
                );
            }
            if ingress.len() > RULES_IN_A_GROUP {
                let what = format!(
                    "{} rules let people in; AWS takes {RULES_IN_A_GROUP}",
                    ingress.len()
                );
                self.error(
                    Id::BalancerRules,
                    what,
                    "name fewer and larger networks with --allow",
                );
            }
        }
    }
}

impl Parts<'_> {
    /// The load balancer itself asks the identity provider who has signed in.
    fn way_to_provider(&mut self, listener: &Listener) {
        let balancer = self
            .balancers()
            .find(|(id, _)| *id == listener.balancer.id());
        let Some((_, balancer)) = balancer else {
            return;
        };
        let leads_out =
            |rule: &Rule| rule.port == HTTPS && rule.peer == Peer::Network(Cidr::ANYWHERE);
        let rules: Vec<&GroupRules> = self.rules_of(&balancer.group).collect();
        if !rules.iter().any(|it| it.egress.iter().any(leads_out)) {
            let what = "the load balancer may not ask the identity provider".to_owned();
            let remedy = "let its group out to port 443";
            self.error(Id::BalancerRules, what, remedy);
        }
    }
}

/// AWS's default quota for each direction.
const RULES_IN_A_GROUP: usize = 60;

fn shown(rule: &Rule) -> String {
    match &rule.peer {
        Peer::Network(cidr) => format!("port {} from {cidr}", rule.port),
        Peer::Group(group) => format!("port {} from {}", rule.port, group.id()),
    }
}

#[cfg(test)]
mod tests;
