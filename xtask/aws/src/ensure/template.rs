//! The launch template and its versions.

use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMappingRequest as BlockDevice,
    LaunchTemplateEbsBlockDeviceRequest as Disk, LaunchTemplateHttpTokensState as HttpTokens,
    LaunchTemplateIamInstanceProfileSpecificationRequest as Profile,
    LaunchTemplateInstanceMetadataEndpointState as MetadataEndpoint,
    LaunchTemplateInstanceMetadataOptionsRequest as MetadataOptions,
    LaunchTemplateTagSpecificationRequest as GivenTags, RequestLaunchTemplateData, ResourceType,
    VolumeType,
};
use aws_smithy_types::base64;
use infra_model::observed::{AwsId, LaunchTemplate, TemplateVersion};
use infra_model::plan::{Attribute, Change};
use infra_model::tags::Tags;
use infra_model::topology::{Metadata, RootVolume};

use crate::apply::{Doing, Error, Life, changes, gone, specification, to_ec2};
use crate::ensure::number;

pub(super) async fn create(
    doing: &Doing<'_>,
    want: &LaunchTemplate,
    tags: &Tags,
    predecessor: Option<&AwsId>,
) -> Result<AwsId, Error> {
    let (_, version) = only(doing, want)?;
    let data = data(doing, version)?;
    let create = async |token: String| {
        let call = "ec2:CreateLaunchTemplate";
        let answer = doing
            .clients
            .ec2
            .create_launch_template()
            .launch_template_name(&doing.step.name)
            .set_version_description(version.note())
            .launch_template_data(data.clone())
            .client_token(token)
            .tag_specifications(specification(ResourceType::LaunchTemplate, tags))
            .send()
            .await
            .map_err(doing.failed(call))?;
        let made = answer.launch_template();
        doing.id(call, made.and_then(|it| it.launch_template_id()))
    };
    let look = async |id: &AwsId| {
        let call = doing.clients.ec2.describe_launch_templates();
        let answer = call.launch_template_ids(&id.0).send().await;
        match answer.map_err(doing.failed("ec2:DescribeLaunchTemplates")) {
            Ok(_) => Ok(Life::Alive),
            Err(failure) if failure.is_absent() => Ok(Life::Unknown),
            Err(failure) => Err(failure.into()),
        }
    };
    doing
        .make_once(&(want, tags), predecessor, create, look)
        .await
}

/// A step's template has one version.
fn only<'t>(
    doing: &Doing<'_>,
    want: &'t LaunchTemplate,
) -> Result<(u64, &'t TemplateVersion), Error> {
    let version = want.versions.iter().next();
    let (number, version) =
        version.ok_or_else(|| doing.missing("the plan names no version".to_owned()))?;
    Ok((*number, version))
}

pub(super) async fn update(
    doing: &Doing<'_>,
    template: &AwsId,
    want: &LaunchTemplate,
    list: &[Change],
) -> Result<(), Error> {
    if !changes(list, &Attribute::Version) {
        return Ok(());
    }
    let (wanted, version) = only(doing, want)?;
    let data = data(doing, version)?;
    let token = doing.token(&(template, wanted, version), &[]);
    let create = async || {
        let call = "ec2:CreateLaunchTemplateVersion";
        let answer = doing
            .clients
            .ec2
            .create_launch_template_version()
            .launch_template_id(&template.0)
            .set_version_description(version.note())
            .launch_template_data(data.clone())
            .client_token(token.clone())
            .send()
            .await
            .map_err(doing.failed(call))?;
        let made = answer.launch_template_version();
        let number = made.and_then(|it| it.version_number());
        number.ok_or_else(|| doing.incomplete(call))
    };
    let made = doing.visible(create).await?;
    match u64::try_from(made) == Ok(wanted) {
        true => Ok(()),
        false => Err(doing.missing(format!(
            "someone else made a version meanwhile: the new one is {made}, not {wanted}"
        ))),
    }
}

fn data(doing: &Doing<'_>, want: &TemplateVersion) -> Result<RequestLaunchTemplateData, Error> {
    let TemplateVersion {
        description: _, // beside the data, as its note
        after: _,
        image,
        instance_type,
        key,
        profile,
        groups,
        user_data,
        metadata,
        root,
        instance_tags,
        volume_tags,
    } = want;
    let key = key.as_ref().map(|it| doing.at(it).map(str::to_owned));
    let profile = profile.as_ref().map(|it| doing.at(it)).transpose()?;
    Ok(RequestLaunchTemplateData::builder()
        .image_id(image)
        .instance_type(InstanceType::from(instance_type.as_str()))
        .set_key_name(key.transpose()?)
        .set_iam_instance_profile(profile.map(|name| Profile::builder().name(name).build()))
        .set_security_group_ids(Some(doing.all(groups)?))
        .user_data(base64::encode(user_data))
        .metadata_options(metadata_options(metadata))
        .set_block_device_mappings(root.as_ref().map(|root| vec![block_device(root)]))
        .tag_specifications(given(ResourceType::Instance, instance_tags))
        .tag_specifications(given(ResourceType::Volume, volume_tags))
        .build())
}

fn metadata_options(want: &Metadata) -> MetadataOptions {
    let Metadata {
        token_required,
        hop_limit,
    } = want;
    MetadataOptions::builder()
        .http_endpoint(MetadataEndpoint::Enabled)
        .http_tokens(match token_required {
            true => HttpTokens::Required,
            false => HttpTokens::Optional,
        })
        .http_put_response_hop_limit(number(*hop_limit))
        .build()
}

fn block_device(want: &RootVolume) -> BlockDevice {
    let RootVolume {
        device,
        volume_type,
        size,
        encrypted,
    } = want;
    let disk = Disk::builder()
        .volume_type(VolumeType::from(volume_type.as_str()))
        .volume_size(number(*size))
        .encrypted(*encrypted)
        .delete_on_termination(true)
        .build();
    BlockDevice::builder().device_name(device).ebs(disk).build()
}

fn given(to: ResourceType, tags: &Tags) -> GivenTags {
    GivenTags::builder()
        .resource_type(to)
        .set_tags(Some(to_ec2(tags)))
        .build()
}

pub(super) async fn delete(doing: &Doing<'_>, template: &AwsId) -> Result<(), Error> {
    let call = doing.clients.ec2.delete_launch_template();
    let answer = call.launch_template_id(&template.0).send().await;
    gone(
        answer
            .map(drop)
            .map_err(doing.failed("ec2:DeleteLaunchTemplate")),
    )?;
    Ok(())
}
