//! What stands where a resource of ours would be made, and would make AWS refuse the call.
//!
//! Names are [`identity`](super::identity)'s business; this is about what lies in our own
//! network: another's gateway on our VPC, another's subnet on our addresses. Better said before
//! the first step than halfway through.

use crate::observed::{Found, Ref, State};
use crate::plan::draft::Draft;
use crate::plan::identity::works;
use crate::values::Cidr;

impl<'a> Draft<'a> {
    /// Why `wanted` cannot be made, and what to do about it. What is to be replaced, and so
    /// makes room, is `replaced`.
    pub(super) fn collision(
        &self,
        wanted: &State,
        replaced: Option<&Found>,
    ) -> Option<(String, &'static str)> {
        let others = self.index.of_kind(wanted.kind()).iter().copied();
        let stays = |other: &&Found| {
            let key = other.key();
            works(other)
                && replaced.is_none_or(|it| it.key() != key)
                && !self.bound.contains(&key)
                && other
                    .parent()
                    .is_none_or(|whole| !self.renewed.contains(&whole))
        };
        let mut others = others.filter(stays);
        let (other, problem, remedy) = match wanted {
            State::GatewayAttachment(want) => {
                let is_in_the_way = |other: &&Found| matches!(&other.state, State::GatewayAttachment(have) if have.vpc == want.vpc);
                let other = others.find(is_in_the_way)?;
                (other, "is attached to its VPC already", DETACH)
            }
            State::Subnet(want) => {
                let network: Cidr = want.cidr.parse().ok()?;
                let other = others.find(|other| match &other.state {
                    State::Subnet(have) => {
                        let theirs = have.cidr.parse::<Cidr>();
                        have.vpc == want.vpc && theirs.is_ok_and(|it| it.overlaps(&network))
                    }
                    _ => false,
                })?;
                (other, "has these addresses", MOVE)
            }
            State::NatGateway(want) => {
                let is_in_the_way = |other: &&Found| matches!(&other.state, State::NatGateway(have) if have.address == want.address);
                let other = others.find(is_in_the_way)?;
                (other, "has its address", MOVE)
            }
            State::Endpoint(want) => {
                let other = others.find(|other| match &other.state {
                    State::Endpoint(have) => {
                        have.service == want.service && !have.tables.is_disjoint(&want.tables)
                    }
                    _ => false,
                })?;
                (other, "serves its route tables", MOVE)
            }
            State::RouteTable(_) => return self.taken_subnet(wanted),
            _ => return None,
        };
        Some((format!("{} {problem}", self.said(other)), remedy))
    }

    /// A subnet of ours that someone else's route table routes: to take it away would change
    /// that table.
    pub(super) fn taken_subnet(&self, wanted: &State) -> Option<(String, &'static str)> {
        let State::RouteTable(want) = wanted else {
            return None;
        };
        let tables = self.index.of_kind(wanted.kind()).iter();
        let other = tables.copied().find(|other| match &other.state {
            State::RouteTable(have) => {
                let is_taken = |subnet: &Ref| want.subnets.contains(subnet);
                !self.bound.contains(&other.key())
                    && !self.is_ours(other)
                    && have.subnets.iter().any(is_taken)
            }
            _ => false,
        })?;
        let what = format!("{} is not ours and has its subnets", self.said(other));
        Some((what, DISASSOCIATE))
    }
}

const DETACH: &str = "detach and delete that, or take it over with --adopt";
const MOVE: &str = "delete that, or move it elsewhere";
const DISASSOCIATE: &str = "disassociate them from it";
