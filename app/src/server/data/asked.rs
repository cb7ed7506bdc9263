//! Which dataset a request is about: the one that its address names with `data=`, else the default.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use form_urlencoded::parse;

use super::Loaded;
use super::uploads::UploadError;
use crate::server::App;
use crate::server::problem::Failure;
use crate::views::{About, Stay};

/// The parameter that names an uploaded dataset.
const DATA: &str = "data";
/// The parameter that names the outcome.
const TARGET: &str = "target";

/// The dataset that a request is about, and what its pages say of it.
pub(in crate::server) struct Asked {
    pub(in crate::server) loaded: Arc<Loaded>,
    pub(in crate::server) about: About,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let query = parts.uri.query().unwrap_or_default();
        match value(query, DATA) {
            Some(id) => uploaded(app, &id, value(query, TARGET).is_some()).await,
            None => default(app),
        }
    }
}

/// The first value of a parameter that has one.
fn value(query: &str, name: &str) -> Option<String> {
    parse(query.as_bytes())
        .find(|(found, value)| found == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

async fn uploaded(app: &App, id: &str, chosen: bool) -> Result<Asked, Failure> {
    let uploads = app.uploads.as_ref().ok_or(UploadError::Gone)?;
    let id = id.parse().map_err(|()| UploadError::Gone)?;
    let loaded = uploads.find(id).await?;
    if loaded.dataset.needs_outcome() && !chosen {
        return Err(Failure::NoOutcome(loaded));
    }
    let about = loaded.about.clone();
    Ok(Asked { loaded, about })
}

fn default(app: &App) -> Result<Asked, Failure> {
    let state = app.current.state();
    let loaded = state.loaded.ok_or(Failure::Loading)?;
    let mut about = loaded.about.clone();
    if let Stay::Watched { fault, .. } = &mut about.stay {
        *fault = state.fault;
    }
    Ok(Asked { loaded, about })
}

/// Nothing of an uploaded dataset is kept anywhere on its way.
pub(in crate::server) async fn unkept(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let private = value(query, DATA).is_some() || request.uri().path().starts_with("/datasets");
    let mut response = next.run(request).await;
    if private {
        let no_store = HeaderValue::from_static("no-store");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
    }
    response
}
