//! Auto Scaling groups: names are taken once, groups with instances stay, and there is a record
//! of what was launched and terminated, and why.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use jiff::Timestamp;

use super::{Question, Scene};
use crate::protocol::{Answer, Element, Service};

/// The groups' instances and activities.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// By region and group.
    known: HashMap<(String, String), Known>,
    /// By region and group, the newest first.
    activities: HashMap<(String, String), Vec<Activity>>,
}

#[derive(Debug, Default)]
struct Known {
    /// Each with the template version that it was launched with.
    instances: BTreeMap<String, String>,
    target_groups: Vec<String>,
}

#[derive(Debug)]
struct Activity {
    id: String,
    description: String,
    cause: String,
    at: Timestamp,
}

/// The list in describes' answers.
const GROUPS: &str = "DescribeAutoScalingGroupsResult/AutoScalingGroups/member";

impl Groups {
    /// Whether a group's instances are this target group's targets.
    pub(crate) fn is_behind(&self, region: &str, name: &str, target_group: &str) -> bool {
        let known = self.known.get(&(region.to_owned(), name.to_owned()));
        known.is_some_and(|known| known.target_groups.iter().any(|arn| arn == target_group))
    }

    /// The template versions that a group's instances were launched with.
    pub(crate) fn versions(&self, region: &str, name: &str) -> Vec<&str> {
        let known = self.known.get(&(region.to_owned(), name.to_owned()));
        let versions = known.into_iter().flat_map(|known| known.instances.values());
        versions.map(String::as_str).collect()
    }
}

/// A group by its name, as moto has it.
pub(crate) async fn find(
    scene: &Scene<'_>,
    question: &Question,
    name: &str,
) -> Result<Option<Element>> {
    let parameters = [
        ("Action", "DescribeAutoScalingGroups"),
        ("AutoScalingGroupNames.member.1", name),
    ];
    let document = scene.ask(question, Service::Scaling, &parameters).await?;
    Ok(document.and_then(|document| document.find(GROUPS).cloned()))
}

/// Refuses a name that is taken, and a template whose instances could not be launched.
pub(crate) async fn before_create(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let name = question.get("AutoScalingGroupName");
    if find(scene, question, name).await?.is_some() {
        let message = format!(
            "AutoScalingGroup by this name already exists - A group with the name {name} \
             already exists"
        );
        return Ok(Some(question.refuse("AlreadyExists", &message)));
    }
    let problem = problem(scene, question).await?;
    Ok(problem.map(|problem| {
        let message = format!("You must use a valid fully-formed launch template. {problem}");
        question.refuse("ValidationError", &message)
    }))
}

/// What the template names and is not there.
async fn problem(scene: &Scene<'_>, question: &Question) -> Result<Option<String>> {
    let version = question
        .form
        .value("LaunchTemplate.Version")
        .unwrap_or("$Default");
    let parameters = [
        ("Action", "DescribeLaunchTemplateVersions"),
        (
            "LaunchTemplateId",
            question.get("LaunchTemplate.LaunchTemplateId"),
        ),
        (
            "LaunchTemplateName",
            question.get("LaunchTemplate.LaunchTemplateName"),
        ),
        ("LaunchTemplateVersion.1", version),
    ];
    let given: Vec<_> = parameters
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let described = scene.ask(question, Service::Ec2, &given).await?;
    let data = described
        .as_ref()
        .and_then(|described| described.find("launchTemplateVersionSet/item/launchTemplateData"));
    let Some(data) = data else { return Ok(None) };
    let profile = data.text_at("iamInstanceProfile/name");
    let key = data.text_at("keyName");
    let ask_profile = [
        ("Action", "GetInstanceProfile"),
        ("InstanceProfileName", profile),
    ];
    if !profile.is_empty()
        && scene
            .ask(question, Service::Iam, &ask_profile)
            .await?
            .is_none()
    {
        return Ok(Some(format!(
            "Value ({profile}) for parameter iamInstanceProfile.name is invalid. Invalid IAM \
             Instance Profile name"
        )));
    }
    let ask_key = [("Action", "DescribeKeyPairs"), ("KeyName.1", key)];
    if !key.is_empty() && scene.ask(question, Service::Ec2, &ask_key).await?.is_none() {
        return Ok(Some(format!("The key pair '{key}' does not exist")));
    }
    Ok(None)
}

