//! Launch template versions: the one in use, the one wanted, and the releases that they name.

use std::collections::BTreeSet;

use crate::id::{Id, Kind};
use crate::observed::{AutoScalingGroup, Found, LaunchTemplate, State, TemplateVersion};
use crate::plan::ProblemKind;
use crate::plan::compare::{self, Attribute, Change};
use crate::plan::draft::Draft;
use crate::plan::identity::Match;
use crate::plan::wanted;
use crate::tags;
use crate::topology;

/// Which version of the launch template the group should have.
#[derive(Default)]
pub(super) struct TemplateChoice {
    /// The one that the group has now.
    pub(super) in_use: Option<u64>,
    pub(super) wanted: u64,
}

impl<'a> Draft<'a> {
    /// The version that is as wanted, or a new one. The image in use is kept, unless its family
    /// changes or a newer one is asked for. Without an image, there is no new version.
    pub(super) fn choose_version(
        &mut self,
        template: &topology::LaunchTemplate,
        matched: &Match<'a>,
    ) -> Option<State> {
        let settings = self.topology.settings();
        let newest_image = self.observed.images.get(&settings.image);
        let (Match::Ours(found) | Match::Adopted(found)) = matched else {
            self.template = TemplateChoice {
                in_use: None,
                wanted: 1,
            };
            return Some(self.template_state(template, newest_image?, None));
        };
        let State::LaunchTemplate(have) = &found.state else {
            return None;
        };
        let in_use = self
            .version_in_use(found)
            .filter(|v| have.versions.contains_key(v));
        let newest = have.versions.keys().next_back().copied();
        let base = in_use
            .or(newest)
            .and_then(|version| have.versions.get(&version));
        let kept = base
            .filter(|base| base.description.as_deref() == Some(settings.image.slug()))
            .map(|base| &base.image)
            .filter(|_| !self.topology.choices().update_image);
        if let (Some(kept), Some(newest_image)) = (kept, newest_image)
            && kept != newest_image
        {
            let what = format!("a newer image is there: {kept} → {newest_image}");
            let name = self.topology.name(Id::LaunchTemplate);
            self.problem(
                ProblemKind::Notice,
                &name,
                what,
                "move to it with --update-image",
            );
        }
        let image = kept.or(newest_image)?;

        let version = wanted::template_version(template, &self.known(image));
        let fits = |number: &u64| {
            have.versions
                .get(number)
                .is_some_and(|have| compare::versions(have, &version).is_empty())
        };
        let as_wanted = in_use
            .filter(fits)
            .or_else(|| have.versions.keys().rev().copied().find(fits));
        let next = newest.unwrap_or(0) + 1;
        self.template = TemplateChoice {
            in_use,
            wanted: as_wanted.unwrap_or(next),
        };
        let after = in_use.map(|it| came_after(have, it, &version));
        Some(self.template_state(template, image, after))
    }

    fn template_state(
        &self,
        template: &topology::LaunchTemplate,
        image: &str,
        after: Option<u64>,
    ) -> State {
        let version = TemplateVersion {
            after,
            ..wanted::template_version(template, &self.known(image))
        };
        State::LaunchTemplate(LaunchTemplate {
            versions: [(self.template.wanted, version)].into(),
        })
    }

    /// The version that our Auto Scaling group has, of this template.
    fn version_in_use(&self, template: &Found) -> Option<u64> {
        let name = self.topology.name(Id::AutoScalingGroup);
        let group = self
            .index
            .get(&(Kind::AutoScalingGroup, name.as_str().into()))?;
        match &group.state {
            State::AutoScalingGroup(AutoScalingGroup {
                template: used,
                template_version,
                ..
            }) if used.existing() == Some(&template.id) => template_version.parse().ok(),
            _ => None,
        }
    }

    pub(super) fn template_changes(
        &self,
        have: &LaunchTemplate,
        want: &LaunchTemplate,
    ) -> Vec<Change> {
        let Some((number, version)) = want.versions.iter().next() else {
            return Vec::new();
        };
        if have.versions.contains_key(number) {
            return Vec::new();
        }
        let newest = have.versions.keys().next_back().copied();
        let before = self
            .template
            .in_use
            .or(newest)
            .and_then(|number| have.versions.get_key_value(&number));
        let (from, mut changes) = match before {
            Some((number, before)) => (number.to_string(), compare::versions(before, version)),
            None => ("none".to_owned(), Vec::new()),
        };
        changes.insert(0, Change::of(Attribute::Version, from, number.to_string()));
        changes
    }

    /// Releases that a template version in use, now or after this plan, names.
    pub(super) fn releases_in_use(&self) -> BTreeSet<String> {
        let stage = &self.topology.settings().stage;
        let mut releases = BTreeSet::new();
        let mut keep = |version: &TemplateVersion| {
            releases.extend(version.instance_tags.get(tags::RELEASE).map(str::to_owned));
        };
        let groups = self
            .observed
            .resources
            .iter()
            .filter_map(|found| match &found.state {
                State::AutoScalingGroup(group) => Some(group),
                _ => None,
            });
        for group in groups {
            let used = group.template.existing();
            let template = used.and_then(|id| self.index.get(&(Kind::LaunchTemplate, id.clone())));
            let Some(State::LaunchTemplate(template)) = template.map(|found| &found.state) else {
                continue;
            };
            let assigned = match group.template_version.parse() {
                Ok(number) => Some(number),
                Err(_) => template.versions.keys().next_back().copied(),
            };
            let running = group.life.running_versions.iter().copied().chain(assigned);
            running
                .filter_map(|number| template.versions.get(&number))
                .for_each(&mut keep);
        }
        let newest = self
            .observed
            .resources
            .iter()
            .filter(|found| found.tags.id_in(stage) == Some(Id::LaunchTemplate));
        for found in newest {
            if let State::LaunchTemplate(template) = &found.state {
                template
                    .versions
                    .get(&self.template.wanted)
                    .into_iter()
                    .for_each(&mut keep);
            }
        }
        releases
    }
}

/// The version that a new one comes after: the one in use, or, when it returns to a release that the
/// group had before, the version that it returns to. So what was returned from is before neither.
fn came_after(have: &LaunchTemplate, in_use: u64, version: &TemplateVersion) -> u64 {
    let release = version.instance_tags.get(tags::RELEASE);
    let mut history = have.history(in_use);
    let returned_to = history.find(|it| release.is_some() && have.release(*it) == release);
    returned_to.unwrap_or(in_use)
}
