//! Plays the runner of the conformance suite: commands on standard input, results on standard output.

mod clients;
mod messages;
mod protocol;
mod watches;

use clients::Client;
use messages::Messages;
use protocol::{Action, Command, Failure};
use qrlogin::CodeVerifier;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};
use tokio::task::JoinSet;
use watches::OpenWatch;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let runner = Arc::new(Runner {
        messages: Messages::load()?,
        clients: Named::new("client"),
        watches: Named::new("watch"),
    });
    let mut lines = BufReader::new(stdin()).lines();
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            line = lines.next_line() => match line.map_err(|error| error.to_string())? {
                Some(line) => runner.start(&line, &mut running)?,
                None => break,
            },
            Some(ended) = running.join_next() => ended.map_err(|error| error.to_string())??,
        }
    }
    for client in runner.clients.all() {
        client.close();
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| error.to_string())??;
    }
    Ok(())
}

struct Runner {
    messages: Messages,
    clients: Named<Client>,
    watches: Named<OpenWatch>,
}

impl Runner {
    /// Starts a command. What later commands may refer to exists when it returns.
    fn start(
        self: &Arc<Self>,
        line: &str,
        running: &mut JoinSet<Result<(), String>>,
    ) -> Result<(), String> {
        let Command { id, action } =
            serde_json::from_str(line).map_err(|error| error.to_string())?;
        match action {
            Action::Open(open) => {
                let opened =
                    Client::open(&open).map(|client| self.clients.add(open.client, client));
                write_result(id, opened.map(|()| json!({})))
            }
            Action::Watch {
                client,
                watch,
                request,
                raw,
            } => {
                let request = self.messages.to_request("WatchStatus", request)?;
                let opened = OpenWatch::new(&*self.clients.get(&client)?, request, raw)?;
                self.watches.add(watch, opened);
                write_result(id, Ok(json!({})))
            }
            Action::Call {
                client,
                rpc,
                request,
                deadline_ms,
            } => {
                let (runner, client) = (Arc::clone(self), self.clients.get(&client)?);
                running.spawn(async move {
                    let response = client
                        .call(&runner.messages, &rpc, request, deadline_ms)
                        .await;
                    write_result(id, response.map(|response| json!({ "response": response })))
                });
                Ok(())
            }
            Action::Next { watch } => {
                let (runner, watch) = (Arc::clone(self), self.watches.get(&watch)?);
                running.spawn(async move {
                    let result = match watch.next().await {
                        Some(Ok(status)) => {
                            let status = runner
                                .messages
                                .to_json("qrlogin.v1.TicketStatus", &status)?;
                            Ok(json!({ "status": status }))
                        }
                        Some(Err(error)) => Err(error.into()),
                        None => Ok(json!({ "end": true })),
                    };
                    write_result(id, result)
                });
                Ok(())
            }
            Action::Cancel { watch } => {
                let watch = self.watches.get(&watch)?;
                running.spawn(async move {
                    watch.cancel().await;
                    write_result(id, Ok(json!({})))
                });
                Ok(())
            }
            Action::Close { client } => {
                self.clients.get(&client)?.close();
                write_result(id, Ok(json!({})))
            }
            Action::Pkce { code_verifier } => write_result(id, derive(code_verifier)),
        }
    }
}

fn derive(code_verifier: Option<String>) -> Result<Value, Failure> {
    let verifier = code_verifier.map_or_else(|| Ok(CodeVerifier::random()), CodeVerifier::new)?;
    Ok(json!({ "codeVerifier": verifier.as_str(), "codeChallenge": verifier.challenge() }))
}

/// Writes the result of a command, or returns the fault of this program.
fn write_result(id: u64, result: Result<Value, Failure>) -> Result<(), String> {
    let line = match result {
        Ok(result) => json!({ "id": id, "result": result }),
        Err(failure) => json!({ "id": id, "error": failure.to_json()? }),
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())
}

/// Values by the name that the player gives them.
struct Named<T> {
    kind: &'static str,
    values: Mutex<HashMap<String, Arc<T>>>,
}

impl<T> Named<T> {
    fn new(kind: &'static str) -> Self {
        Self {
            kind,
            values: Mutex::default(),
        }
    }

    fn add(&self, name: String, value: T) {
        self.values
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, Arc::new(value));
    }

    /// Returns the value. The player knows what it has created, so anything else is a fault.
    fn get(&self, name: &str) -> Result<Arc<T>, String> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values
            .get(name)
            .cloned()
            .ok_or_else(|| format!("there is no {} {name:?}", self.kind))
    }

    fn all(&self) -> Vec<Arc<T>> {
        self.values
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }
}
