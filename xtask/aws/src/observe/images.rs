//! The newest image of each family, by SSM's public parameters.

use std::collections::BTreeMap;

use infra_model::settings::ImageFamily;

use crate::failure::{Failure, failed};

/// Those that this region has.
pub(super) async fn newest(
    ssm: &aws_sdk_ssm::Client,
) -> Result<BTreeMap<ImageFamily, String>, Failure> {
    let names = ImageFamily::ALL.map(|family| family.parameter().to_owned());
    let answer = ssm
        .get_parameters()
        .set_names(Some(names.into()))
        .send()
        .await
        .map_err(failed("ssm:GetParameters", "images"))?;
    let image = |family: ImageFamily| {
        let mut parameters = answer.parameters().iter();
        let parameter = parameters.find(|it| it.name() == Some(family.parameter()))?;
        Some((family, parameter.value()?.to_owned()))
    };
    Ok(ImageFamily::ALL.into_iter().filter_map(image).collect())
}
