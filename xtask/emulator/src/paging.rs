//! Pages, which moto hardly has: the whole list is asked for, and the part that the client wants
//! is cut out of the answer.

use anyhow::Result;

use crate::catalog::paging;
use crate::protocol::call::Body;
use crate::protocol::{Answer, Call, Element, Form, Service};

/// Our tokens: this, and the number of items before the page.
const TOKEN: &str = "emulator-page-";

/// The page that a client wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    start: usize,
    size: usize,
}

/// Takes paging out of the call. `largest` is the biggest page there may be.
pub(crate) fn take(call: &mut Call, largest: Option<usize>) -> Option<Page> {
    if call.service == Service::S3 {
        if let Some(largest) = largest {
            limit_keys(call, largest);
        }
        return None;
    }
    let paging = paging(call.service, &call.operation)?;
    let Body::Form(form) = &mut call.body else {
        return None;
    };
    let start = form.get(paging.token).strip_prefix(TOKEN);
    let wanted: Option<usize> = form.get(paging.size).parse().ok();
    let page = Page {
        start: start.and_then(|number| number.parse().ok()).unwrap_or(0),
        size: wanted
            .into_iter()
            .chain(largest)
            .min()
            .unwrap_or(usize::MAX),
    };
    form.retain(|name| name != paging.token && name != paging.size);
    let most = match call.operation.as_str() {
        // moto answers fifteen unless asked for more.
        "DescribeLaunchTemplates" | "DescribeLaunchTemplateVersions" => Some("1000"),
        _ => None,
    };
    if let Some(most) = most {
        form.set(paging.size, most);
    }
    Some(page)
}

/// Cuts the page out of the whole answer.
pub(crate) fn cut(
    service: Service,
    operation: &str,
    page: Page,
    answer: &mut Answer,
) -> Result<()> {
    let Some(paging) = paging(service, operation) else {
        return Ok(());
    };
    answer.edit(|document| {
        let result = match service {
            Service::Ec2 => Some(document),
            _ => document.find_mut(&format!("{operation}Result")),
        };
        let Some(result) = result else { return };
        let Some(list) = result.find_mut(paging.items) else {
            return;
        };
        let all = std::mem::take(&mut list.children);
        let end = page.start.saturating_add(page.size).min(all.len());
        let more = end < all.len();
        list.children = all.into_iter().take(end).skip(page.start).collect();
        result.remove(paging.next);
        if more {
            result
                .children
                .push(Element::leaf(paging.next, format!("{TOKEN}{end}")));
        }
        if paging.truncated {
            result.put_text("IsTruncated", if more { "true" } else { "false" });
        }
    })
}

/// S3 pages by itself, if asked to.
fn limit_keys(call: &mut Call, largest: usize) {
    if !matches!(
        call.operation.as_str(),
        "ListObjectsV2" | "ListObjectVersions"
    ) {
        return;
    }
    let mut query = Form::parse(call.query.as_bytes());
    let wanted: Option<usize> = query.get("max-keys").parse().ok();
    let size = wanted.map_or(largest, |wanted| wanted.min(largest));
    query.set("max-keys", &size.to_string());
    call.query = query.encode();
}
