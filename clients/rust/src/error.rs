use crate::transport::TransportFailure;
use crate::v1::{ErrorReason, TicketState};
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

const ERROR_DOMAIN: &str = "qrlogin.v1";

/// Any error, as the source of another.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The error of a call or of a watch: an error of the service, or a failure on the way.
///
/// Branch on the [`reason`](Self::reason), or on the [`code`](Self::code) if there is none. The
/// message is for people and may change. Neither the message nor `Debug` contains credentials.
pub struct Error(Box<Inner>);

struct Inner {
    code: Code,
    message: String,
    details: Details,
    /// What `grpc-retry-pushback-ms` says of another attempt.
    pushback: Option<Pushback>,
    source: Option<BoxError>,
}

#[derive(Default)]
struct Details {
    reason: Option<ErrorReason>,
    raw_reason: Option<String>,
    current_state: Option<TicketState>,
    attempts_left: Option<u32>,
    exceeded_limit: Option<String>,
    field_violations: Vec<FieldViolation>,
    retry_after: Option<Duration>,
}

/// The request of the server for automatic retries (gRFC A6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pushback {
    After(Duration),
    Never,
}

/// A fault in a field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldViolation {
    /// The path in the request in proto names, such as `qr_image.size`.
    pub field: String,
    /// A description for people.
    pub description: String,
}

impl Error {
    /// Returns the gRPC status code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the reason. `None` if the service did not respond, or sent a reason that this version
    /// does not know.
    #[must_use]
    pub fn reason(&self) -> Option<ErrorReason> {
        self.0.details.reason
    }

    /// Returns the reason as sent, also if it is unknown or of another domain.
    #[must_use]
    pub fn raw_reason(&self) -> Option<&str> {
        self.0.details.raw_reason.as_deref()
    }

    /// Returns the message for people, without code and reason.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the state of the ticket that the error depends on.
    #[must_use]
    pub fn current_state(&self) -> Option<TicketState> {
        self.0.details.current_state
    }

    /// Returns the number of attempts that are left, for `CHECK_CODE_MISMATCH`.
    #[must_use]
    pub fn attempts_left(&self) -> Option<u32> {
        self.0.details.attempts_left
    }

    /// Returns the name of the limit that the call exceeded, for `RATE_LIMITED`.
    #[must_use]
    pub fn exceeded_limit(&self) -> Option<&str> {
        self.0.details.exceeded_limit.as_deref()
    }

    /// Returns the faults in the fields of the request. Empty unless the code is `InvalidArgument`.
    #[must_use]
    pub fn field_violations(&self) -> &[FieldViolation] {
        &self.0.details.field_violations
    }

    /// Returns the delay that the service asks for before another attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.details.retry_after
    }

    pub(crate) fn new(code: Code, message: &str, source: Option<BoxError>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.to_owned(),
            details: Details::default(),
            pushback: None,
            source,
        }))
    }

    pub(crate) fn closed() -> Self {
        Self::new(Code::Cancelled, "the client is closed", None)
    }

    /// Reports whether a retry is allowed by the error itself; the method must be idempotent, too.
    pub(crate) fn is_retryable(&self) -> bool {
        if self.0.pushback == Some(Pushback::Never) {
            return false;
        }
        match self.code() {
            Code::Unavailable => self.reason() != Some(ErrorReason::OutcomeUnknown),
            // Without a reason, it is not the service that failed but the connection.
            Code::Internal => self.raw_reason().is_none(),
            _ => false,
        }
    }

    /// Reports whether a watch is made again after the error.
    pub(crate) fn is_interruption_of_watch(&self) -> bool {
        if self.reason() == Some(ErrorReason::TooManyWatches) {
            return true;
        }
        match self.code() {
            Code::Unavailable => self.reason() != Some(ErrorReason::OutcomeUnknown),
            // A watch neither cancels its call nor sets a deadline, so a proxy did.
            Code::Cancelled | Code::DeadlineExceeded => self.raw_reason().is_none(),
            Code::Internal => self.is_transport_failure(),
            _ => false,
        }
    }

    /// Returns how long the server wants no further attempt.
    pub(crate) fn min_delay(&self) -> Duration {
        let pushback = match self.0.pushback {
            Some(Pushback::After(delay)) => delay,
            Some(Pushback::Never) | None => Duration::ZERO,
        };
        pushback.max(self.retry_after().unwrap_or_default())
    }

    fn is_transport_failure(&self) -> bool {
        let mut cause = self.source();
        while let Some(error) = cause {
            if error.is::<TransportFailure>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self(Box::new(Inner {
            code: status.code(),
            message: status.message().to_owned(),
            details: parse_details(&status),
            pushback: parse_pushback(&status),
            source: Some(status.into()),
        }))
    }
}

