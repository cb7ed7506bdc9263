//! A call that failed: which, about what, and what AWS said.

use std::fmt;

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};

/// Whether the call may have done its work all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// AWS refused it.
    No,
    /// No answer came, or the answer was an error of the service itself.
    Perhaps,
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Service and operation, as permissions name it: `ec2:CreateVpc`.
    pub call: &'static str,
    /// The resource that it was about.
    pub about: String,
    /// AWS's code; `NoAnswer` when there was none.
    pub code: String,
    /// AWS's words.
    pub message: String,
    /// Whether it may have done its work.
    pub done: Done,
}

/// The code of a call that was not made, because nobody signs it.
pub const NO_CREDENTIALS: &str = "NoCredentials";
/// The code of a call that AWS did not answer.
pub const NO_ANSWER: &str = "NoAnswer";

impl Failure {
    /// From what the SDK returned.
    pub fn of<E>(call: &'static str, about: impl Into<String>, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let about = about.into();
        match error {
            SdkError::ServiceError(answer) => {
                let server_side = answer.raw().status().as_u16() >= 500;
                let status = answer.raw().status().as_u16().to_string();
                let said = answer.err();
                Self {
                    call,
                    about,
                    code: said.code().map_or(status, str::to_owned),
                    message: said.message().unwrap_or("no further words").to_owned(),
                    done: if server_side { Done::Perhaps } else { Done::No },
                }
            }
            other => {
                let message = chain(other);
                let unsigned = message.contains("credential");
                let code = if unsigned { NO_CREDENTIALS } else { NO_ANSWER };
                Self {
                    call,
                    about,
                    code: code.to_owned(),
                    message,
                    done: if unsigned { Done::No } else { Done::Perhaps },
                }
            }
        }
    }

    /// A call that could not even be put together.
    pub(crate) fn unmade(call: &'static str, message: String) -> Self {
        Self {
            call,
            about: call.to_owned(),
            code: "InvalidRequest".to_owned(),
            message,
            done: Done::No,
        }
    }

    /// Whether AWS gave one of these codes.
    pub fn is(&self, codes: &[&str]) -> bool {
        codes.contains(&self.code.as_str())
    }

    /// Whether AWS says that the thing is not there: `NoSuchEntity`, `Invalid….NotFound` and the
    /// like.
    pub fn is_absent(&self) -> bool {
        self.code.ends_with("NotFound")
            || self.code.ends_with("NotFoundError")
            || self.code.ends_with("NotFoundException")
            || self.code.starts_with("NoSuch")
            || self.is(&["404"])
    }

    /// Whether asking more slowly helps.
    pub fn is_throttled(&self) -> bool {
        self.is(&[
            "Throttling",
            "ThrottlingException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "RequestThrottled",
            "RequestThrottledException",
            "ThrottledException",
            "EC2ThrottledException",
            "SlowDown",
        ])
    }

    /// What a person does about it.
    pub fn remedy(&self) -> &'static str {
        match self.code.as_str() {
            NO_ANSWER => {
                "check the network, --region and AWS_ENDPOINT_URL, then run the same command again"
            }
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "403" => {
                "your credentials lack the permission: `cargo xtask policy` prints what is needed"
            }
            "AuthFailure"
            | "InvalidClientTokenId"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException" => {
                "your credentials are wrong or have expired: sign in again (`aws sso login`), and check this machine's clock"
            }
            NO_CREDENTIALS => {
                "sign in (`aws sso login`, `aws configure`), or name one of the profiles that `aws configure list-profiles` shows with AWS_PROFILE"
            }
            "CertificateNotFound" | "UnsupportedCertificate" => {
                "--certificate must name an issued certificate of the load balancer's region"
            }
            "OperationNotPermitted" if self.call.ends_with(":DeleteLoadBalancer") => {
                "switch its deletion protection off, then run the same command again"
            }
            "OperationNotPermitted" | "OptInRequired" | "PendingVerification" => {
                "AWS has not enabled this for the account: see its message, or ask AWS Support"
            }
            _ if self.is_throttled() => {
                "AWS is busy: wait a minute, then run the same command again, or with --parallel 2"
            }
            code if code.ends_with("LimitExceeded") || code.starts_with("TooMany") => {
                "a quota of the account is reached: raise it in Service Quotas or free what is unused"
            }
            "DependencyViolation" | "ResourceInUse" => {
                "something still uses it: remove that, then run the same command again"
            }
            _ => "run the same command again; what was done stays done",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            call,
            about,
            code,
            message,
            done: _,
        } = self;
        write!(
            f,
            "{about}: {call} failed with {code}: {}; {}",
            message.trim_end_matches('.'),
            self.remedy()
        )
    }
}

impl std::error::Error for Failure {}

/// [`Failure::of`] what the SDK returned, for `map_err`.
pub(crate) fn failed<E>(
    call: &'static str,
    about: impl Into<String>,
) -> impl FnOnce(SdkError<E>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    move |error| Failure::of(call, about, &error)
}

/// An error with its causes, innermost last.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
