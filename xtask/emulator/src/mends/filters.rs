//! Filters that moto ignores or does not know: taken from the call, applied to the answer.

use anyhow::Result;

use super::Question;
use crate::catalog;
use crate::protocol::{Answer, Call, Element, Form, Service};

/// Filters by an element of the resource: operation, filter, path in the item.
#[rustfmt::skip]
const BY_ELEMENT: &[(&str, &str, &str)] = &[
    ("DescribeNatGateways", "state", "state"),
    ("DescribeNatGateways", "vpc-id", "vpcId"),
    ("DescribeNatGateways", "subnet-id", "subnetId"),
    ("DescribeNetworkInterfaces", "status", "status"),
    ("DescribeNetworkInterfaces", "requester-id", "requesterId"),
    ("DescribeNetworkInterfaces", "requester-managed", "requesterManaged"),
    ("DescribeNetworkInterfaces", "interface-type", "interfaceType"),
    ("DescribeNetworkInterfaces", "description", "description"),
    ("DescribeNetworkInterfaces", "group-name", "groupSet/item/groupName"),
    ("DescribeNetworkInterfaces", "attachment.status", "attachment/status"),
    ("DescribeKeyPairs", "key-name", "keyName"),
    ("DescribeInternetGateways", "attachment.vpc-id", "attachmentSet/item/vpcId"),
    ("DescribeInternetGateways", "attachment.state", "attachmentSet/item/state"),
    ("DescribeVpcEndpoints", "vpc-id", "vpcId"),
    ("DescribeVpcEndpoints", "vpc-endpoint-id", "vpcEndpointId"),
    ("DescribeVpcEndpoints", "service-name", "serviceName"),
    ("DescribeVpcEndpoints", "vpc-endpoint-state", "state"),
    ("DescribeVpcEndpoints", "vpc-endpoint-type", "vpcEndpointType"),
    ("DescribeLaunchTemplates", "launch-template-name", "launchTemplateName"),
    ("DescribeTags", "key", "key"),
    ("DescribeTags", "value", "value"),
    ("DescribeTags", "resource-id", "resourceId"),
    ("DescribeTags", "resource-type", "resourceType"),
];

/// Types of resources in tags' listings, as moto and as AWS name them.
const TYPES: &[(&str, &str)] = &[
    ("nat-gateway", "natgateway"),
    ("vpc-elastic-ip", "elastic-ip"),
];

/// A filter: name, and the values of which one must fit.
type Filter = (String, Vec<String>);

/// Takes our filters from the call.
pub(crate) fn take(call: &mut Call) {
    if call.service != Service::Ec2 || catalog::listing(&call.operation).is_none() {
        return;
    }
    let operation = call.operation.clone();
    call.edit(|form| {
        let kept: Vec<Filter> = filters(form)
            .into_iter()
            .filter(|(name, _)| !is_ours(&operation, name))
            .collect();
        form.retain(|name| !name.starts_with("Filter."));
        for (index, (name, values)) in kept.into_iter().enumerate() {
            let index = index + 1;
            form.set(&format!("Filter.{index}.Name"), &name);
            for (number, value) in values.into_iter().enumerate() {
                form.set(&format!("Filter.{index}.Value.{}", number + 1), &value);
            }
        }
    });
}

/// Applies them to the answer.
pub(crate) fn apply(question: &Question, answer: &mut Answer) -> Result<()> {
    if question.service != Service::Ec2 {
        return Ok(());
    }
    let Some(listing) = catalog::listing(&question.operation) else {
        return Ok(());
    };
    let mut ours = filters(&question.form);
    ours.retain(|(name, _)| is_ours(&question.operation, name));
    if ours.is_empty() {
        return Ok(());
    }
    answer.edit(|document| {
        if let Some(list) = document.find_mut(listing.items) {
            list.children.retain(|item| {
                ours.iter()
                    .all(|filter| fits(&question.operation, item, filter))
            });
        }
    })
}

/// What was asked for by its id and is not there is an error, not an empty answer.
pub(crate) fn require(question: &Question, answer: &mut Answer) -> Result<()> {
    let listing = catalog::listing(&question.operation);
    let Some(listing) = listing.filter(|_| question.service == Service::Ec2) else {
        return Ok(());
    };
    let ids = question.form.list(listing.ids);
    if ids.is_empty() || question.form.has("Filter.") || !answer.status.is_success() {
        return Ok(());
    }
    let document = answer.xml()?;
    let found = document.all(&format!("{}/item/{}", listing.items, listing.id));
    let is_missing = |id: &&&str| found.iter().all(|one| one.text != **id);
    if let Some(id) = ids.iter().find(is_missing) {
        *answer = question.refuse(listing.missing, &format!("The ID '{id}' does not exist"));
    }
    Ok(())
}

/// Names the types of tagged resources as AWS does.
pub(crate) fn after_tags(answer: &mut Answer) -> Result<()> {
    answer.edit(|document| {
        let Some(list) = document.find_mut("tagSet") else {
            return;
        };
        for tag in &mut list.children {
            let given = tag.text_at("resourceType");
            if let Some((_, name)) = TYPES.iter().find(|(moto, _)| *moto == given) {
                tag.put_text("resourceType", name);
            }
        }
    })
}

fn filters(form: &Form) -> Vec<Filter> {
    let one = |prefix: String| {
        let name = form.get(&format!("{prefix}Name")).to_owned();
        let values = form.list(&format!("{prefix}Value"));
        (name, values.into_iter().map(str::to_owned).collect())
    };
    form.structures("Filter").into_iter().map(one).collect()
}

fn is_ours(operation: &str, name: &str) -> bool {
    // Instances are inside reservations, which moto filters well.
    let by_tag = name.starts_with("tag:") || name == "tag-key";
    by_tag && operation != "DescribeInstances" || element(operation, name).is_some()
}

fn element(operation: &str, name: &str) -> Option<&'static str> {
    let row = BY_ELEMENT
        .iter()
        .find(|(of, filter, _)| *of == operation && *filter == name);
    row.map(|(.., path)| *path)
}

fn fits(operation: &str, item: &Element, (name, values): &Filter) -> bool {
    // A tag in a listing of tags stands for itself.
    let tags = match operation {
        "DescribeTags" => vec![item],
        _ => item.all("tagSet/item"),
    };
    let found: Vec<&str> = if let Some(key) = name.strip_prefix("tag:") {
        let of_key = tags.iter().filter(|tag| tag.text_at("key") == key);
        of_key.map(|tag| tag.text_at("value")).collect()
    } else if name == "tag-key" {
        tags.iter().map(|tag| tag.text_at("key")).collect()
    } else {
        let path = element(operation, name).unwrap_or_default();
        item.all(path)
            .iter()
            .map(|found| found.text.as_str())
            .collect()
    };
    found
        .iter()
        .any(|text| values.iter().any(|value| matches(value, text)))
}

/// Whether a text fits a pattern, in which `*` is any text and `?` any character.
fn matches(pattern: &str, text: &str) -> bool {
    let mut characters = pattern.chars();
    match characters.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = characters.as_str();
            let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            ends.into_iter().any(|at| matches(rest, &text[at..]))
        }
        Some(wanted) => {
            let mut rest = text.chars();
            let fits = rest
                .next()
                .is_some_and(|found| wanted == '?' || wanted == found);
            fits && matches(characters.as_str(), rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("ELB app/*", "ELB app/x/1", true),
            ("*/1", "ELB app/x/1", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} and {text}");
        }
    }
}
