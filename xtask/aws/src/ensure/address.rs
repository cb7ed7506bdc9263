//! Elastic IP addresses.

use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use infra_model::observed::AwsId;
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, gone, is_not_yet, of_ec2, ours, specification};
use crate::clients::once;
use crate::failure::Failure;
use crate::wait::SETTLED;

pub(super) async fn create(doing: &Doing<'_>, tags: &Tags) -> Result<AwsId, Error> {
    let create = async || {
        let call = "ec2:AllocateAddress";
        let answer = doing
            .clients
            .ec2
            .allocate_address()
            .domain(DomainType::Vpc)
            .tag_specifications(specification(ResourceType::ElasticIp, tags))
            .customize()
            .config_override(aws_sdk_ec2::Config::builder().retry_config(once()))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(call, answer.allocation_id())
    };
    let find = async || {
        let call = doing.clients.ec2.describe_addresses();
        let answer = call.set_filters(Some(ours(tags))).send().await;
        let answer = answer.map_err(doing.failed("ec2:DescribeAddresses"))?;
        let each = |it: &Address| Some((it.allocation_id()?.into(), of_ec2(it.tags())));
        Ok(answer.addresses().iter().filter_map(each).collect())
    };
    doing.make(tags, &[], is_not_yet, create, find).await
}

pub(super) async fn delete(doing: &Doing<'_>, address: &AwsId) -> Result<(), Error> {
    let release = async || {
        let it = doing.clients.ec2.release_address();
        let answer = it.allocation_id(&address.0).send().await;
        gone(answer.map(drop).map_err(doing.failed("ec2:ReleaseAddress")))
    };
    doing.wait.persist(&SETTLED, is_held, release).await
}

/// For a moment after its NAT gateway is deleted, an address is still AWS's own.
fn is_held(failure: &Failure) -> bool {
    failure.is(&["InvalidIPAddress.InUse"])
        || failure.is(&["AuthFailure"]) && failure.message.contains("specified resource")
}
