//! The key pair: only its public half ever comes here.

use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{KeyPairInfo, ResourceType};
use infra_model::observed::{AwsId, KeyPair};
use infra_model::tags::Tags;

use crate::apply::{Doing, Error, gone, is_not_yet, of_ec2, specification};
use crate::clients::once;
use crate::failure::Failure;

pub(super) async fn create(doing: &Doing<'_>, want: &KeyPair, tags: &Tags) -> Result<AwsId, Error> {
    let name = doing.step.name.as_str();
    let Some(material) = want.public_key.as_deref().or(doing.public_key) else {
        return Err(Error::Missing {
            resource: doing.wait.resource.to_owned(),
            what: "there is no public key to import".to_owned(),
            remedy: "name one with --public-key FILE",
        });
    };
    let create = async || {
        let answer = doing
            .clients
            .ec2
            .import_key_pair()
            .key_name(name)
            .public_key_material(Blob::new(material))
            .tag_specifications(specification(ResourceType::KeyPair, tags))
            .customize()
            .config_override(aws_sdk_ec2::Config::builder().retry_config(once()))
            .send()
            .await;
        answer.map_err(doing.failed("ec2:ImportKeyPair"))?;
        Ok(name.into())
    };
    let find = async || {
        let found = look(doing, name).await?;
        Ok(found
            .map(|it| (name.into(), of_ec2(it.tags())))
            .into_iter()
            .collect())
    };
    let taken = ["InvalidKeyPair.Duplicate"];
    doing.make(tags, &taken, is_not_yet, create, find).await
}

/// The pair of this name. Its tags hang on an id that nothing else uses.
pub(super) async fn look(doing: &Doing<'_>, name: &str) -> Result<Option<KeyPairInfo>, Failure> {
    let call = doing.clients.ec2.describe_key_pairs().key_names(name);
    match call
        .send()
        .await
        .map_err(doing.failed("ec2:DescribeKeyPairs"))
    {
        Ok(answer) => Ok(answer.key_pairs().first().cloned()),
        Err(failure) if failure.is_absent() => Ok(None),
        Err(failure) => Err(failure),
    }
}

pub(super) async fn delete(doing: &Doing<'_>, name: &AwsId) -> Result<(), Error> {
    let answer = doing
        .clients
        .ec2
        .delete_key_pair()
        .key_name(&name.0)
        .send()
        .await;
    gone(answer.map(drop).map_err(doing.failed("ec2:DeleteKeyPair")))?;
    Ok(())
}
