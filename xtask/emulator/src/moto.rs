//! The moto server: a child process, and the way to call it. It ends with this process however
//! that ends.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};

use crate::protocol::call::Body;
use crate::protocol::{Answer, Call, Element, Form, Service};

/// Longest start that is waited for: it takes seconds on a busy machine.
const START: Duration = Duration::from_secs(90);

/// Runs moto until its own standard input closes, which the end of this process does, even by
/// SIGKILL. `$0` is the program.
const GUARD: &str = r#"
"$0" -H 127.0.0.1 -p 0 </dev/null &
moto=$!
trap 'kill -9 "$moto" 2>/dev/null' EXIT
while read -r _; do :; done
"#;

/// Variable with the path of moto's program, for where it is not on PATH.
pub const PROGRAM_VARIABLE: &str = "STUDENT_ANALYTICS_MOTO";

/// A running moto.
#[derive(Debug)]
pub(crate) struct Moto {
    address: String,
    client: Client<HttpConnector, Either<Full<Bytes>, Incoming>>,
    guard: Mutex<Option<Child>>,
}

impl Moto {
    /// Starts moto on a free port and waits until it answers.
    pub(crate) async fn start(program: Option<&Path>) -> Result<Self> {
        let program = find(program)?;
        let mut guard = Command::new("sh")
            .arg("-c")
            .arg(GUARD)
            .arg(&program)
            // All of AWS's policies and a thousand machine images per region would make every
            // reset take seconds; `mends::policies` has those that matter.
            .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .context("cannot start a shell to run moto in")?;
        let stderr = guard
            .stderr
            .take()
            .context("the shell has no standard error")?;
        let port = tokio::time::timeout(START, announced_port(stderr))
            .await
            .with_context(|| format!("{} did not start within {START:?}", program.display()))?
            .with_context(|| format!("cannot start {}", program.display()))?;
        let moto = Self {
            address: format!("127.0.0.1:{port}"),
            client: Client::builder(TokioExecutor::new()).build_http(),
            guard: Mutex::new(Some(guard)),
        };
        moto.warm().await?;
        Ok(moto)
    }

    /// Has each service loaded, which moto does at its first call and which takes seconds.
    async fn warm(&self) -> Result<()> {
        let region = "us-east-1";
        for (service, action) in [
            (Service::Ec2, "DescribeVpcs"),
            (Service::Balancing, "DescribeLoadBalancers"),
            (Service::Scaling, "DescribeAutoScalingGroups"),
            (Service::Iam, "ListRoles"),
            (Service::Sts, "GetCallerIdentity"),
        ] {
            self.ask(service, region, &[("Action", action)]).await?;
        }
        self.ask_s3(region, Method::GET, "/", "").await?;
        self.reset().await
    }

    /// Lets moto do a call. Answers are read as a whole, but for an object's content.
    pub(crate) async fn forward(&self, call: Call) -> Result<Answer> {
        let streams = call.operation == "GetObject";
        let separator = if call.query.is_empty() { "" } else { "?" };
        let uri = format!(
            "http://{}{}{separator}{}",
            self.address, call.path, call.query
        );
        let mut request = Request::builder().method(call.method).uri(uri);
        let body = match call.body {
            Body::Form(form) => Either::Left(Full::new(form.encode().into())),
            Body::Bytes(bytes) => Either::Left(Full::new(bytes)),
            Body::Stream(incoming) => Either::Right(incoming),
        };
        let whole = matches!(body, Either::Left(_));
        for (name, value) in &call.headers {
            if !(is_of_connection(name) || whole && name == CONTENT_LENGTH) {
                request = request.header(name, value);
            }
        }
        let response = self.client.request(request.body(body)?).await;
        let response =
            response.with_context(|| format!("moto did not answer {}", call.operation))?;
        if streams {
            return Ok(Answer::pass(response));
        }
        Answer::read(response).await
    }

    /// Makes a call of the query protocol; the answer's status and document.
    pub(crate) async fn ask(
        &self,
        service: Service,
        region: &str,
        parameters: &[(&str, &str)],
    ) -> Result<(StatusCode, Element)> {
        let mut form = Form::of(parameters);
        form.set("Version", service.version());
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=emulator/20260101/{region}/{}/aws4_request, \
             SignedHeaders=host, Signature=0",
            service.name()
        );
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/", self.address))
            .header(AUTHORIZATION, scope)
            .header(
                CONTENT_TYPE,
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .body(Either::Left(Full::new(form.encode().into())))?;
        let asked = || format!("moto did not answer {}", form.get("Action"));
        let response = self.client.request(request).await.with_context(asked)?;
        let answer = Answer::read(response).await.with_context(asked)?;
        let document = answer.xml().with_context(asked)?;
        Ok((answer.status, document))
    }

    /// Makes a call to S3's REST API with a body of XML or none.
    pub(crate) async fn ask_s3(
        &self,
        region: &str,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<StatusCode> {
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=emulator/20260101/{region}/s3/aws4_request, \
             SignedHeaders=host, Signature=0"
        );
        let request = Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header(AUTHORIZATION, scope)
            .body(Either::Left(Full::new(body.into())))?;
        let response = self.client.request(request).await;
        Ok(response
            .with_context(|| format!("moto did not answer for {path}"))?
            .status())
    }

    /// Ends it: dropped, the guard's standard input is closed.
    pub(crate) fn stop(&self) {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        drop(guard.take());
    }

    /// Empties the cloud.
    pub(crate) async fn reset(&self) -> Result<()> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("http://{}/moto-api/reset", self.address))
            .body(Either::Left(Full::default()))?;
        let response = self
            .client
            .request(request)
            .await
            .context("moto cannot be reset")?;
        if !response.status().is_success() {
            bail!("moto cannot be reset: {}", response.status());
        }
        Ok(())
    }
}

/// Headers that are of one connection and not of the request.
fn is_of_connection(name: &HeaderName) -> bool {
    [
        "connection",
        "expect",
        "keep-alive",
        "te",
        "transfer-encoding",
    ]
    .contains(&name.as_str())
        || name == HOST
}

/// The program as given, as the variable says, or on PATH.
fn find(given: Option<&Path>) -> Result<PathBuf> {
    let named = given
        .map(Path::to_path_buf)
        .or_else(|| std::env::var_os(PROGRAM_VARIABLE).map(PathBuf::from));
    let found = match named {
        Some(path) => path.is_file().then_some(path),
        None => std::env::var_os("PATH").and_then(|path| {
            let candidates = std::env::split_paths(&path).map(|folder| folder.join("moto_server"));
            candidates.into_iter().find(|candidate| candidate.is_file())
        }),
    };
    found.with_context(|| {
        format!(
            "moto_server is missing: run `pip install -r xtask/emulator/requirements.txt`, or \
             name the program in {PROGRAM_VARIABLE}"
        )
    })
}

/// Waits for the line in which the server says where it listens, and goes on reading so that
/// the server never waits for a reader.
async fn announced_port(stderr: ChildStderr) -> Result<u16> {
    let mut lines = BufReader::new(stderr).lines();
    let mut recent = VecDeque::new();
    while let Some(line) = lines.next_line().await? {
        let port = line
            .split_once("Running on http://127.0.0.1:")
            .and_then(|(_, rest)| {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                digits.parse().ok()
            });
        if let Some(port) = port {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(port);
        }
        recent.push_back(line);
        if recent.len() > 10 {
            recent.pop_front();
        }
    }
    bail!("it ended with: {}", Vec::from(recent).join("\n"))
}
