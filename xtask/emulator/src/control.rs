//! The emulator's own paths, for another process and for people with curl.

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cloud::Cloud;
use crate::faults::rules::Rules;
use crate::halt::Point;
use crate::protocol::Answer;

/// What they begin with.
pub(crate) const PREFIX: &str = "/_emulator/";

/// Answers a request to one of them.
pub(crate) async fn serve(cloud: &Cloud, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    match (head.method, path) {
        (Method::GET, "faults") => json(&*cloud.rules()),
        (Method::PUT, "faults") => match read::<Rules>(body).await {
            Ok(rules) => {
                cloud.set_rules(rules);
                json(&*cloud.rules())
            }
            Err(problem) => *problem,
        },
        (Method::GET, "requests") => json(&cloud.requests()),
        (Method::DELETE, "requests") => {
            cloud.clear_requests();
            Answer::empty(StatusCode::NO_CONTENT)
        }
        (Method::GET, "halt") => json(&cloud.halt.phase()),
        (Method::PUT, "halt") => match read::<Point>(body).await {
            Ok(point) => {
                cloud.halt.set(point);
                json(&cloud.halt.phase())
            }
            Err(problem) => *problem,
        },
        (Method::DELETE, "halt") => {
            cloud.halt.release();
            Answer::empty(StatusCode::NO_CONTENT)
        }
        (Method::POST, "reset") => match cloud.reset().await {
            Ok(()) => Answer::empty(StatusCode::NO_CONTENT),
            Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
        },
        (method, path) => problem(
            StatusCode::NOT_FOUND,
            &format!(
                "{method} {PREFIX}{path} is nothing: there are GET and PUT faults, GET and \
                 DELETE requests, GET, PUT and DELETE halt, POST reset"
            ),
        ),
    }
}

async fn read<T: DeserializeOwned>(body: Incoming) -> Result<T, Box<Answer>> {
    let wrong = |error: String| Box::new(problem(StatusCode::BAD_REQUEST, &error));
    let body = body
        .collect()
        .await
        .map_err(|error| wrong(error.to_string()))?;
    serde_json::from_slice(&body.to_bytes()).map_err(|error| wrong(error.to_string()))
}

fn json(value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => Answer::new(StatusCode::OK, "application/json", body),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn problem(status: StatusCode, message: &str) -> Answer {
    Answer::new(status, "text/plain; charset=utf-8", format!("{message}\n"))
}
