//! A request, understood: which service's operation it calls, with what.

use anyhow::{Context, Result};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request};

use super::{Form, cbor, s3};

/// The services that the deployment uses, and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    Ec2,
    /// Elastic Load Balancing, version 2.
    Balancing,
    /// EC2 Auto Scaling.
    Scaling,
    Iam,
    Sts,
    S3,
    Ssm,
    /// CloudWatch.
    Monitoring,
    /// Service Quotas.
    Quotas,
    Sns,
    /// Passed through as it is.
    Other,
}

impl Service {
    /// From the name in a signature's scope.
    fn of_scope(name: &str) -> Self {
        match name {
            "ec2" => Self::Ec2,
            "elasticloadbalancing" => Self::Balancing,
            "autoscaling" => Self::Scaling,
            "iam" => Self::Iam,
            "sts" => Self::Sts,
            "s3" => Self::S3,
            "ssm" => Self::Ssm,
            "monitoring" => Self::Monitoring,
            "servicequotas" => Self::Quotas,
            "sns" => Self::Sns,
            _ => Self::Other,
        }
    }

    /// The prefix of IAM's action names, which but for CloudWatch is the name in a signature's scope.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Balancing => "elasticloadbalancing",
            Self::Scaling => "autoscaling",
            Self::Iam => "iam",
            Self::Sts => "sts",
            Self::S3 => "s3",
            Self::Ssm => "ssm",
            Self::Monitoring => "cloudwatch",
            Self::Quotas => "servicequotas",
            Self::Sns => "sns",
            Self::Other => "other",
        }
    }

    /// The version of its API, for the query protocol.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Ec2 => "2016-11-15",
            Self::Balancing => "2015-12-01",
            Self::Scaling => "2011-01-01",
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
            Self::Sns => "2010-03-31",
            Self::S3 | Self::Ssm | Self::Monitoring | Self::Quotas | Self::Other => "",
        }
    }
}

/// What a request carries.
#[derive(Debug)]
pub(crate) enum Body {
    /// Parameters of the query protocol.
    Form(Form),
    /// Read as a whole: configurations, JSON.
    Bytes(Bytes),
    /// An object on its way to S3, as long as it likes.
    Stream(Incoming),
}

/// A request, understood.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    /// As the API names it: `HeadBucket`.
    pub(crate) operation: String,
    /// As IAM names what it needs: `s3:ListBucket`.
    pub(crate) permission: String,
    pub(crate) region: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    /// What follows the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// Whether its answer must be in CBOR.
    pub(crate) in_cbor: bool,
}

impl Call {
    /// Reads a request; only an object's content is left to be streamed.
    pub(crate) async fn read(request: Request<Incoming>) -> Result<Self> {
        let (head, incoming) = request.into_parts();
        let (region, service) = scope(&head.headers);
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let mut call = Self {
            service,
            operation: String::new(),
            permission: String::new(),
            region,
            method: head.method,
            path,
            query,
            in_cbor: cbor::is_spoken(&head.headers),
            headers: head.headers,
            body: Body::Bytes(Bytes::new()),
        };
        if service == Service::S3 {
            let operation = s3::operation(call.method.as_str(), &call.path, &call.query);
            call.operation = operation.name.to_owned();
            call.permission = operation.permission.to_owned();
            if matches!(operation.name, "PutObject" | "UploadPart") {
                call.body = Body::Stream(incoming);
                return Ok(call);
            }
        }
        let body = incoming.collect().await.context("the request's body")?;
        call.understand(body.to_bytes())?;
        Ok(call)
    }

    fn understand(&mut self, body: Bytes) -> Result<()> {
        if self.service == Service::S3 {
            self.body = Body::Bytes(body);
            return Ok(());
        }
        let is_form = self
            .header(CONTENT_TYPE.as_str())
            .starts_with("application/x-www-form");
        // CloudWatch understands the query protocol too.
        if is_form {
            let form = Form::parse(&body);
            self.operation = form.get("Action").to_owned();
            self.body = Body::Form(form);
        } else {
            let target = self.header("x-amz-target");
            let in_target = target.rsplit_once('.').map_or(target, |(_, name)| name);
            // The CBOR protocol has it in the path.
            let in_path = self.path.rsplit_once("/operation/").map(|(_, name)| name);
            let operation = in_path.unwrap_or(in_target);
            self.operation = operation.to_owned();
            self.body = Body::Bytes(match self.in_cbor {
                true => cbor::as_json(self, &body)?,
                false => body,
            });
        }
        self.permission = format!("{}:{}", self.service.name(), self.operation);
        Ok(())
    }

    /// A header's text, empty if missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The parameters; none if the service does not take a form.
    pub(crate) fn form(&self) -> Form {
        match &self.body {
            Body::Form(form) => form.clone(),
            Body::Bytes(_) | Body::Stream(_) => Form::default(),
        }
    }

    /// Sets or takes away parameters of the form before the call goes on.
    pub(crate) fn edit(&mut self, edit: impl FnOnce(&mut Form)) {
        if let Body::Form(form) = &mut self.body {
            edit(form);
        }
    }

    /// The body's bytes, if they are not a form nor a stream.
    pub(crate) fn bytes(&self) -> Bytes {
        match &self.body {
            Body::Bytes(bytes) => bytes.clone(),
            Body::Form(_) | Body::Stream(_) => Bytes::new(),
        }
    }

    /// The bucket of a call to S3.
    pub(crate) fn bucket(&self) -> &str {
        s3::place(&self.path).0
    }

    /// Whether it may change something: all but Describe, Get, List, Head and Simulate.
    pub(crate) fn is_write(&self) -> bool {
        let reads = ["Describe", "Get", "List", "Head", "Simulate"];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }

    /// Whether a rule's name means this call: `ec2:CreateVpc`, `s3:HeadBucket`, `s3:ListBucket`.
    pub(crate) fn is(&self, action: &str) -> bool {
        let by_operation = action.split_once(':').is_some_and(|(service, name)| {
            service == self.service.name() && name == self.operation
        });
        by_operation || self.permission == action
    }
}

/// The region and the service in an authorization's scope; a request without one is for S3, as
/// presigned and public ones are.
fn scope(headers: &HeaderMap) -> (String, Service) {
    let header = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let scope = header
        .and_then(|value| value.split_once("Credential="))
        .and_then(|(_, rest)| rest.split(',').next());
    let mut parts = scope.unwrap_or_default().split('/').skip(2);
    match (parts.next(), parts.next()) {
        (Some(region), Some(service)) => (region.to_owned(), Service::of_scope(service)),
        _ => ("us-east-1".to_owned(), Service::S3),
    }
}
