//! The listener: one task per connection, which a rule may cut.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::Cloud;
use crate::protocol::Answer;

/// What a connection comes to instead of an answer: it is closed.
#[derive(Debug)]
pub(crate) struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is cut, as a rule wants it")
    }
}

impl std::error::Error for Cut {}

/// Accepts connections until the task is ended.
pub(crate) async fn run(listener: TcpListener, cloud: Arc<Cloud>) -> Infallible {
    loop {
        // A connection that failed to be accepted is its client's to repeat.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&cloud)));
        }
    }
}

async fn connection(stream: TcpStream, cloud: Arc<Cloud>) {
    let answer = |request: Request<Incoming>| {
        let cloud = Arc::clone(&cloud);
        async move { cloud.serve(request).await.map(Answer::into_response) }
    };
    // Whether cut by a rule or by the client, the connection is over, and that is all.
    let _ = stream.set_nodelay(true);
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service_fn(answer))
        .await;
}
