//! Launch templates: user data in a new version, and block devices without a size, break moto's
//! later calls for groups. They are kept here, and put into every answer.

use std::collections::HashMap;

use anyhow::Result;

use super::{Question, Scene};
use crate::protocol::{Answer, Call, Element, Form};

/// What moto does not see, by template and version.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    kept: HashMap<(String, String), Kept>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    user_data: Option<String>,
    /// Devices whose size moto was told but the client never said.
    sizeless: Vec<String>,
}

const DATA: &str = "LaunchTemplateData.";
const DEVICES: &str = "LaunchTemplateData.BlockDeviceMapping";

/// Takes from the call what moto cannot take.
pub(crate) fn before(call: &mut Call) {
    call.edit(|form| {
        form.retain(|name| name != "LaunchTemplateData.UserData");
        for device in sizeless(form) {
            form.set(&format!("{device}Ebs.VolumeSize"), "8");
        }
    });
}

/// Puts into the answer what the client said.
pub(crate) fn after(scene: &mut Scene<'_>, question: &Question, answer: &mut Answer) -> Result<()> {
    let templates = &mut scene.mended.templates;
    match question.operation.as_str() {
        "CreateLaunchTemplate" => {
            if answer.status.is_success() {
                let document = answer.xml()?;
                let id = document.text_at("launchTemplate/launchTemplateId");
                templates.keep(id, "1", &question.form);
            }
            Ok(())
        }
        "CreateLaunchTemplateVersion" => {
            if answer.status.is_success() {
                let document = answer.xml()?;
                let at = |name| document.text_at(&format!("launchTemplateVersion/{name}"));
                templates.keep(at("launchTemplateId"), at("versionNumber"), &question.form);
            }
            answer.edit(|document| {
                if let Some(version) = document.find_mut("launchTemplateVersion") {
                    templates.complete(version);
                }
            })
        }
        _ => answer.edit(|document| {
            if let Some(versions) = document.find_mut("launchTemplateVersionSet") {
                versions
                    .children
                    .iter_mut()
                    .for_each(|version| templates.complete(version));
            }
        }),
    }
}

/// A template that is not there is named by what was asked for.
pub(crate) fn after_delete(question: &Question, answer: &mut Answer) {
    let Some(id) = question.form.value("LaunchTemplateId") else {
        return;
    };
    if !answer.status.is_success() {
        let message =
            format!("The specified launch template, with template ID {id}, does not exist.");
        *answer = question.refuse("InvalidLaunchTemplateId.NotFound", &message);
    }
}

/// Shows the templates' tags as they are: moto shows those of the create call for ever.
pub(crate) async fn after_list(
    scene: &Scene<'_>,
    question: &Question,
    answer: &mut Answer,
) -> Result<()> {
    let filter = ("resource-type", "launch-template");
    let tags = scene
        .list(question, "DescribeTags", "tagSet/item", filter)
        .await?;
    answer.edit(|document| {
        let Some(list) = document.find_mut("launchTemplates") else {
            return;
        };
        for template in &mut list.children {
            let id = template.text_at("launchTemplateId");
            let own = tags.iter().filter(|tag| tag.text_at("resourceId") == id);
            let part = |tag: &Element, name| Element::leaf(name, tag.text_at(name));
            let item = |tag| Element::tree("item", vec![part(tag, "key"), part(tag, "value")]);
            let set = Element::tree("tagSet", own.map(item).collect());
            template.put(set);
        }
    })
}

impl Templates {
    fn keep(&mut self, id: &str, version: &str, form: &Form) {
        let name = |prefix: String| form.get(&format!("{prefix}DeviceName")).to_owned();
        let kept = Kept {
            user_data: form.value(&format!("{DATA}UserData")).map(str::to_owned),
            sizeless: sizeless(form).into_iter().map(name).collect(),
        };
        self.kept.insert((id.to_owned(), version.to_owned()), kept);
    }

    fn complete(&self, version: &mut Element) {
        let id = version.text_at("launchTemplateId").to_owned();
        let number = version.text_at("versionNumber").to_owned();
        let Some(kept) = self.kept.get(&(id, number)) else {
            return;
        };
        let Some(data) = version.find_mut("launchTemplateData") else {
            return;
        };
        data.remove("userData");
        if let Some(user_data) = &kept.user_data {
            data.put_text("userData", user_data);
        }
        if let Some(devices) = data.find_mut("blockDeviceMappingSet") {
            for device in &mut devices.children {
                let name = device.text_at("deviceName").to_owned();
                if kept.sizeless.contains(&name)
                    && let Some(ebs) = device.find_mut("ebs")
                {
                    ebs.remove("volumeSize");
                }
            }
        }
        // moto takes the template's own tags for tags of what it launches.
        if let Some(tags) = data.find_mut("tagSpecificationSet") {
            tags.children
                .retain(|one| one.text_at("resourceType") != "launch-template");
        }
    }
}

/// The prefixes of the devices that say nothing of their size.
fn sizeless(form: &Form) -> Vec<String> {
    let mut devices = form.structures(DEVICES);
    devices.retain(|device| {
        form.has(&format!("{device}Ebs.")) && !form.has(&format!("{device}Ebs.VolumeSize"))
    });
    devices
}
