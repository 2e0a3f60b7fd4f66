//! The commands and errors of the protocol.

use qrlogin::{Code, Error, InvalidArgument};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Deserialize)]
pub struct Command {
    pub id: u64,
    #[serde(flatten)]
    pub action: Action,
}

#[derive(Deserialize)]
#[serde(
    tag = "command",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Action {
    Open(Open),
    Call {
        client: String,
        rpc: String,
        request: Value,
        deadline_ms: Option<u64>,
    },
    Watch {
        client: String,
        watch: String,
        request: Value,
        #[serde(default)]
        raw: bool,
    },
    Next {
        watch: String,
    },
    Cancel {
        watch: String,
    },
    Close {
        client: String,
    },
    Pkce {
        code_verifier: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    pub client: String,
    #[serde(flatten)]
    pub caller: Caller,
    pub address: String,
    pub deadline_ms: Option<u64>,
    pub root_certificates: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Caller {
    App { app_id: String, app_secret: String },
    Approver { token: String },
}

/// Why a command has no result.
pub enum Failure {
    Call(Error),
    Rejected(InvalidArgument),
    /// A fault of this program or of the player.
    Fault(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<InvalidArgument> for Failure {
    fn from(error: InvalidArgument) -> Self {
        Self::Rejected(error)
    }
}

impl From<String> for Failure {
    fn from(fault: String) -> Self {
        Self::Fault(fault)
    }
}

impl Failure {
    /// Returns the error as the protocol has it, or the fault.
    pub fn to_json(&self) -> Result<Value, String> {
        match self {
            Self::Call(error) => Ok(describe(error)),
            Self::Rejected(error) => {
                Ok(json!({ "code": "REJECTED_BY_CLIENT", "message": error.to_string() }))
            }
            Self::Fault(fault) => Err(fault.clone()),
        }
    }
}

fn describe(error: &Error) -> Value {
    let reason = error
        .reason()
        .map(|reason| reason.as_str_name().trim_start_matches("ERROR_REASON_"));
    let state = error
        .current_state()
        .map(|state| state.as_str_name().trim_start_matches("TICKET_STATE_"));
    let violations: Vec<_> = error
        .field_violations()
        .iter()
        .map(|violation| json!({ "field": violation.field }))
        .collect();
    let fields = [
        ("code", json!(code_name(error.code()))),
        ("reason", json!(reason)),
        ("rawReason", json!(error.raw_reason())),
        ("message", json!(error.to_string())),
        ("currentState", json!(state)),
        ("attemptsLeft", json!(error.attempts_left())),
        ("exceededLimit", json!(error.exceeded_limit())),
        (
            "retryAfterMs",
            json!(
                error
                    .retry_after()
                    .map(|delay| delay.as_secs_f64() * 1_000.0)
            ),
        ),
        (
            "fieldViolations",
            if violations.is_empty() {
                Value::Null
            } else {
                json!(violations)
            },
        ),
    ];
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(
        present
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
