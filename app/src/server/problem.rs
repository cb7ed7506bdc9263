//! Answers to requests that cannot be met.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::filter::QueryProblem;
use crate::views::{Page, problem};

/// What went wrong while answering.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The address cannot be understood.
    #[error("the address cannot be understood")]
    Query {
        page: Page,
        problems: Vec<QueryProblem>,
    },
    /// The page has no such chart.
    #[error("no such chart")]
    NoChart,
    /// The data could not be filtered: a defect of this program.
    #[error("the rows could not be filtered")]
    Frame(#[from] polars::error::PolarsError),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Query { page, problems } => {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                let title = "This address cannot be understood";
                let body = problem(title, &problems, page.path());
                (StatusCode::BAD_REQUEST, body).into_response()
            }
            Self::NoChart => missing("The page has no chart of that name."),
            Self::Frame(_) => {
                let problems = ["The rows could not be filtered. This is a defect.".to_owned()];
                let body = problem("Something went wrong", &problems, Page::Overview.path());
                (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
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

fn missing(what: &str) -> Response {
    let body = problem("Page not found", &[what.to_owned()], Page::Overview.path());
    (StatusCode::NOT_FOUND, body).into_response()
}

pub(super) async fn not_found() -> Response {
    missing("There is nothing at this address.")
}