/// Refuses to delete a group that has instances, unless by force.
pub(crate) async fn before_delete(
    scene: &mut Scene<'_>,
    question: &Question,
) -> Result<Option<Answer>> {
    let name = question.get("AutoScalingGroupName");
    let group = find(scene, question, name).await?;
    let has_instances = group.is_some_and(|group| group.find("Instances/member").is_some());
    if has_instances && question.get("ForceDelete") != "true" {
        let message = "You cannot delete an AutoScalingGroup while there are instances still in \
                       the group.";
        return Ok(Some(question.refuse("ResourceInUse", message)));
    }
    Ok(None)
}

/// Records what a change has launched and terminated.
pub(crate) async fn after_change(
    scene: &mut Scene<'_>,
    question: &Question,
    answer: &Answer,
) -> Result<()> {
    let name = question.get("AutoScalingGroupName").to_owned();
    if !answer.status.is_success() || name.is_empty() {
        return Ok(());
    }
    let cause = match question.operation.as_str() {
        "CreateAutoScalingGroup" => "a user request created an AutoScalingGroup",
        "DeleteAutoScalingGroup" => "a user request deleted the AutoScalingGroup",
        "SetDesiredCapacity" => "a user request explicitly set group desired capacity",
        _ => "a user request updated the AutoScalingGroup constraints",
    };
    note(scene, question, &name, cause).await
}

/// A group's policies go with it; in moto they stay.
async fn forget_policies(scene: &Scene<'_>, question: &Question, name: &str) -> Result<()> {
    let of_group = [
        ("Action", "DescribePolicies"),
        ("AutoScalingGroupName", name),
    ];
    let listed = scene.ask(question, Service::Scaling, &of_group).await?;
    let policies = listed
        .iter()
        .flat_map(|it| it.all("DescribePoliciesResult/ScalingPolicies/member"));
    for policy in policies {
        let delete = [
            ("Action", "DeletePolicy"),
            ("PolicyName", policy.text_at("PolicyName")),
            ("AutoScalingGroupName", name),
        ];
        scene.ask(question, Service::Scaling, &delete).await?;
    }
    Ok(())
}

/// Compares a group's instances with those known, and records the difference.
pub(crate) async fn note(
    scene: &mut Scene<'_>,
    question: &Question,
    name: &str,
    cause: &str,
) -> Result<()> {
    let group = find(scene, question, name).await?;
    let version = match &group {
        Some(group) => launched_version(scene, question, group).await?,
        None => String::new(),
    };
    let key = (question.region.clone(), name.to_owned());
    let groups = &mut scene.mended.groups;
    let Some(group) = group else {
        groups.activities.remove(&key);
        let known = groups.known.remove(&key).unwrap_or_default();
        scene.mended.refreshes.forget(&question.region, name);
        forget_policies(scene, question, name).await?;
        let gone: Vec<String> = known.instances.into_keys().collect();
        return part(scene, question, &gone, &known.target_groups).await;
    };
    let text = |element: &Element| element.text.clone();
    let now: Vec<String> = group
        .all("Instances/member/InstanceId")
        .into_iter()
        .map(text)
        .collect();
    let known = groups.known.entry(key.clone()).or_default();
    known.target_groups = group
        .all("TargetGroupARNs/member")
        .into_iter()
        .map(text)
        .collect();
    let target_groups = known.target_groups.clone();
    let is_new = |id: &&String| !known.instances.contains_key(*id);
    let launched: Vec<String> = now.iter().filter(is_new).cloned().collect();
    let is_gone = |id: &&String| !now.contains(id);
    let gone: Vec<String> = known.instances.keys().filter(is_gone).cloned().collect();
    known.instances.retain(|id, _| now.contains(id));
    let with_version = |id: &String| (id.clone(), version.clone());
    known.instances.extend(launched.iter().map(with_version));
    let activities = groups.activities.entry(key).or_default();
    for id in &gone {
        let cause = format!("{cause}, and the instance was taken out of service");
        record(
            activities,
            format!("Terminating EC2 instance: {id}"),
            id,
            &cause,
        );
    }
    for id in &launched {
        let cause = format!(
            "{cause}, and an instance was started in response to a difference between desired \
             and actual capacity"
        );
        record(
            activities,
            format!("Launching a new EC2 instance: {id}"),
            id,
            &cause,
        );
    }
    part(scene, question, &gone, &target_groups).await
}

