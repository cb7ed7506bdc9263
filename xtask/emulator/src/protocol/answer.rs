//! Answers, and the form of success and of failure in each service.

use anyhow::Result;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::{Element, Service};

/// An answer whose content is at hand, but for objects, which stream.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Content,
}

/// An answer's content.
#[derive(Debug)]
pub(crate) enum Content {
    /// All of it.
    Whole(Bytes),
    /// An object on its way from S3.
    Stream(Incoming),
}

const REQUEST_ID: &str = "5e1f0000-0000-4000-8000-000000000000";

impl Answer {
    /// An answer with a body of a type.
    pub(crate) fn new(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        Self {
            status,
            headers,
            body: Content::Whole(body.into()),
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Content::Whole(Bytes::new()),
        }
    }

    /// Reads moto's answer as a whole.
    pub(crate) async fn read(response: Response<Incoming>) -> Result<Self> {
        let (head, incoming) = response.into_parts();
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body: Content::Whole(incoming.collect().await?.to_bytes()),
        })
    }

    /// Takes over moto's answer with its content still on the way.
    pub(crate) fn pass(response: Response<Incoming>) -> Self {
        let (head, incoming) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body: Content::Stream(incoming),
        }
    }

    /// The same once more.
    pub(crate) fn repeat(&self) -> Option<Self> {
        let Content::Whole(bytes) = &self.body else {
            return None;
        };
        Some(Self {
            status: self.status,
            headers: self.headers.clone(),
            body: Content::Whole(bytes.clone()),
        })
    }

    /// The result of an operation of a query service, in the service's envelope.
    pub(crate) fn result(service: Service, operation: &str, children: Vec<Element>) -> Self {
        let mut envelope =
            Element::new(&format!("{operation}Response")).attribute("xmlns", &namespace(service));
        if service == Service::Ec2 {
            envelope
                .children
                .push(Element::leaf("requestId", REQUEST_ID));
            envelope.children.extend(children);
        } else {
            let result = Element::tree(&format!("{operation}Result"), children);
            let id = Element::leaf("RequestId", REQUEST_ID);
            envelope.children = vec![result, Element::tree("ResponseMetadata", vec![id])];
        }
        Self::new(StatusCode::OK, "text/xml", envelope.document())
    }

    /// A service's refusal.
    pub(crate) fn error(service: Service, status: StatusCode, code: &str, message: &str) -> Self {
        let detail = vec![
            Element::leaf("Code", code),
            Element::leaf("Message", message),
        ];
        let id = |name| Element::leaf(name, REQUEST_ID);
        let document = match service {
            Service::Ec2 => {
                let errors = Element::tree("Errors", vec![Element::tree("Error", detail)]);
                Element::tree("Response", vec![errors, id("RequestID")])
            }
            Service::S3 => {
                let mut error = Element::tree("Error", detail);
                error.children.push(id("RequestId"));
                error
            }
            Service::Ssm | Service::Monitoring | Service::Quotas | Service::Other => {
                let body = serde_json::json!({ "__type": code, "message": message });
                return Self::new(status, "application/x-amz-json-1.1", body.to_string());
            }
            Service::Balancing | Service::Scaling | Service::Iam | Service::Sts | Service::Sns => {
                let side = if status.is_server_error() {
                    "Receiver"
                } else {
                    "Sender"
                };
                let mut error = Element::tree("Error", vec![Element::leaf("Type", side)]);
                error.children.extend(detail);
                Element::tree("ErrorResponse", vec![error, id("RequestId")])
                    .attribute("xmlns", &namespace(service))
            }
        };
        Self::new(status, "text/xml", document.document())
    }

    /// Refusal of a request that is wrong: status 400.
    pub(crate) fn refusal(service: Service, code: &str, message: &str) -> Self {
        Self::error(service, StatusCode::BAD_REQUEST, code, message)
    }

    /// The content as XML.
    pub(crate) fn xml(&self) -> Result<Element> {
        match &self.body {
            Content::Whole(bytes) => Element::parse(bytes),
            Content::Stream(_) => anyhow::bail!("the content is still on its way"),
        }
    }

    /// Edits the content of a success, which is XML; leaves a refusal alone.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Element)) -> Result<()> {
        if self.status.is_success() {
            let mut document = self.xml()?;
            edit(&mut document);
            self.body = Content::Whole(document.document().into());
        }
        Ok(())
    }

    /// As HTTP.
    pub(crate) fn into_response(mut self) -> Response<Either<Full<Bytes>, Incoming>> {
        let hop = [
            HeaderName::from_static("connection"),
            HeaderName::from_static("transfer-encoding"),
        ];
        for name in hop {
            self.headers.remove(name);
        }
        let body = match self.body {
            Content::Whole(bytes) => {
                // An answer to HEAD tells the length of what it does not carry.
                if !bytes.is_empty() {
                    self.headers.remove(CONTENT_LENGTH);
                }
                Either::Left(Full::new(bytes))
            }
            Content::Stream(incoming) => Either::Right(incoming),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

fn namespace(service: Service) -> String {
    match service {
        Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/".to_owned(),
        Service::Iam | Service::Sts => {
            format!(
                "https://{}.amazonaws.com/doc/{}/",
                service.name(),
                service.version()
            )
        }
        _ => format!(
            "http://{}.amazonaws.com/doc/{}/",
            service.name(),
            service.version()
        ),
    }
}
