//! VPC, subnets, gateways, addresses and endpoints, as the model has them.

use aws_sdk_ec2::types::{
    Address, AttachmentStatus, InternetGateway, InternetGatewayAttachment, NatGateway,
    NatGatewayState, Subnet, SubnetState, Vpc, VpcEndpoint, VpcState,
};
use infra_model::observed::{self, Found, State, Status};

use crate::observe::network::Dns;
use crate::observe::scope::ec2_tags;
use crate::observe::{owned, part, to, to_each, with_status};

pub(super) fn vpc(it: &Vpc, dns: Dns) -> Option<Found> {
    let status = match it.state() {
        Some(VpcState::Pending) => Status::Pending,
        Some(VpcState::Deleting) => Status::Deleting,
        _ => Status::Ready,
    };
    let state = State::Vpc(observed::Vpc {
        cidr: owned(it.cidr_block()),
        dns_hostnames: dns.hostnames,
        dns_support: dns.support,
    });
    let found = Found::whole(it.vpc_id()?, None, ec2_tags(it.tags()), state);
    Some(with_status(status, found))
}

/// The gateway, and its attachment if it has one.
pub(super) fn gateway(it: &InternetGateway) -> Vec<Found> {
    let Some(id) = it.internet_gateway_id() else {
        return Vec::new();
    };
    let whole = Found::whole(id, None, ec2_tags(it.tags()), State::InternetGateway);
    let attached = it.attachments().iter().filter_map(|it| attachment(id, it));
    [whole].into_iter().chain(attached).collect()
}

fn attachment(gateway: &str, it: &InternetGatewayAttachment) -> Option<Found> {
    // It says `available`, which is in no list of the SDK's, when it is attached.
    let status = match it.state() {
        Some(AttachmentStatus::Detached) => return None,
        Some(AttachmentStatus::Attaching) => Status::Pending,
        Some(AttachmentStatus::Detaching) => Status::Deleting,
        _ => Status::Ready,
    };
    let state = State::GatewayAttachment(observed::GatewayAttachment {
        gateway: to(Some(gateway)),
        vpc: to(Some(it.vpc_id()?)),
    });
    Some(with_status(status, part(state)))
}

pub(super) fn subnet(it: &Subnet) -> Option<Found> {
    let status = match it.state() {
        Some(SubnetState::Pending) => Status::Pending,
        Some(SubnetState::Failed | SubnetState::FailedInsufficientCapacity) => Status::Failed,
        _ => Status::Ready,
    };
    let state = State::Subnet(observed::Subnet {
        vpc: to(it.vpc_id()),
        zone: owned(it.availability_zone()),
        cidr: owned(it.cidr_block()),
        public_addresses: it.map_public_ip_on_launch().unwrap_or_default(),
    });
    let found = Found::whole(it.subnet_id()?, None, ec2_tags(it.tags()), state);
    Some(with_status(status, found))
}

pub(super) fn address(it: &Address) -> Option<Found> {
    let tags = ec2_tags(it.tags());
    Some(Found::whole(
        it.allocation_id()?,
        None,
        tags,
        State::Address,
    ))
}

/// The allocations that a NAT gateway has.
pub(super) fn nat_addresses(it: &NatGateway) -> impl Iterator<Item = &str> {
    let addresses = it.nat_gateway_addresses().iter();
    addresses.filter_map(|it| it.allocation_id())
}

pub(super) fn nat_gateway(it: &NatGateway) -> Option<Found> {
    let status = match it.state() {
        Some(NatGatewayState::Deleted) => return None,
        Some(NatGatewayState::Pending) => Status::Pending,
        Some(NatGatewayState::Failed) => Status::Failed,
        Some(NatGatewayState::Deleting) => Status::Deleting,
        _ => Status::Ready,
    };
    let state = State::NatGateway(observed::NatGateway {
        subnet: to(it.subnet_id()),
        address: to(nat_addresses(it).next()),
    });
    let found = Found::whole(it.nat_gateway_id()?, None, ec2_tags(it.tags()), state);
    Some(with_status(status, found))
}

pub(super) fn endpoint(it: &VpcEndpoint) -> Option<Found> {
    // AWS writes them small, the SDK's list has them with capitals.
    let state = it.state().map(|it| it.as_str().to_ascii_lowercase());
    let status = match state.as_deref() {
        Some("deleted") => return None,
        Some("pending" | "pendingacceptance") => Status::Pending,
        Some("failed" | "rejected" | "expired") => Status::Failed,
        Some("deleting") => Status::Deleting,
        _ => Status::Ready,
    };
    let state = State::Endpoint(observed::Endpoint {
        vpc: to(it.vpc_id()),
        service: owned(it.service_name()),
        tables: to_each(it.route_table_ids()),
    });
    let found = Found::whole(it.vpc_endpoint_id()?, None, ec2_tags(it.tags()), state);
    Some(with_status(status, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_become_statuses_and_what_is_gone_is_left_out() {
        let nat = |state: &str| {
            let it = NatGateway::builder()
                .nat_gateway_id("nat-1")
                .subnet_id("subnet-1");
            nat_gateway(&it.state(state.into()).build()).map(|found| found.status)
        };
        let endpoint = |state: &str| {
            let it = VpcEndpoint::builder()
                .vpc_endpoint_id("vpce-1")
                .vpc_id("vpc-1");
            endpoint(&it.state(state.into()).build()).map(|found| found.status)
        };
        let attachment = |state: &str| {
            let it = InternetGatewayAttachment::builder().vpc_id("vpc-1");
            attachment("igw-1", &it.state(state.into()).build()).map(|found| found.status)
        };
        for (have, want) in [
            (nat("pending"), Some(Status::Pending)),
            (nat("available"), Some(Status::Ready)),
            (nat("failed"), Some(Status::Failed)),
            (nat("deleting"), Some(Status::Deleting)),
            (nat("deleted"), None),
            (endpoint("PendingAcceptance"), Some(Status::Pending)),
            (endpoint("pendingAcceptance"), Some(Status::Pending)),
            (endpoint("available"), Some(Status::Ready)),
            (endpoint("Available"), Some(Status::Ready)),
            (endpoint("rejected"), Some(Status::Failed)),
            (endpoint("deleted"), None),
            (attachment("available"), Some(Status::Ready)),
            (attachment("attaching"), Some(Status::Pending)),
            (attachment("detached"), None),
        ] {
            assert_eq!(have, want);
        }
    }
}
