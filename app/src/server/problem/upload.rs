//! What is said when there is no dataset to show: not yet, no longer, or because a file is not taken.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::error;

use super::{defect, problem};
use crate::dataset::ReadError;
use crate::server::data::mapping;
use crate::server::data::uploads::UploadError;
use crate::views::{self, Page};

/// How soon one may ask again, in seconds.
pub(in crate::server) const SOON: [(header::HeaderName, &str); 1] = [(header::RETRY_AFTER, "5")];

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub(in crate::server) enum UploadProblem {
    /// The form came without one.
    #[error("No file came with the form. Choose a CSV file and send it again.")]
    NoFile,
    /// It did not come to its end.
    #[error("The file did not arrive as a whole, and nothing of it is kept. Send it again.")]
    CutOff,
    /// It has more bytes than this many.
    #[error("The file is larger than {}, the most that this server takes. Nothing of it is kept.", megabytes(*.0))]
    TooLarge(u64),
    /// It is no table.
    #[error(transparent)]
    Unusable(ReadError),
    /// It is no table, and its rows and cells are not told.
    #[error("{0}\nRows and cells are not named in privacy mode.")]
    UnusableInGeneral(String),
}

/// A number of bytes in words.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

impl IntoResponse for UploadProblem {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NoFile | Self::CutOff => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unusable(_) | Self::UnusableInGeneral(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        said(status, "This file cannot be used", self.to_string())
    }
}

impl IntoResponse for UploadError {
    fn into_response(self) -> Response {
        match self {
            Self::Gone => said(
                StatusCode::NOT_FOUND,
                "Dataset not found",
                "There is no such dataset. It may have expired, or somebody deleted it. \
                 Upload the file again.",
            ),
            Self::Store(error) => {
                error!(%error, "the uploads cannot be reached");
                let what = "Uploaded files cannot be kept or read at the moment. Try again soon.";
                let answer = said(StatusCode::SERVICE_UNAVAILABLE, "Not now", what);
                (SOON, answer).into_response()
            }
            // What was taken was read before; another version of the program may be stricter.
            Self::Data(error) => UploadProblem::Unusable(error).into_response(),
            Self::Unreadable(id) => {
                let what = "What somebody said of this table's columns cannot be read, and is not guessed.";
                let body = views::unreadable(what, &mapping::path(id));
                (StatusCode::UNPROCESSABLE_ENTITY, body).into_response()
            }
            Self::Defect => defect("The file could not be read. This is a defect."),
        }
    }
}

pub(super) fn loading() -> Response {
    let what = "The data is being loaded. Try again in a few seconds.";
    let answer = said(StatusCode::SERVICE_UNAVAILABLE, "Loading the data", what);
    (SOON, answer).into_response()
}

pub(super) fn refused() -> Response {
    let what = "This server takes no uploads.";
    said(StatusCode::FORBIDDEN, "No uploads", what)
}

fn said(status: StatusCode, title: &str, what: impl Into<String>) -> Response {
    // A table may have several problems, each on a line of its own.
    let what: Vec<String> = what.into().lines().map(str::to_owned).collect();
    (status, problem(title, &what, Page::Overview.path())).into_response()
}
