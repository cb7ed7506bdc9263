//! Which dataset a request is about: the one that its address names with `data=`, else the default.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use form_urlencoded::parse;

use super::uploads::UploadError;
use super::{Loaded, Said};
use crate::server::App;
use crate::server::access::LoggedIn;
use crate::server::compute::Rows;
use crate::server::problem::Failure;
use crate::views::{About, Stay};

/// The parameter that names an uploaded dataset.
const DATA: &str = "data";

/// The dataset that a request is about, and what its pages say of it.
#[derive(Clone)]
pub(in crate::server) struct Asked {
    pub(in crate::server) loaded: Arc<Loaded>,
    pub(in crate::server) about: About,
    /// Whether who asks has logged in, and so may log out.
    pub(in crate::server) guarded: bool,
}

/// Finds the dataset, which the handlers get as an extension.
pub(in crate::server) async fn find(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let guarded = request.extensions().get::<LoggedIn>().is_some();
    let asked = named(&app, &query, guarded).await?;
    let rows = Rows(asked.loaded.dataset.rows());
    request.extensions_mut().insert(rows);
    request.extensions_mut().insert(asked);
    Ok(next.run(request).await)
}

/// The dataset that an address' query names, for somebody who has logged in or has not.
pub(in crate::server) async fn named(
    app: &App,
    query: &str,
    guarded: bool,
) -> Result<Asked, Failure> {
    let (loaded, about) = match value(query, DATA) {
        Some(id) => uploaded(app, &id).await?,
        None => default(app)?,
    };
    Ok(Asked {
        loaded,
        about,
        guarded,
    })
}

/// The first value of a parameter that has one.
fn value(query: &str, name: &str) -> Option<String> {
    parse(query.as_bytes())
        .find(|(found, value)| found == name && !value.is_empty())
        .map(|(_, value)| value.into_owned())
}

async fn uploaded(app: &App, id: &str) -> Result<(Arc<Loaded>, About), Failure> {
    let uploads = app.uploads.as_ref().ok_or(UploadError::Gone)?;
    let id = id.parse().map_err(|()| UploadError::Gone)?;
    let loaded = uploads.find(id).await?;
    if loaded.said() == Said::Unreadable {
        return Err(UploadError::Unreadable(id).into());
    }
    let about = loaded.about.clone();
    Ok((loaded, about))
}

/// Finds the uploaded dataset that a path names, which the handler gets as an extension.
pub(in crate::server) async fn find_by_path(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    mut request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let uploads = app.uploads.as_ref().ok_or(UploadError::Gone)?;
    let id = id.parse().map_err(|()| UploadError::Gone)?;
    let loaded = uploads.find(id).await?;
    let rows = Rows(loaded.dataset.rows());
    request.extensions_mut().insert(rows);
    request.extensions_mut().insert(loaded);
    Ok(next.run(request).await)
}

fn default(app: &App) -> Result<(Arc<Loaded>, About), Failure> {
    let state = app.current.state();
    let loaded = state.loaded.ok_or(Failure::Loading)?;
    let mut about = loaded.about.clone();
    if let Stay::Watched { fault, .. } = &mut about.stay {
        *fault = state.fault;
    }
    Ok((loaded, about))
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
