//! Launch templates with all their versions, and key pairs, as the model has them.

use aws_sdk_ec2::types::{
    KeyPairInfo, LaunchTemplate, LaunchTemplateBlockDeviceMapping, LaunchTemplateHttpTokensState,
    LaunchTemplateIamInstanceProfileSpecification, LaunchTemplateVersion, ResourceType,
    ResponseLaunchTemplateData,
};
use aws_smithy_types::base64;
use infra_model::observed::{self, Found, State, TemplateVersion};
use infra_model::tags::Tags;
use infra_model::topology::{Metadata, ROOT_DEVICE, RootVolume};

use crate::observe::scope::ec2_tags;
use crate::observe::{count, owned, to};

pub(super) fn key_pair(it: &KeyPairInfo) -> Option<Found> {
    let name = it.key_name()?;
    let public_key = it.public_key().map(|text| {
        let words = text.split_whitespace().take(2);
        words.collect::<Vec<_>>().join(" ")
    });
    let state = State::KeyPair(observed::KeyPair {
        algorithm: owned(it.key_type().map(|it| it.as_str())),
        public_key,
    });
    Some(Found::whole(name, Some(name), ec2_tags(it.tags()), state))
}

/// A template, with those of all versions that are its own.
pub(super) fn template(it: &LaunchTemplate, all: &[LaunchTemplateVersion]) -> Option<Found> {
    let id = it.launch_template_id()?;
    let own = all.iter().filter(|it| it.launch_template_id() == Some(id));
    let versions = own.filter_map(|it| {
        let number = u64::try_from(it.version_number()?).ok()?;
        Some((number, version(it)))
    });
    let state = State::LaunchTemplate(observed::LaunchTemplate {
        versions: versions.collect(),
    });
    let tags = ec2_tags(it.tags());
    Some(Found::whole(id, it.launch_template_name(), tags, state))
}

fn version(it: &LaunchTemplateVersion) -> TemplateVersion {
    let nothing = ResponseLaunchTemplateData::builder().build();
    let data = it.launch_template_data().unwrap_or(&nothing);
    let interfaces = data.network_interfaces().iter();
    let groups = data
        .security_group_ids()
        .iter()
        .chain(interfaces.flat_map(|it| it.groups()));
    let profile = data.iam_instance_profile().and_then(profile_name);
    let note = it.version_description().map(TemplateVersion::read_note);
    let (description, after) = note.unzip();
    TemplateVersion {
        description,
        after: after.flatten(),
        image: owned(data.image_id()),
        instance_type: owned(data.instance_type().map(|it| it.as_str())),
        key: data.key_name().map(|name| to(Some(name))),
        profile: profile.map(|name| to(Some(name))),
        groups: groups.map(|group| to(Some(group))).collect(),
        user_data: data.user_data().map(decoded).unwrap_or_default(),
        metadata: metadata(data),
        root: data.block_device_mappings().iter().find_map(root_volume),
        instance_tags: tags_of(data, &ResourceType::Instance),
        volume_tags: tags_of(data, &ResourceType::Volume),
    }
}

/// Its name, which ends its ARN.
fn profile_name(it: &LaunchTemplateIamInstanceProfileSpecification) -> Option<&str> {
    let from_arn = || it.arn()?.rsplit('/').next();
    it.name().or_else(from_arn)
}

