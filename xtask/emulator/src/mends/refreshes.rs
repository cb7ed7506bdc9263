//! Instance refresh, which moto does not have: started, followed, cancelled, rolled back. Each
//! describe brings it one step on.

use anyhow::Result;
use jiff::Timestamp;

use super::played::{Progress, Running};
use super::{Question, Scene, groups};
use crate::faults::rules::{Countdown, Lasting, RefreshFailure, Rules};
use crate::protocol::{Answer, Element, Form, Service};

/// All refreshes, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Refreshes(Vec<Refresh>);

/// A refresh's status, with AWS's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Pending,
    InProgress,
    Successful,
    Failed,
    Cancelling,
    Cancelled,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

#[derive(Debug)]
struct Refresh {
    id: String,
    region: String,
    group: String,
    status: Status,
    reason: String,
    /// Whether it is yet to be seen pending: one that takes its time is, once.
    waits: bool,
    began: Timestamp,
    ended: Option<Timestamp>,
    countdown: Countdown,
    instances: usize,
    /// The template wanted: parameter's name, id or name, version.
    desired: Option<(&'static str, String, String)>,
    preferences: Vec<(&'static str, String)>,
    /// How far it was played, where someone plays the instances.
    progress: Option<Progress>,
}

/// The preferences that are shown again, with their defaults.
const PREFERENCES: &[(&str, &str)] = &[
    ("MinHealthyPercentage", "90"),
    ("MaxHealthyPercentage", "100"),
    // The group's grace period, which is not known here.
    ("InstanceWarmup", ""),
    ("SkipMatching", "false"),
    ("AutoRollback", "false"),
];

impl Status {
    fn is_over(self) -> bool {
        matches!(
            self,
            Self::Successful
                | Self::Failed
                | Self::Cancelled
                | Self::RollbackSuccessful
                | Self::RollbackFailed
        )
    }
}

impl Refreshes {
    /// Forgets a deleted group's.
    pub(crate) fn forget(&mut self, region: &str, group: &str) {
        self.0
            .retain(|refresh| !(refresh.region == region && refresh.group == group));
    }

    /// What one who plays the group's instances has to do.
    pub(crate) fn to_play(&self, group: &str) -> Option<Running> {
        let running = |refresh: &&Refresh| refresh.group == group && !refresh.status.is_over();
        let refresh = self.0.iter().find(running)?;
        (refresh.progress != Some(Progress::Replaced)).then(|| refresh.to_play())
    }

    /// Takes note of how far it was played.
    pub(crate) fn note(&mut self, id: &str, progress: Progress) {
        if let Some(refresh) = self.0.iter_mut().find(|refresh| refresh.id == id) {
            refresh.progress = Some(progress);
        }
    }

    fn running(&mut self, question: &Question) -> Option<&mut Refresh> {
        let group = question.get("AutoScalingGroupName");
        self.0.iter_mut().find(|refresh| {
            refresh.region == question.region && refresh.group == group && !refresh.status.is_over()
        })
    }
}

impl Refresh {
    fn preference(&self, name: &str) -> &str {
        let found = self.preferences.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    fn become_over(&mut self, status: Status) {
        self.status = status;
        self.ended = Some(Timestamp::now());
    }

    fn roll_back(&mut self, rules: &Rules, reason: &str) {
        self.status = Status::RollbackInProgress;
        self.reason = reason.to_owned();
        self.countdown = rules.refresh_takes.unwrap_or(Lasting::Describes(0)).begin();
    }

    fn to_play(&self) -> Running {
        let percent = |name| self.preference(name).parse().unwrap_or(100);
        Running {
            id: self.id.clone(),
            version: self.desired.as_ref().map(|(.., version)| version.clone()),
            is_returning: self.status == Status::RollbackInProgress,
            min_healthy: percent("MinHealthyPercentage"),
            max_healthy: percent("MaxHealthyPercentage"),
            skips_matching: self.preference("SkipMatching") == "true",
            warm_up: self.preference("InstanceWarmup").parse().ok(),
        }
    }

    fn percent(&self) -> u32 {
        if let (false, Some(Progress::Replacing { percent })) =
            (self.status.is_over(), &self.progress)
        {
            return *percent;
        }
        match self.status {
            Status::Pending => 0,
            Status::Successful | Status::RollbackSuccessful => 100,
            _ => self.countdown.percent().min(99),
        }
    }

    /// As far on as it was played; whether it is now to succeed.
    fn follow(&mut self, rules: &Rules) -> bool {
        match (self.status, self.progress.take()) {
            (Status::Pending | Status::InProgress, Some(Progress::Replaced)) => return true,
            (Status::Pending | Status::InProgress, Some(Progress::Failing { reason })) => {
                if self.preference("AutoRollback") == "true" {
                    self.roll_back(rules, &format!("Auto rollback initiated. Reason: {reason}"));
                } else {
                    self.reason = reason;
                    self.become_over(Status::Failed);
                }
            }
            (Status::RollbackInProgress, Some(Progress::Returned)) => {
                self.become_over(Status::RollbackSuccessful);
            }
            (Status::Cancelling, _) => self.become_over(Status::Cancelled),
            (Status::Pending, progress) => {
                self.status = Status::InProgress;
                self.progress = progress;
            }
            (_, progress) => self.progress = progress,
        }
        false
    }

    /// One step on; whether it is now to succeed.
    fn step(&mut self, rules: &Rules) -> bool {
        let failure = rules.refresh_fails.or(rules
            .targets_never_healthy
            .then_some(RefreshFailure::RollbackSucceeds));
        match self.status {
            Status::Pending if self.waits => self.waits = false,
            Status::Pending => self.status = Status::InProgress,
            Status::Cancelling => self.become_over(Status::Cancelled),
            Status::InProgress if self.countdown.look() => {}
            Status::InProgress => {
                match failure {
                    None => return true,
                    Some(_) if self.preference("AutoRollback") == "true" => {
                        self.roll_back(rules, "Auto rollback initiated. Reason: instances failed their health checks.");
                    }
                    Some(_) => {
                        self.reason = "Instances failed their health checks.".to_owned();
                        self.become_over(Status::Failed);
                    }
                }
            }
            Status::RollbackInProgress if self.countdown.look() => {}
            Status::RollbackInProgress => match failure {
                Some(RefreshFailure::RollbackFails) => self.become_over(Status::RollbackFailed),
                _ => self.become_over(Status::RollbackSuccessful),
            },
            _ => {}
        }
        false
    }

    fn shown(&self) -> Element {
        let mut member = Element::tree(
            "member",
            vec![
                Element::leaf("InstanceRefreshId", &self.id),
                Element::leaf("AutoScalingGroupName", &self.group),
                Element::leaf("Status", format!("{:?}", self.status)),
                Element::leaf("StartTime", self.began.to_string()),
                Element::leaf("PercentageComplete", self.percent().to_string()),
                Element::leaf("InstancesToUpdate", self.left().to_string()),
            ],
        );
        if !self.reason.is_empty() {
            member.put_text("StatusReason", &self.reason);
        }
        if let Some(ended) = self.ended {
            member.put_text("EndTime", &ended.to_string());
        }
        let said = self
            .preferences
            .iter()
            .filter(|(_, value)| !value.is_empty());
        let preferences = said
            .map(|(name, value)| Element::leaf(name, value.as_str()))
            .collect();
        member.put(Element::tree("Preferences", preferences));
        if let Some((name, template, version)) = &self.desired {
            let template = vec![
                Element::leaf(name, template),
                Element::leaf("Version", version),
            ];
            let template = Element::tree("LaunchTemplate", template);
            member.put(Element::tree("DesiredConfiguration", vec![template]));
        }
        if self.status == Status::RollbackInProgress
            || self.status == Status::RollbackSuccessful
            || self.status == Status::RollbackFailed
        {
            let reason = Element::leaf("RollbackReason", &self.reason);
            member.put(Element::tree("RollbackDetails", vec![reason]));
        }
        member
    }

    fn left(&self) -> usize {
        if self.status.is_over() {
            0
        } else {
            self.instances
        }
    }
}

/// StartInstanceRefresh.
pub(crate) async fn start(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let name = question.get("AutoScalingGroupName");
    let Some(group) = groups::find(scene, question, name).await? else {
        return Ok(Some(no_group(question)));
    };
    if scene.mended.refreshes.running(question).is_some() {
        let message = "An Instance Refresh is already in progress and blocks the execution of \
                       this Instance Refresh.";
        return Ok(Some(question.refuse("InstanceRefreshInProgress", message)));
    }
    let desired = desired(&question.form);
    if let Some(problem) = problem(&question.form, desired.as_ref()) {
        return Ok(Some(question.refuse("ValidationError", problem)));
    }
    if let Some((parameter, template, version)) = &desired {
        let parameters = [
            ("Action", "DescribeLaunchTemplateVersions"),
            (*parameter, template.as_str()),
            ("LaunchTemplateVersion.1", version.as_str()),
        ];
        if scene
            .ask(question, Service::Ec2, &parameters)
            .await?
            .is_none()
        {
            let message = format!(
                "You must use a valid fully-formed launch template. Version {version} of \
                 {template} does not exist."
            );
            return Ok(Some(question.refuse("ValidationError", &message)));
        }
    }
    let number = scene.mended.refreshes.0.len();
    let id = format!("08b91cf7-8fa6-48af-b6a6-{number:012x}");
    let preference = |(name, default): &(&'static str, &str)| {
        let given = question.form.value(&format!("Preferences.{name}"));
        (*name, given.unwrap_or(default).to_owned())
    };
    scene.mended.refreshes.0.push(Refresh {
        id: id.clone(),
        region: question.region.clone(),
        group: name.to_owned(),
        status: Status::Pending,
        reason: String::new(),
        waits: scene.rules.refresh_takes.is_some(),
        began: Timestamp::now(),
        ended: None,
        countdown: scene
            .rules
            .refresh_takes
            .unwrap_or(Lasting::Describes(0))
            .begin(),
        instances: group.all("Instances/member").len(),
        desired,
        preferences: PREFERENCES.iter().map(preference).collect(),
        progress: None,
    });
    Ok(Some(with_id(question, &id)))
}

/// DescribeInstanceRefreshes: the newest first.
pub(crate) async fn describe(scene: &mut Scene<'_>, question: &Question) -> Result<Option<Answer>> {
    let name = question.get("AutoScalingGroupName");
    if groups::find(scene, question, name).await?.is_none() {
        return Ok(Some(no_group(question)));
    }
    let rules = scene.rules;
    let is_played = scene.mended.played.is_some();
    let succeeds =
        scene
            .mended
            .refreshes
            .running(question)
            .is_some_and(|refresh| match is_played {
                true => refresh.follow(rules),
                false => refresh.step(rules),
            });
    if succeeds {
        succeed(scene, question).await?;
    }
    let ids = question.form.list("InstanceRefreshIds.member");
    let wanted = scene.mended.refreshes.0.iter().rev().filter(|refresh| {
        refresh.region == question.region
            && refresh.group == name
            && (ids.is_empty() || ids.contains(&refresh.id.as_str()))
    });
    let list = Element::tree("InstanceRefreshes", wanted.map(Refresh::shown).collect());
    Ok(Some(Answer::result(
        Service::Scaling,
        &question.operation,
        vec![list],
    )))
}

/// CancelInstanceRefresh.
pub(crate) fn cancel(scene: &mut Scene<'_>, question: &Question) -> Answer {
    match scene.mended.refreshes.running(question) {
        Some(refresh) => {
            refresh.status = Status::Cancelling;
            let id = refresh.id.clone();
            with_id(question, &id)
        }
        None => none_active(question),
    }
}

/// RollbackInstanceRefresh.
pub(crate) fn roll_back(scene: &mut Scene<'_>, question: &Question) -> Answer {
    let rules = scene.rules;
    match scene.mended.refreshes.running(question) {
        Some(refresh) if refresh.desired.is_none() => {
            let message = "The instance refresh has no desired configuration to roll back from.";
            question.refuse("IrreversibleInstanceRefresh", message)
        }
        Some(refresh) => {
            refresh.roll_back(rules, "Rollback initiated by a user request.");
            let id = refresh.id.clone();
            with_id(question, &id)
        }
        None => none_active(question),
    }
}

/// A running refresh with a desired configuration holds the group's template.
pub(crate) fn before_update(scene: &mut Scene<'_>, question: &Question) -> Option<Answer> {
    let changes = [
        "LaunchTemplate.",
        "MixedInstancesPolicy.",
        "LaunchConfigurationName",
    ];
    let refresh = scene.mended.refreshes.running(question)?;
    let is_held = refresh.desired.is_some() && changes.iter().any(|name| question.form.has(name));
    is_held.then(|| {
        let message = "An active instance refresh with a desired configuration exists. All \
                       configuration options derived from the desired configuration are not \
                       available for update while the instance refresh is active.";
        question.refuse("ValidationError", message)
    })
}

/// The group gets its template and new instances.
async fn succeed(scene: &mut Scene<'_>, question: &Question) -> Result<()> {
    let name = question.get("AutoScalingGroupName");
    let Some(refresh) = scene.mended.refreshes.running(question) else {
        return Ok(());
    };
    let desired = refresh.desired.clone();
    let skips = refresh.preference("SkipMatching") == "true";
    refresh.become_over(Status::Successful);
    if let Some((parameter, template, version)) = &desired {
        let parameter = format!("LaunchTemplate.{parameter}");
        let parameters = [
            ("Action", "UpdateAutoScalingGroup"),
            ("AutoScalingGroupName", name),
            (parameter.as_str(), template.as_str()),
            ("LaunchTemplate.Version", version.as_str()),
        ];
        let updated = scene.ask(question, Service::Scaling, &parameters).await?;
        anyhow::ensure!(
            updated.is_some(),
            "moto refused the template version {version} for {name}"
        );
    }
    let version = desired.map(|(.., version)| version);
    let versions = scene.mended.groups.versions(&question.region, name);
    let matches = versions.iter().all(|one| Some(*one) == version.as_deref());
    if skips && matches || scene.mended.played.is_some() {
        return Ok(());
    }
    let group = groups::find(scene, question, name).await?;
    for id in group
        .iter()
        .flat_map(|group| group.all("Instances/member/InstanceId"))
    {
        let parameters = [
            ("Action", "TerminateInstanceInAutoScalingGroup"),
            ("InstanceId", id.text.as_str()),
            ("ShouldDecrementDesiredCapacity", "false"),
        ];
        scene.ask(question, Service::Scaling, &parameters).await?;
    }
    groups::note(
        scene,
        question,
        name,
        "an instance refresh replaced an instance",
    )
    .await
}

fn desired(form: &Form) -> Option<(&'static str, String, String)> {
    let at = |name: &str| form.value(&format!("DesiredConfiguration.LaunchTemplate.{name}"));
    let version = at("Version").unwrap_or("$Default").to_owned();
    let by = |parameter: &'static str| {
        at(parameter).map(|value| (parameter, value.to_owned(), version.clone()))
    };
    by("LaunchTemplateId").or_else(|| by("LaunchTemplateName"))
}

fn problem(form: &Form, desired: Option<&(&str, String, String)>) -> Option<&'static str> {
    if form.get("Preferences.AutoRollback") == "true" {
        match desired {
            None => return Some("AutoRollback needs a DesiredConfiguration."),
            Some((.., version)) if version.starts_with('$') => {
                return Some("AutoRollback needs a numbered launch template version.");
            }
            Some(_) => {}
        }
    }
    let percent = |name: &str| form.get(&format!("Preferences.{name}")).parse::<u32>().ok();
    match (
        percent("MinHealthyPercentage"),
        percent("MaxHealthyPercentage"),
    ) {
        (None, Some(_)) => Some("MaxHealthyPercentage needs a MinHealthyPercentage."),
        (_, Some(most)) if !(100..=200).contains(&most) => {
            Some("MaxHealthyPercentage must be between 100 and 200.")
        }
        (Some(least), Some(most)) if most > least + 100 => {
            Some("MinHealthyPercentage and MaxHealthyPercentage may differ by 100 at most.")
        }
        _ => None,
    }
}

fn with_id(question: &Question, id: &str) -> Answer {
    let id = Element::leaf("InstanceRefreshId", id);
    Answer::result(Service::Scaling, &question.operation, vec![id])
}

fn no_group(question: &Question) -> Answer {
    let name = question.get("AutoScalingGroupName");
    let message = format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found");
    question.refuse("ValidationError", &message)
}

fn none_active(question: &Question) -> Answer {
    let message = "No in progress or pending Instance Refresh found for the Auto Scaling group.";
    question.refuse("ActiveInstanceRefreshNotFound", message)
}
