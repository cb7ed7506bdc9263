//! A visitor: asks for pages as a browser does, follows the way to HTTPS, and trusts the
//! rehearsal's certificate.

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::certificate::Certificate;

/// Who asks. Clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Visitor(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// What a visitor gets.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The address that gave it.
    pub(crate) uri: Uri,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Visitor {
    pub(crate) fn new(certificate: &Certificate) -> Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(certificate.trusted()?)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// What an address says.
    pub(crate) async fn ask(&self, uri: &str) -> Result<Answer> {
        let request = Request::get(uri).body(Full::default())?;
        self.send(request).await
    }

    /// What a browser shows for an address: where that leads to HTTPS, what is there.
    pub(crate) async fn get(&self, uri: &str) -> Result<Answer> {
        let answer = self.ask(uri).await?;
        match answer.way_to_https() {
            Some(there) => self.ask(&there).await,
            None => Ok(answer),
        }
    }

    /// Sends a form.
    pub(crate) async fn post(&self, uri: &str, form: &str, body: String) -> Result<Answer> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(CONTENT_TYPE, form)
            .body(Full::from(body))?;
        self.send(request).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer> {
        let uri = request.uri().clone();
        let answer = self.0.request(request).await?;
        let (head, body) = answer.into_parts();
        Ok(Answer {
            uri,
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}

impl Answer {
    /// Where it leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }

    /// Where HTTPS is, if it was asked for without and says so.
    fn way_to_https(&self) -> Option<String> {
        let is_plain = self.uri.scheme_str() == Some("http");
        let there = self.location().filter(|_| self.status.is_redirection())?;
        (is_plain && there.starts_with("https://")).then(|| there.to_owned())
    }

    /// Whether it came by HTTPS.
    pub(crate) fn is_secure(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// The address that gave it, without path.
    pub(crate) fn origin(&self) -> Result<String> {
        let scheme = self.uri.scheme_str().context("an address has a scheme")?;
        let authority = self.uri.authority().context("an address has a host")?;
        Ok(format!("{scheme}://{authority}"))
    }

    /// Its text; what is not UTF-8 is replaced.
    pub(crate) fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
