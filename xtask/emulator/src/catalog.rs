//! Which operations list what, and where in their answers: for filters, for pages and for what
//! is not visible yet.

use crate::protocol::Service;

/// An EC2 operation that lists resources.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) operation: &'static str,
    /// The element whose items are the resources.
    pub(crate) items: &'static str,
    /// The element of an item that names it.
    pub(crate) id: &'static str,
    /// The parameter that asks for it by that name.
    pub(crate) ids: &'static str,
    /// The error for a name that is not there.
    pub(crate) missing: &'static str,
}

/// EC2's listings.
#[rustfmt::skip]
pub(crate) const LISTINGS: &[Listing] = &[
    Listing { operation: "DescribeVpcs", items: "vpcSet", id: "vpcId", ids: "VpcId", missing: "InvalidVpcID.NotFound" },
    Listing { operation: "DescribeSubnets", items: "subnetSet", id: "subnetId", ids: "SubnetId", missing: "InvalidSubnetID.NotFound" },
    Listing { operation: "DescribeInternetGateways", items: "internetGatewaySet", id: "internetGatewayId", ids: "InternetGatewayId", missing: "InvalidInternetGatewayID.NotFound" },
    Listing { operation: "DescribeNatGateways", items: "natGatewaySet", id: "natGatewayId", ids: "NatGatewayId", missing: "NatGatewayNotFound" },
    Listing { operation: "DescribeAddresses", items: "addressesSet", id: "allocationId", ids: "AllocationId", missing: "InvalidAllocationID.NotFound" },
    Listing { operation: "DescribeRouteTables", items: "routeTableSet", id: "routeTableId", ids: "RouteTableId", missing: "InvalidRouteTableID.NotFound" },
    Listing { operation: "DescribeVpcEndpoints", items: "vpcEndpointSet", id: "vpcEndpointId", ids: "VpcEndpointId", missing: "InvalidVpcEndpointId.NotFound" },
    Listing { operation: "DescribeSecurityGroups", items: "securityGroupInfo", id: "groupId", ids: "GroupId", missing: "InvalidGroup.NotFound" },
    Listing { operation: "DescribeSecurityGroupRules", items: "securityGroupRuleSet", id: "securityGroupRuleId", ids: "SecurityGroupRuleId", missing: "InvalidSecurityGroupRuleId.NotFound" },
    Listing { operation: "DescribeKeyPairs", items: "keySet", id: "keyPairId", ids: "KeyPairId", missing: "InvalidKeyPair.NotFound" },
    Listing { operation: "DescribeLaunchTemplates", items: "launchTemplates", id: "launchTemplateId", ids: "LaunchTemplateId", missing: "InvalidLaunchTemplateId.NotFound" },
    Listing { operation: "DescribeLaunchTemplateVersions", items: "launchTemplateVersionSet", id: "launchTemplateId", ids: "LaunchTemplateId", missing: "InvalidLaunchTemplateId.NotFound" },
    Listing { operation: "DescribeNetworkInterfaces", items: "networkInterfaceSet", id: "networkInterfaceId", ids: "NetworkInterfaceId", missing: "InvalidNetworkInterfaceID.NotFound" },
    Listing { operation: "DescribeNetworkAcls", items: "networkAclSet", id: "networkAclId", ids: "NetworkAclId", missing: "InvalidNetworkAclID.NotFound" },
    Listing { operation: "DescribeInstances", items: "reservationSet", id: "reservationId", ids: "", missing: "InvalidInstanceID.NotFound" },
    Listing { operation: "DescribeTags", items: "tagSet", id: "resourceId", ids: "", missing: "" },
];

/// The listing of an EC2 operation.
pub(crate) fn listing(operation: &str) -> Option<&'static Listing> {
    LISTINGS
        .iter()
        .find(|listing| listing.operation == operation)
}

/// How a service names the parts of paging.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paging {
    /// The path of the element whose children are the items.
    pub(crate) items: &'static str,
    /// The parameter that brings the last page's token back.
    pub(crate) token: &'static str,
    /// The element with the next page's token.
    pub(crate) next: &'static str,
    /// The parameter with the size of a page.
    pub(crate) size: &'static str,
    /// Whether the answer says in `IsTruncated` that there is more.
    pub(crate) truncated: bool,
}

/// Lists of the other query services: service, operation, list.
#[rustfmt::skip]
const LISTS: &[(Service, &str, &str)] = &[
    (Service::Balancing, "DescribeLoadBalancers", "LoadBalancers"),
    (Service::Balancing, "DescribeTargetGroups", "TargetGroups"),
    (Service::Balancing, "DescribeListeners", "Listeners"),
    (Service::Balancing, "DescribeRules", "Rules"),
    (Service::Scaling, "DescribeAutoScalingGroups", "AutoScalingGroups"),
    (Service::Scaling, "DescribeAutoScalingInstances", "AutoScalingInstances"),
    (Service::Scaling, "DescribePolicies", "ScalingPolicies"),
    (Service::Scaling, "DescribeScalingActivities", "Activities"),
    (Service::Scaling, "DescribeInstanceRefreshes", "InstanceRefreshes"),
    (Service::Scaling, "DescribeTags", "Tags"),
    (Service::Sns, "ListSubscriptionsByTopic", "Subscriptions"),
    (Service::Iam, "ListAttachedRolePolicies", "AttachedPolicies"),
    (Service::Iam, "ListRolePolicies", "PolicyNames"),
    (Service::Iam, "ListRoleTags", "Tags"),
    (Service::Iam, "ListRoles", "Roles"),
    (Service::Iam, "ListPolicies", "Policies"),
    (Service::Iam, "ListPolicyVersions", "Versions"),
    (Service::Iam, "ListInstanceProfiles", "InstanceProfiles"),
    (Service::Iam, "ListInstanceProfilesForRole", "InstanceProfiles"),
    (Service::Iam, "ListInstanceProfileTags", "Tags"),
    (Service::Iam, "ListEntitiesForPolicy", "PolicyRoles"),
];

/// How an operation is paged, if it is.
#[rustfmt::skip]
pub(crate) fn paging(service: Service, operation: &str) -> Option<Paging> {
    if service == Service::Ec2 {
        let items = listing(operation)?.items;
        return Some(Paging { items, token: "NextToken", next: "nextToken", size: "MaxResults", truncated: false });
    }
    let (.., items) = LISTS.iter().find(|(of, name, _)| *of == service && *name == operation)?;
    Some(match service {
        Service::Balancing => Paging { items, token: "Marker", next: "NextMarker", size: "PageSize", truncated: false },
        Service::Iam => Paging { items, token: "Marker", next: "Marker", size: "MaxItems", truncated: true },
        _ => Paging { items, token: "NextToken", next: "NextToken", size: "MaxRecords", truncated: false },
    })
}