/// The number of the template version with which the group launches now: an instance has one, also
/// where its group says `$Latest` or `$Default`.
async fn launched_version(
    scene: &Scene<'_>,
    question: &Question,
    group: &Element,
) -> Result<String> {
    let Some(template) = group.find("LaunchTemplate") else {
        return Ok(String::new());
    };
    let number = match template.text_at("Version") {
        "$Latest" => "latestVersionNumber",
        "$Default" | "" => "defaultVersionNumber",
        number => return Ok(number.to_owned()),
    };
    let parameters = [
        ("Action", "DescribeLaunchTemplates"),
        ("LaunchTemplateId.1", template.text_at("LaunchTemplateId")),
    ];
    let document = scene.ask(question, Service::Ec2, &parameters).await?;
    let found = document
        .as_ref()
        .and_then(|it| it.find("launchTemplates/item"));
    Ok(found.map_or_else(String::new, |it| it.text_at(number).to_owned()))
}

/// Removes what terminated instances leave behind in moto: their interfaces, and their places
/// among the targets.
async fn part(
    scene: &Scene<'_>,
    question: &Question,
    gone: &[String],
    target_groups: &[String],
) -> Result<()> {
    for id in gone {
        for target_group in target_groups {
            let parameters = [
                ("Action", "DeregisterTargets"),
                ("TargetGroupArn", target_group.as_str()),
                ("Targets.member.1.Id", id.as_str()),
            ];
            scene.ask(question, Service::Balancing, &parameters).await?;
        }
        let filter = ("attachment.instance-id", id.as_str());
        let items = "networkInterfaceSet/item";
        let left = scene
            .list(question, "DescribeNetworkInterfaces", items, filter)
            .await?;
        for interface in left {
            let parameters = [
                ("Action", "DeleteNetworkInterface"),
                (
                    "NetworkInterfaceId",
                    interface.text_at("networkInterfaceId"),
                ),
            ];
            scene.ask(question, Service::Ec2, &parameters).await?;
        }
    }
    Ok(())
}

/// TerminateInstances: the interfaces go with the instances.
pub(crate) async fn after_terminate(scene: &Scene<'_>, question: &Question) -> Result<()> {
    let ids = question.form.list("InstanceId");
    let gone: Vec<String> = ids.into_iter().map(str::to_owned).collect();
    part(scene, question, &gone, &[]).await
}

fn record(activities: &mut Vec<Activity>, description: String, instance: &str, cause: &str) {
    let at = Timestamp::now();
    let number = activities.len();
    activities.insert(
        0,
        Activity {
            id: format!("{number:08x}-{}", instance.trim_start_matches("i-")),
            description,
            cause: format!("At {at} {cause}."),
            at,
        },
    );
}

/// DescribeScalingActivities.
pub(crate) fn activities(scene: &Scene<'_>, question: &Question) -> Answer {
    let name = question.get("AutoScalingGroupName");
    let all = scene.mended.groups.activities.iter();
    let wanted = all.filter(|((region, group), _)| {
        *region == question.region && (name.is_empty() || group == name)
    });
    let members = wanted.flat_map(|((_, group), activities)| {
        activities.iter().map(move |activity| {
            let at = activity.at.to_string();
            Element::tree(
                "member",
                vec![
                    Element::leaf("ActivityId", &activity.id),
                    Element::leaf("AutoScalingGroupName", group),
                    Element::leaf("Description", &activity.description),
                    Element::leaf("Cause", &activity.cause),
                    Element::leaf("StartTime", &at),
                    Element::leaf("EndTime", &at),
                    Element::leaf("StatusCode", "Successful"),
                    Element::leaf("Progress", "100"),
                ],
            )
        })
    });
    let list = Element::tree("Activities", members.collect());
    Answer::result(Service::Scaling, &question.operation, vec![list])
}

/// Shows each instance with the template version that it was launched with.
pub(crate) fn after_describe(
    scene: &Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    let known = &scene.mended.groups.known;
    answer.edit(|document| {
        let path = "DescribeAutoScalingGroupsResult/AutoScalingGroups";
        let Some(groups) = document.find_mut(path) else {
            return;
        };
        for group in &mut groups.children {
            let name = group.text_at("AutoScalingGroupName").to_owned();
            let known = known.get(&(question.region.clone(), name));
            let Some(instances) = group.find_mut("Instances") else {
                continue;
            };
            for instance in &mut instances.children {
                let id = instance.text_at("InstanceId").to_owned();
                let version = known.and_then(|known| known.instances.get(&id));
                if let (Some(version), Some(template)) =
                    (version, instance.find_mut("LaunchTemplate"))
                {
                    template.put_text("Version", version);
                }
            }
        }
    })
}
