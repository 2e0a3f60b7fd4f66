//! The watches under test.

use crate::clients::Client;
use qrlogin::v1::{TicketStatus, WatchStatusRequest, WatchStatusResponse};
use qrlogin::{Error, Watch};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};

/// A watch until it is cancelled.
pub struct OpenWatch {
    statuses: Mutex<Option<Statuses>>,
    cancelled: CancellationToken,
}

enum Statuses {
    Watch(Watch),
    /// One call of the generated client, which has begun.
    Starting(JoinHandle<Result<Streaming<WatchStatusResponse>, Status>>),
    Raw(Box<Streaming<WatchStatusResponse>>),
    Ended,
}

impl OpenWatch {
    pub fn new(client: &Client, request: WatchStatusRequest, raw: bool) -> Result<Self, String> {
        let Client::App(client) = client else {
            return Err("an approver does not watch".to_owned());
        };
        let statuses = if raw {
            let mut generated = client.generated();
            let start = async move {
                generated
                    .watch_status(request)
                    .await
                    .map(tonic::Response::into_inner)
            };
            Statuses::Starting(tokio::spawn(start))
        } else {
            Statuses::Watch(client.watch_status(request))
        };
        Ok(Self {
            statuses: Mutex::new(Some(statuses)),
            cancelled: CancellationToken::new(),
        })
    }

    /// Returns the next status, or `None` after the last one and after `cancel`.
    pub async fn next(&self) -> Option<Result<TicketStatus, Error>> {
        let next = async {
            match &mut *self.statuses.lock().await {
                Some(statuses) => statuses.next().await,
                None => None,
            }
        };
        self.cancelled.run_until_cancelled(next).await.flatten()
    }

    pub async fn cancel(&self) {
        self.cancelled.cancel();
        if let Some(Statuses::Starting(start)) = self.statuses.lock().await.take() {
            start.abort();
        }
    }
}

impl Statuses {
    async fn next(&mut self) -> Option<Result<TicketStatus, Error>> {
        if let Self::Starting(start) = self {
            let started = start.await;
            *self = Self::Ended;
            match started {
                Ok(Ok(stream)) => *self = Self::Raw(Box::new(stream)),
                Ok(Err(status)) => return Some(Err(status.into())),
                // The runtime is shutting down.
                Err(_) => return None,
            }
        }
        match self {
            Self::Watch(watch) => watch.next().await,
            Self::Raw(stream) => {
                let message = stream.message().await.transpose()?;
                Some(
                    message
                        .map(|message| message.status.unwrap_or_default())
                        .map_err(Error::from),
                )
            }
            Self::Starting(_) | Self::Ended => None,
        }
    }
}
