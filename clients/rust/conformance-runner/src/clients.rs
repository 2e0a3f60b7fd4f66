//! The clients under test.

use crate::messages::Messages;
use crate::protocol::{Caller, Failure, Open};
use prost::Message;
use qrlogin::{AppClient, ApproverClient, ConnectOptions, Error};
use serde_json::Value;
use std::time::Duration;

pub enum Client {
    App(AppClient),
    Approver(ApproverClient),
}

impl Client {
    pub fn open(open: &Open) -> Result<Self, Failure> {
        let mut options = ConnectOptions::new(&open.address);
        if let Some(ms) = open.deadline_ms {
            options = options.deadline(Duration::from_millis(ms));
        }
        if let Some(file) = &open.root_certificates {
            options =
                options.root_certificates(std::fs::read(file).map_err(|error| error.to_string())?);
        }
        Ok(match &open.caller {
            Caller::App { app_id, app_secret } => {
                Self::App(AppClient::new(options, app_id, app_secret)?)
            }
            Caller::Approver { token } => Self::Approver(ApproverClient::new(options, token)?),
        })
    }

    pub fn close(&self) {
        match self {
            Self::App(client) => client.close(),
            Self::Approver(client) => client.close(),
        }
    }

    pub async fn call(
        &self,
        messages: &Messages,
        rpc: &str,
        request: Value,
        deadline_ms: Option<u64>,
    ) -> Result<Value, Failure> {
        let call = Call {
            messages,
            rpc,
            request,
        };
        let deadline = deadline_ms.map(Duration::from_millis);
        match self {
            Self::App(client) => {
                let client = deadline
                    .map_or_else(|| client.clone(), |deadline| client.with_deadline(deadline));
                match rpc {
                    "CreateTicket" => {
                        call.make(async |request| client.create_ticket(request).await)
                            .await
                    }
                    "GetStatus" => {
                        call.make(async |request| client.get_status(request).await)
                            .await
                    }
                    "SubmitCheckCode" => {
                        call.make(async |request| client.submit_check_code(request).await)
                            .await
                    }
                    "Withdraw" => {
                        call.make(async |request| client.withdraw(request).await)
                            .await
                    }
                    "ExchangeUserInfo" => {
                        call.make(async |request| client.exchange_user_info(request).await)
                            .await
                    }
                    "GetSigningKeys" => {
                        call.make(async |request| client.get_signing_keys(request).await)
                            .await
                    }
                    _ => Err(Failure::Fault(format!("an app cannot call {rpc}"))),
                }
            }
            Self::Approver(client) => {
                let client = deadline
                    .map_or_else(|| client.clone(), |deadline| client.with_deadline(deadline));
                match rpc {
                    "MarkScanned" => {
                        call.make(async |request| client.mark_scanned(request).await)
                            .await
                    }
                    "Authorize" => {
                        call.make(async |request| client.authorize(request).await)
                            .await
                    }
                    "Cancel" => {
                        call.make(async |request| client.cancel(request).await)
                            .await
                    }
                    _ => Err(Failure::Fault(format!("an approver cannot call {rpc}"))),
                }
            }
        }
    }
}

/// A call in JSON form.
struct Call<'a> {
    messages: &'a Messages,
    rpc: &'a str,
    request: Value,
}

impl Call<'_> {
    async fn make<A, B, M, F>(self, method: M) -> Result<Value, Failure>
    where
        A: Message + Default,
        B: Message,
        M: FnOnce(A) -> F,
        F: Future<Output = Result<B, Error>>,
    {
        let response = method(self.messages.to_request(self.rpc, self.request)?).await?;
        Ok(self
            .messages
            .to_json(&format!("qrlogin.v1.{}Response", self.rpc), &response)?)
    }
}