/// Returns the details of a status. Leaves out what is missing or cannot be read, since any proxy on
/// the way can write them.
fn parse_details(status: &Status) -> Details {
    if status.details().is_empty() {
        return Details::default();
    }
    let info = status.get_details_error_info();
    let raw_reason = info
        .as_ref()
        .map(|info| &info.reason)
        .filter(|reason| !reason.is_empty());
    // Another service on the way can have reasons and keys of the same names.
    let ours = info.as_ref().filter(|info| info.domain == ERROR_DOMAIN);
    let metadata = |key| ours.and_then(|info| info.metadata.get(key));
    let violations = status
        .get_details_bad_request()
        .map(|details| details.field_violations);
    let quota_failure = status.get_details_quota_failure();
    Details {
        reason: ours.and_then(|info| parse_reason(&info.reason)),
        raw_reason: raw_reason.cloned(),
        current_state: metadata("current_state").and_then(|name| parse_state(name)),
        attempts_left: metadata("attempts_left").and_then(|count| count.parse().ok()),
        exceeded_limit: quota_failure
            .and_then(|details| details.violations.into_iter().next())
            .map(|violation| violation.subject)
            .filter(|subject| !subject.is_empty()),
        field_violations: violations
            .into_iter()
            .flatten()
            .map(|fault| FieldViolation {
                field: fault.field,
                description: fault.description,
            })
            .collect(),
        retry_after: status
            .get_details_retry_info()
            .and_then(|details| details.retry_delay),
    }
}

fn parse_reason(raw: &str) -> Option<ErrorReason> {
    ErrorReason::from_str_name(&format!("ERROR_REASON_{raw}"))
        .filter(|reason| *reason != ErrorReason::Unspecified)
}

fn parse_state(raw: &str) -> Option<TicketState> {
    TicketState::from_str_name(&format!("TICKET_STATE_{raw}"))
        .filter(|state| *state != TicketState::Unspecified)
}

fn parse_pushback(status: &Status) -> Option<Pushback> {
    let value = status.metadata().get("grpc-retry-pushback-ms")?;
    // Whatever is not a number of milliseconds forbids the retry (gRFC A6).
    let delay = value
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u32>().ok());
    Some(delay.map_or(Pushback::Never, |ms| {
        Pushback::After(Duration::from_millis(ms.into()))
    }))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.code())?;
        if let Some(reason) = self.raw_reason() {
            write!(f, ": {reason}")?;
        }
        if !self.message().is_empty() {
            write!(f, ": {}", self.message())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the source: the textual form of a status contains all its metadata.
        f.debug_struct("Error")
            .field("code", &self.code())
            .field("reason", &self.reason())
            .field("raw_reason", &self.raw_reason())
            .field("message", &self.message())
            .field("current_state", &self.current_state())
            .field("attempts_left", &self.attempts_left())
            .field("exceeded_limit", &self.exceeded_limit())
            .field("field_violations", &self.field_violations())
            .field("retry_after", &self.retry_after())
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// An argument that this crate rejects before any call: an option, a credential or a code verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidArgument(pub(crate) &'static str);

impl fmt::Display for InvalidArgument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for InvalidArgument {}
