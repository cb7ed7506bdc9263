//! Route tables and the subnets that use them.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ResourceType, RouteTable, RouteTableAssociation};
use infra_model::observed::{self, AwsId};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, Life, filter, gone, specification};
use crate::failure::Failure;

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &observed::RouteTable,
    tags: &Tags,
    predecessor: Option<&AwsId>,
) -> Result<AwsId, Error> {
    let vpc = doing.at(&want.vpc)?;
    let create = async |token: String| {
        let call = "ec2:CreateRouteTable";
        let answer = doing
            .clients
            .ec2
            .create_route_table()
            .vpc_id(vpc)
            .client_token(token)
            .tag_specifications(specification(ResourceType::RouteTable, tags))
            .send()
            .await
            .map_err(doing.failed(call))?;
        doing.id(
            call,
            answer.route_table().and_then(|it| it.route_table_id()),
        )
    };
    let look = async |id: &AwsId| {
        Ok(match look(doing, id).await {
            Ok(_) => Life::Alive,
            Err(failure) if failure.is_absent() => Life::Unknown,
            Err(failure) => return Err(failure.into()),
        })
    };
    let id = doing
        .make_once(&(want, tags), predecessor, create, look)
        .await?;
    associate(doing, &id, want).await?;
    Ok(id)
}

pub(super) async fn look(doing: &Doing<'_>, id: &AwsId) -> Result<RouteTable, Failure> {
    let call = "ec2:DescribeRouteTables";
    let it = doing
        .clients
        .ec2
        .describe_route_tables()
        .route_table_ids(&id.0);
    let answer = it.send().await.map_err(doing.failed(call))?;
    let absent = || Failure {
        code: "InvalidRouteTableID.NotFound".to_owned(),
        ..doing.incomplete(call)
    };
    answer.route_tables().first().cloned().ok_or_else(absent)
}

/// Subnets with their associations; the main one names no subnet.
fn associations(table: &RouteTable) -> BTreeMap<String, String> {
    let each = |it: &RouteTableAssociation| {
        let subnet = it.subnet_id()?.to_owned();
        Some((subnet, it.route_table_association_id()?.to_owned()))
    };
    table.associations().iter().filter_map(each).collect()
}

/// The subnets that use the table become those wanted.
pub(super) async fn associate(
    doing: &Doing<'_>,
    table: &AwsId,
    want: &observed::RouteTable,
) -> Result<(), Error> {
    let have = doing.visible(async || look(doing, table).await).await?;
    let have = associations(&have);
    let want = doing.all(&want.subnets)?;
    for (subnet, association) in &have {
        if !want.contains(subnet) {
            disassociate(doing, association).await?;
        }
    }
    for subnet in want.iter().filter(|subnet| !have.contains_key(*subnet)) {
        add(doing, table, subnet).await?;
    }
    Ok(())
}

async fn add(doing: &Doing<'_>, table: &AwsId, subnet: &str) -> Result<(), Error> {
    let add = async || {
        let call = doing.clients.ec2.associate_route_table();
        let answer = call.route_table_id(&table.0).subnet_id(subnet).send().await;
        let failure = match answer.map_err(doing.failed("ec2:AssociateRouteTable")) {
            Ok(_) => return Ok(()),
            Err(failure) if failure.is(&["Resource.AlreadyAssociated"]) => failure,
            Err(failure) => return Err(failure),
        };
        // A lost answer, or the subnet uses another table still.
        match used_by(doing, subnet).await? {
            Some((of, _)) if of == table.0 => Ok(()),
            Some((_, association)) => take_over(doing, &association, table).await,
            // The other table's own step has let go of it meanwhile.
            None => Err(Failure {
                code: "InvalidAssociationID.NotFound".to_owned(),
                ..failure
            }),
        }
    };
    // Tried again where the other table's association is gone.
    doing.visible(add).await
}

/// The subnet of another table's association uses this one, without a moment in between.
async fn take_over(doing: &Doing<'_>, association: &str, table: &AwsId) -> Result<(), Failure> {
    let call = doing.clients.ec2.replace_route_table_association();
    let answer = call
        .association_id(association)
        .route_table_id(&table.0)
        .send()
        .await;
    answer
        .map(drop)
        .map_err(doing.failed("ec2:ReplaceRouteTableAssociation"))
}

/// The table that a subnet uses, and the association's id.
async fn used_by(doing: &Doing<'_>, subnet: &str) -> Result<Option<(String, String)>, Failure> {
    let call = doing.clients.ec2.describe_route_tables();
    let answer = call
        .filters(filter("association.subnet-id", subnet))
        .send()
        .await
        .map_err(doing.failed("ec2:DescribeRouteTables"))?;
    let used = answer.route_tables().iter().find_map(|table| {
        let association = associations(table).remove(subnet)?;
        Some((table.route_table_id()?.to_owned(), association))
    });
    Ok(used)
}

async fn disassociate(doing: &Doing<'_>, association: &str) -> Result<(), Error> {
    let call = doing.clients.ec2.disassociate_route_table();
    let answer = call.association_id(association).send().await;
    gone(
        answer
            .map(drop)
            .map_err(doing.failed("ec2:DisassociateRouteTable")),
    )?;
    Ok(())
}

pub(super) async fn delete(doing: &Doing<'_>, table: &AwsId) -> Result<(), Error> {
    let have = match look(doing, table).await {
        Err(failure) if failure.is_absent() => return Ok(()),
        other => other?,
    };
    for association in associations(&have).values() {
        disassociate(doing, association).await?;
    }
    let call = "ec2:DeleteRouteTable";
    let delete = async || {
        let it = doing.clients.ec2.delete_route_table();
        let answer = it.route_table_id(&table.0).send().await;
        gone(answer.map(drop).map_err(doing.failed(call)))
    };
    let users = async || {
        let left = look(doing, table).await?;
        let subnets = associations(&left).into_keys();
        Ok(subnets.map(|subnet| format!("subnet {subnet}")).collect())
    };
    doing.release(call, delete, users).await
}