/// What is not base64 was not made by anything that works; it is kept as it is.
fn decoded(text: &str) -> String {
    let bytes = base64::decode(text).unwrap_or_else(|_| text.as_bytes().to_owned());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What a template leaves open is as the older of the image families has it.
fn metadata(data: &ResponseLaunchTemplateData) -> Metadata {
    let options = data.metadata_options();
    let tokens = options.and_then(|it| it.http_tokens());
    let hops = options.and_then(|it| it.http_put_response_hop_limit());
    Metadata {
        token_required: tokens == Some(&LaunchTemplateHttpTokensState::Required),
        hop_limit: hops.map_or(1, |hops| count(Some(hops))),
    }
}

fn root_volume(it: &LaunchTemplateBlockDeviceMapping) -> Option<RootVolume> {
    let device = it.device_name().filter(|device| *device == ROOT_DEVICE)?;
    let disk = it.ebs()?;
    Some(RootVolume {
        device: device.to_owned(),
        volume_type: owned(disk.volume_type().map(|it| it.as_str())),
        size: count(disk.volume_size()),
        encrypted: disk.encrypted().unwrap_or_default(),
    })
}

fn tags_of(data: &ResponseLaunchTemplateData, kind: &ResourceType) -> Tags {
    let specifications = data.tag_specifications().iter();
    let of_kind = specifications.filter(|it| it.resource_type() == Some(kind));
    ec2_tags(
        &of_kind
            .flat_map(|it| it.tags().to_vec())
            .collect::<Vec<_>>(),
    )
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{
        InstanceType, LaunchTemplateEbsBlockDevice, LaunchTemplateInstanceMetadataOptions,
        LaunchTemplateTagSpecification, Tag, VolumeType,
    };

    use super::*;

    #[test]
    fn a_version_is_read_whole() {
        let disk = LaunchTemplateEbsBlockDevice::builder()
            .volume_type(VolumeType::Gp3)
            .volume_size(8)
            .encrypted(true);
        let mapping = LaunchTemplateBlockDeviceMapping::builder();
        let other = mapping.clone().device_name("/dev/sdb").build();
        let arn = "arn:aws:iam::123456789012:instance-profile/StudentAnalyticsRole";
        let tags = |kind, value: &str| {
            LaunchTemplateTagSpecification::builder()
                .resource_type(kind)
                .tags(Tag::builder().key("Name").value(value).build())
                .build()
        };
        let data = ResponseLaunchTemplateData::builder()
            .image_id("ami-1")
            .instance_type(InstanceType::T3Small)
            .key_name("key")
            .iam_instance_profile(
                LaunchTemplateIamInstanceProfileSpecification::builder()
                    .arn(arn)
                    .build(),
            )
            .security_group_ids("sg-1")
            .user_data(base64::encode("#!/bin/bash\n"))
            .metadata_options(
                LaunchTemplateInstanceMetadataOptions::builder()
                    .http_tokens(LaunchTemplateHttpTokensState::Required)
                    .http_put_response_hop_limit(2)
                    .build(),
            )
            .block_device_mappings(other)
            .block_device_mappings(mapping.device_name("/dev/xvda").ebs(disk.build()).build())
            .tag_specifications(tags(ResourceType::Instance, "instance"))
            .tag_specifications(tags(ResourceType::Volume, "volume"));
        let it = LaunchTemplateVersion::builder()
            .launch_template_id("lt-1")
            .version_number(3)
            .version_description("amazon-linux-2, after version 2");
        let own = it.clone().launch_template_data(data.build()).build();
        let other = it.launch_template_id("lt-2").build();
        let whole = LaunchTemplate::builder().launch_template_id("lt-1");
        let found = template(&whole.build(), &[own, other]).unwrap();
        let want = TemplateVersion {
            description: Some("amazon-linux-2".to_owned()),
            after: Some(2),
            image: "ami-1".to_owned(),
            instance_type: "t3.small".to_owned(),
            key: Some("key".into()),
            profile: Some("StudentAnalyticsRole".into()),
            groups: ["sg-1".into()].into(),
            user_data: "#!/bin/bash\n".to_owned(),
            metadata: Metadata {
                token_required: true,
                hop_limit: 2,
            },
            root: Some(RootVolume {
                device: ROOT_DEVICE.to_owned(),
                volume_type: "gp3".to_owned(),
                size: 8,
                encrypted: true,
            }),
            instance_tags: Tags::default().with("Name", "instance"),
            volume_tags: Tags::default().with("Name", "volume"),
        };
        let versions = [(3, want)].into();
        let want = State::LaunchTemplate(observed::LaunchTemplate { versions });
        assert_eq!(found.state, want);
    }

    #[test]
    fn keys_lose_their_comment() {
        let it = KeyPairInfo::builder()
            .key_name("key")
            .key_type("ed25519".into());
        let found = key_pair(&it.public_key("ssh-ed25519 AAAA someone@host").build()).unwrap();
        let want = State::KeyPair(observed::KeyPair {
            algorithm: "ed25519".to_owned(),
            public_key: Some("ssh-ed25519 AAAA".to_owned()),
        });
        assert_eq!(found.state, want);
    }
}
