//! Answers to requests that cannot be met.

use std::any::Any;

mod upload;

use axum::Json;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::error;

use super::data::uploads::UploadError;
use crate::filter::QueryProblem;
use crate::views::{Page, problem};

pub(super) use upload::{SOON, UploadProblem};

/// What went wrong while answering.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The address cannot be understood.
    #[error("the address cannot be understood")]
    Query {
        /// The page's address without what cannot be understood.
        back: String,
        problems: Vec<QueryProblem>,
    },
    /// There is no default dataset yet.
    #[error("the dataset is being loaded")]
    Loading,
    /// This server takes no uploads.
    #[error("uploads are off")]
    NoUploads,
    /// Too many files are sent at a time.
    #[error("too many uploads")]
    Crowded,
    /// A file that is not taken.
    #[error(transparent)]
    Upload(#[from] UploadProblem),
    /// An uploaded dataset that cannot be shown.
    #[error(transparent)]
    Uploaded(#[from] UploadError),
    /// The page has no such chart.
    #[error("no such chart")]
    NoChart,
    /// The guide has no such topic.
    #[error("no such topic")]
    NoTopic,
    /// The data could not be filtered: a defect of this program.
    #[error("the rows could not be filtered")]
    Frame(#[from] polars::error::PolarsError),
}

impl Failure {
    /// The same without rows and cells of a file.
    #[must_use]
    pub(super) fn without_cells(self) -> Self {
        match self {
            Self::Upload(UploadProblem::Unusable(error))
            | Self::Uploaded(UploadError::Data(error)) => {
                UploadProblem::UnusableInGeneral(error.without_cells()).into()
            }
            other => other,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Query { back, problems } => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                let title = "This address cannot be understood";
                let body = problem(title, &problems, &back);
                (StatusCode::BAD_REQUEST, body).into_response()
            }
            Self::Loading => upload::loading(),
            Self::NoUploads => upload::refused(),
            Self::Crowded => busy("Too many files are sent at once. Please try again in a moment."),
            Self::Upload(problem) => problem.into_response(),
            Self::Uploaded(error) => error.into_response(),
            Self::NoChart => missing("The page has no chart of that name."),
            Self::NoTopic => missing("The guide has no topic of that name. All are at /guide."),
            Self::Frame(_) => {
                error!("the rows could not be filtered");
                defect("The rows could not be filtered. This is a defect.")
            }
        }
    }
}

/// The problems of an address whose answer would have been JSON.
pub(super) fn json(problems: &[QueryProblem]) -> Response {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let body = Json(serde_json::json!({"problems": problems}));
    (StatusCode::BAD_REQUEST, body).into_response()
}

fn defect(what: &str) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    refused(status, "Something went wrong", what)
}

/// The answer of a handler that panicked. Where it did is in the log; what it said may hold data.
pub(super) fn after_panic(_said: Box<dyn Any + Send>) -> Response {
    defect("This page could not be made. This is a defect.")
}

/// The answer to a request that is not taken as it came.
pub(super) fn refused(status: StatusCode, title: &str, what: &str) -> Response {
    let body = problem(title, &[what.to_owned()], Page::Overview.path());
    (status, body).into_response()
}

/// The answer to a request for which there is no time, with the seconds after which to come again.
pub(super) fn busy(what: &str) -> Response {
    const LATER: HeaderValue = HeaderValue::from_static("2");
    let title = "The service is busy";
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, title, what);
    response.headers_mut().insert(header::RETRY_AFTER, LATER);
    response
}

fn missing(what: &str) -> Response {
    refused(StatusCode::NOT_FOUND, "Page not found", what)
}

/// The answer to a method that this address does not take but another does.
pub(super) async fn wrong_method(method: Method) -> Response {
    let (title, what) = match method {
        Method::GET | Method::HEAD => (
            "There is no page at this address",
            "Forms are sent to this address; it has nothing to show.",
        ),
        Method::POST => (
            "This address is for reading",
            "Nothing can be sent to this address.",
        ),
        _ => (
            "This address takes no such request",
            "The method of the request is not one that this address takes.",
        ),
    };
    refused(StatusCode::METHOD_NOT_ALLOWED, title, what)
}

pub(super) async fn not_found() -> Response {
    missing("There is nothing at this address.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn broken() -> &'static str {
        panic!("Gender is Female")
    }

    #[tokio::test]
    async fn a_panic_is_answered() {
        let app = Router::new()
            .route("/", get(broken))
            .layer(CatchPanicLayer::custom(after_panic));
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = app.oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        let body = String::from_utf8(body.unwrap().to_vec()).unwrap();
        assert!(body.contains("This is a defect"), "{body}");
        assert!(!body.contains("Female"), "{body}");
    }
}
