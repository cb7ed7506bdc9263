//! `/datasets/{id}/mapping`: the form that says what an uploaded table's columns hold, and what it
//! sends.
//!
//! An upload whose columns are the default dataset's needs none and is shown at once. Any other leads
//! here first, but its pages work before anybody has confirmed: they follow the proposal, which holds
//! back what may identify people. The form can be sent again at any time.

mod form;
mod sent;

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use tokio::task::spawn_blocking;
use tracing::error;

use super::uploads::{UploadError, Uploads};
use super::{Loaded, receive};
use crate::dataset::{MAX_COLUMNS, MAX_LEVELS, Mapping, MappingError, ReadError, Report};
use crate::server::problem::Failure;
use crate::server::{App, limits, problem};
use crate::store::UploadId;
use crate::views;
use form::form;
use sent::Sent;

/// The form and its answers.
pub(in crate::server) const ROUTE: &str = "/datasets/{id}/mapping";
/// Bytes that the largest form has: a field `level.500.50=50&` for every level, `type.500=identifier&`
/// for every column, and as much again for numbers that people write out longer.
pub(in crate::server) const MOST_BYTES: usize = 2 * MAX_COLUMNS * (MAX_LEVELS * 16 + 20);

/// Where the form of an upload is.
pub(in crate::server) fn path(id: UploadId) -> String {
    format!("/datasets/{id}/mapping")
}

/// The form, as the mapping in force fills it.
pub(in crate::server) async fn show(
    Path(id): Path<String>,
    Extension(loaded): Extension<Arc<Loaded>>,
) -> Result<Markup, Failure> {
    let id = id.parse().map_err(|()| UploadError::Gone)?;
    let columns = loaded.columns.as_ref().ok_or(UploadError::Gone)?;
    let sent = Sent::of(&columns.inference, &columns.mapping);
    Ok(views::mapping(&form(id, &loaded, columns, &sent, &[])))
}

/// Keeps what the form says; the browser is sent to the figures. What cannot be kept is answered with
/// the same form, filled as it was sent.
pub(in crate::server) async fn save(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let uploads = app.uploads.as_ref().ok_or(Failure::NoUploads)?;
    let id = id.parse().map_err(|()| UploadError::Gone)?;
    let Ok(body) = body else {
        return Ok(limits::form_too_large(MOST_BYTES));
    };
    let _place = app.receiving.try_acquire().map_err(|_| Failure::Crowded)?;
    let loaded = match uploads.find(id).await {
        Err(UploadError::Store(error)) => {
            uploads.remembered(id).ok_or(UploadError::Store(error))?
        }
        found => found?,
    };
    let columns = loaded.columns.as_ref().ok_or(UploadError::Gone)?;
    let (sent, faults) = Sent::read(&columns.inference, &body);
    let mapping = match faults.is_empty() {
        true => sent.mapping(&columns.inference),
        false => Err(faults),
    };
    let refusal = match mapping {
        Ok(mapping) => match keep(uploads, id, mapping).await? {
            Ok(()) => return Ok(Redirect::to(&receive::first_page(id)).into_response()),
            Err(refusal) => refusal,
        },
        Err(faults) => Refusal::Form(faults),
    };
    Ok(answer(refusal, id, Arc::clone(&loaded), sent).await)
}

/// Why a form is sent back.
#[derive(Debug)]
enum Refusal {
    /// What it says makes no sense, or not for this table.
    Form(Vec<MappingError>),
    /// Cells are not what it says.
    Cells(Box<Report>),
    /// The store fails.
    Store,
}

/// Checks the mapping against every cell, and keeps it.
async fn keep(
    uploads: &Uploads,
    id: UploadId,
    mapping: Mapping,
) -> Result<Result<(), Refusal>, UploadError> {
    match uploads.confirm(id, mapping).await {
        Ok(()) => Ok(Ok(())),
        Err(UploadError::Data(ReadError::Invalid(report))) => Ok(Err(Refusal::Cells(report))),
        Err(UploadError::Data(ReadError::Mapping(faults))) => Ok(Err(Refusal::Form(faults))),
        Err(UploadError::Store(error)) => {
            error!(%error, "a mapping could not be kept");
            Ok(Err(Refusal::Store))
        }
        Err(error) => Err(error),
    }
}

/// The form again. It may have thousands of fields, so it is made off the threads that serve.
async fn answer(refusal: Refusal, id: UploadId, loaded: Arc<Loaded>, sent: Sent) -> Response {
    let status = match refusal {
        Refusal::Form(_) => StatusCode::BAD_REQUEST,
        Refusal::Cells(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Store => StatusCode::SERVICE_UNAVAILABLE,
    };
    let make = move || {
        let columns = loaded.columns.as_ref()?;
        let faults = match &refusal {
            Refusal::Form(faults) => faults.as_slice(),
            Refusal::Cells(_) | Refusal::Store => &[],
        };
        let mut form = form(id, &loaded, columns, &sent, faults);
        form.problems = refusal.in_words();
        Some(views::mapping(&form))
    };
    let body = match spawn_blocking(make).await {
        Ok(Some(body)) => body,
        Ok(None) => return UploadError::Gone.into_response(),
        Err(_) => return UploadError::Defect.into_response(),
    };
    match status {
        StatusCode::SERVICE_UNAVAILABLE => (status, problem::SOON, body).into_response(),
        _ => (status, body).into_response(),
    }
}

impl Refusal {
    /// What is wrong, on lines of which there are not too many.
    fn in_words(&self) -> Vec<String> {
        const MOST: usize = 50;
        match self {
            Self::Form(faults) => {
                let mut lines: Vec<String> = faults.iter().take(MOST).map(ToString::to_string).collect();
                match faults.len().saturating_sub(MOST) {
                    0 => {}
                    more => lines.push(format!("and {more} more")),
                }
                lines
            }
            Self::Cells(report) => report.to_string().lines().map(str::to_owned).collect(),
            Self::Store => vec![
                "Your choices cannot be kept at the moment, since the store for uploads fails. They \
                 stand below as you made them: confirm them again soon."
                    .to_owned(),
            ],
        }
    }
}
