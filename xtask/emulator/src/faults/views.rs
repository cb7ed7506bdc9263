//! Faults in what is seen: resources that are not visible yet, load balancers that are not
//! active, targets that are not healthy.

use std::collections::HashMap;

use anyhow::Result;

use super::rules::{Countdown, Lasting, Rules};
use crate::catalog::{self, Listing};
use crate::mends::Question;
use crate::protocol::{Answer, Element, Service};

/// What is not yet seen as it is.
#[derive(Debug, Default)]
pub(crate) struct Views {
    /// New EC2 resources that are not visible, by id.
    hidden: HashMap<String, Countdown>,
    /// Load balancers that are provisioning, by ARN.
    balancers: HashMap<String, Countdown>,
    /// Targets in their first health check, by target group and id.
    targets: HashMap<(String, String), Countdown>,
    /// Groups without instances, by name.
    groups: HashMap<String, Countdown>,
}

/// Creations whose resource may be hidden: operation, path of the id in the answer.
const CREATIONS: &[(&str, &str)] = &[
    ("CreateVpc", "vpc/vpcId"),
    ("CreateSubnet", "subnet/subnetId"),
    ("CreateInternetGateway", "internetGateway/internetGatewayId"),
    ("CreateNatGateway", "natGateway/natGatewayId"),
    ("AllocateAddress", "allocationId"),
    ("CreateRouteTable", "routeTable/routeTableId"),
    ("CreateVpcEndpoint", "vpcEndpoint/vpcEndpointId"),
    ("CreateSecurityGroup", "groupId"),
    ("CreateLaunchTemplate", "launchTemplate/launchTemplateId"),
];

impl Views {
    /// Refuses to show what is hidden to those who ask for it by its id.
    pub(crate) fn before(&mut self, question: &Question) -> Option<Answer> {
        if question.service != Service::Ec2 || self.hidden.is_empty() {
            return None;
        }
        let listing = catalog::listing(&question.operation)?;
        let mut ids = question.form.list(listing.ids);
        ids.extend(question.form.value(listing.ids));
        let id = ids.into_iter().find(|id| self.hides(id))?;
        let message = format!("The ID '{id}' does not exist");
        Some(question.refuse(listing.missing, &message))
    }

    /// Begins what an answer begins, and edits what it shows.
    pub(crate) fn after(
        &mut self,
        rules: &Rules,
        question: &Question,
        answer: &mut Answer,
    ) -> Result<()> {
        if !answer.status.is_success() {
            return Ok(());
        }
        let operation = question.operation.as_str();
        match question.service {
            Service::Ec2 => {
                if let Some(listing) = catalog::listing(operation) {
                    return self.omit_hidden(listing, answer);
                }
                self.hide_new(rules, operation, answer)
            }
            Service::Balancing => match operation {
                "CreateLoadBalancer" | "DescribeLoadBalancers" => {
                    self.show_balancers(rules, operation, answer)
                }
                "DescribeTargetHealth" => self.show_targets(rules, question, answer),
                _ => Ok(()),
            },
            Service::Scaling => match operation {
                "CreateAutoScalingGroup" => {
                    if let Some(lasting) = rules.instances_take_time {
                        let name = question.get("AutoScalingGroupName").to_owned();
                        self.groups.insert(name, lasting.begin());
                    }
                    Ok(())
                }
                "DescribeAutoScalingGroups" => self.show_groups(answer),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// A look at something hidden: whether it still is.
    fn hides(&mut self, id: &str) -> bool {
        self.hidden.get_mut(id).is_some_and(Countdown::look)
    }

    fn hide_new(&mut self, rules: &Rules, operation: &str, answer: &Answer) -> Result<()> {
        let creation = CREATIONS.iter().find(|(name, _)| *name == operation);
        if let Some((_, path)) = creation
            && rules.not_found_after_create > 0
        {
            let id = answer.xml()?.text_at(path).to_owned();
            let lasting = Lasting::Describes(rules.not_found_after_create);
            self.hidden.entry(id).or_insert_with(|| lasting.begin());
        }
        Ok(())
    }

    fn omit_hidden(&mut self, listing: &Listing, answer: &mut Answer) -> Result<()> {
        if self.hidden.is_empty() {
            return Ok(());
        }
        answer.edit(|document| {
            if let Some(list) = document.find_mut(listing.items) {
                list.children
                    .retain(|item| !self.hides(item.text_at(listing.id)));
            }
        })
    }

    fn show_balancers(
        &mut self,
        rules: &Rules,
        operation: &str,
        answer: &mut Answer,
    ) -> Result<()> {
        answer.edit(|document| {
            let path = format!("{operation}Result/LoadBalancers");
            let Some(list) = document.find_mut(&path) else {
                return;
            };
            for balancer in &mut list.children {
                let arn = balancer.text_at("LoadBalancerArn").to_owned();
                if operation == "CreateLoadBalancer" {
                    if let Some(lasting) = rules.balancer_takes_time {
                        self.balancers.entry(arn).or_insert_with(|| lasting.begin());
                    }
                } else if self.balancers.get_mut(&arn).is_some_and(Countdown::look) {
                    let code = Element::leaf("Code", "provisioning");
                    balancer.put(Element::tree("State", vec![code]));
                }
            }
        })
    }

    fn show_targets(
        &mut self,
        rules: &Rules,
        question: &Question,
        answer: &mut Answer,
    ) -> Result<()> {
        let group = question.get("TargetGroupArn");
        let has_no_instances = self.groups.values().any(Countdown::is_going);
        answer.edit(|document| {
            let path = "DescribeTargetHealthResult/TargetHealthDescriptions";
            let Some(list) = document.find_mut(path) else {
                return;
            };
            if has_no_instances {
                list.children.clear();
            }
            for target in &mut list.children {
                let key = (group.to_owned(), target.text_at("Target/Id").to_owned());
                let Some(health) = target.find_mut("TargetHealth") else {
                    continue;
                };
                if health.text_at("State") != "healthy" {
                    continue;
                }
                let is_initial = rules.targets_become_healthy.is_some_and(|lasting| {
                    self.targets
                        .entry(key)
                        .or_insert_with(|| lasting.begin())
                        .look()
                });
                if is_initial {
                    *health = Element::tree("TargetHealth", initial());
                } else if rules.targets_never_healthy {
                    *health = Element::tree("TargetHealth", unhealthy());
                }
            }
        })
    }

    fn show_groups(&mut self, answer: &mut Answer) -> Result<()> {
        if self.groups.is_empty() {
            return Ok(());
        }
        answer.edit(|document| {
            let path = "DescribeAutoScalingGroupsResult/AutoScalingGroups";
            let Some(list) = document.find_mut(path) else {
                return;
            };
            for group in &mut list.children {
                let name = group.text_at("AutoScalingGroupName");
                if self.groups.get_mut(name).is_some_and(Countdown::look) {
                    group.put(Element::new("Instances"));
                }
            }
        })
    }
}

fn initial() -> Vec<Element> {
    vec![
        Element::leaf("State", "initial"),
        Element::leaf("Reason", "Elb.RegistrationInProgress"),
        Element::leaf("Description", "Target registration is in progress"),
    ]
}

fn unhealthy() -> Vec<Element> {
    vec![
        Element::leaf("State", "unhealthy"),
        Element::leaf("Reason", "Target.FailedHealthChecks"),
        Element::leaf("Description", "Health checks failed"),
    ]
}
