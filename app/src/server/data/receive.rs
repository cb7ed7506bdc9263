//! `POST /datasets`: a form's file goes through to the store as it arrives, then it is read once to say
//! whether it can be used and whether its columns are to be confirmed. `POST /datasets/{id}/delete` removes it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::multipart::{Field, Multipart, MultipartError, MultipartRejection};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use bytes::Bytes;
use tokio::time::timeout;
use tracing::warn;

use super::uploads::{UploadError, Uploads};
use super::{Loaded, Said, mapping};
use crate::server::App;
use crate::server::problem::{Failure, UploadProblem};
use crate::store::UploadId;
use crate::views::Page;

/// Where files are sent to.
pub(in crate::server) const ROUTE: &str = "/datasets";
/// Files that are sent at a time: who sends slowly keeps a connection, and each has a few MB in memory
/// on their way to the store.
pub(in crate::server) const MOST: usize = 16;
/// The form's field that holds the file.
const FIELD: &str = "file";
/// The longest pause between two pieces of a file.
const PATIENCE: Duration = Duration::from_secs(30);

/// Takes a file; the browser is sent to its first page, or before that to say what its columns hold.
pub(in crate::server) async fn receive(
    State(app): State<Arc<App>>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    let uploads = app.uploads.as_ref().ok_or(Failure::NoUploads)?;
    let _place = app.receiving.try_acquire().map_err(|_| Failure::Crowded)?;
    let mut form = form.map_err(|_| UploadProblem::NoFile)?;
    let id = keep(uploads, &mut form).await?;
    let checked = check(uploads, id).await;
    let address = match app.min_group {
        // Neither what is wrong with its cells is shown nor its columns as the file has them.
        Some(_) => {
            checked.map_err(Failure::without_cells)?;
            first_page(id)
        }
        None => match checked?.said() {
            Said::Expected => first_page(id),
            _ => mapping::path(id),
        },
    };
    Ok(Redirect::to(&address).into_response())
}

/// Where the figures of an upload begin.
pub(super) fn first_page(id: UploadId) -> String {
    format!("{}?data={id}", Page::Overview.path())
}

/// Streams the form's file to the store.
async fn keep(uploads: &Uploads, form: &mut Multipart) -> Result<UploadId, Failure> {
    while let Some(field) = next_field(uploads, form).await? {
        if field.name() == Some(FIELD) {
            return keep_file(uploads, field).await;
        }
    }
    Err(UploadProblem::NoFile.into())
}

async fn keep_file(uploads: &Uploads, mut field: Field<'_>) -> Result<UploadId, Failure> {
    let id = UploadId::random().map_err(|_| UploadError::Defect)?;
    let mut writer = uploads.write(id);
    let mut size = 0_u64;
    while let Some(chunk) = next(uploads, &mut field).await? {
        size += chunk.len() as u64;
        if size > uploads.most() {
            drop(writer);
            discard(uploads, &mut field).await;
            return Err(UploadProblem::TooLarge(uploads.most()).into());
        }
        writer.put(chunk).await.map_err(UploadError::from)?;
    }
    if size == 0 {
        return Err(UploadProblem::NoFile.into());
    }
    writer.finish().await.map_err(UploadError::from)?;
    Ok(id)
}

async fn next_field<'a>(
    uploads: &Uploads,
    form: &'a mut Multipart,
) -> Result<Option<Field<'a>>, Failure> {
    let field = timeout(PATIENCE, form.next_field()).await;
    let field = field.map_err(|_| UploadProblem::CutOff)?;
    field.map_err(|error| broken(uploads, &error))
}

async fn next(uploads: &Uploads, field: &mut Field<'_>) -> Result<Option<Bytes>, Failure> {
    let chunk = timeout(PATIENCE, field.chunk()).await;
    let chunk = chunk.map_err(|_| UploadProblem::CutOff)?;
    chunk.map_err(|error| broken(uploads, &error))
}

/// The body ended too early, or too late.
fn broken(uploads: &Uploads, error: &MultipartError) -> Failure {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => UploadProblem::TooLarge(uploads.most()).into(),
        _ => UploadProblem::CutOff.into(),
    }
}

/// Takes in some of what is left: a browser that cannot send the rest does not read the answer.
async fn discard(uploads: &Uploads, field: &mut Field<'_>) {
    let mut left = uploads.most();
    while let Ok(Some(chunk)) = next(uploads, field).await {
        left = left.saturating_sub(chunk.len() as u64);
        if left == 0 {
            return;
        }
    }
}

/// Reads the file; one that is no table is not kept.
async fn check(uploads: &Uploads, id: UploadId) -> Result<Arc<Loaded>, Failure> {
    let failure = match uploads.find(id).await {
        Ok(loaded) => return Ok(loaded),
        Err(UploadError::Data(error)) => UploadProblem::Unusable(error).into(),
        Err(error) => Failure::from(error),
    };
    if let Err(error) = uploads.delete(id).await {
        warn!(%error, "an upload that cannot be used could not be removed");
    }
    Err(failure)
}

/// Removes an upload, and shows the default dataset again.
pub(in crate::server) async fn delete(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Redirect, Failure> {
    let uploads = app.uploads.as_ref().ok_or(Failure::NoUploads)?;
    let id = id.parse().map_err(|()| UploadError::Gone)?;
    uploads.delete(id).await.map_err(UploadError::from)?;
    Ok(Redirect::to(Page::Overview.path()))
}
