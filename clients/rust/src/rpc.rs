use crate::backoff::Backoff;
use crate::connect_options::ConnectOptions;
use crate::connection::Connection;
use crate::credentials::Credentials;
use crate::v1::qr_login_service_client::QrLoginServiceClient;
use crate::{Error, InvalidArgument};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tonic::metadata::MetadataMap;
use tonic::{Code, Response, Status};

/// The generated client, over the connections and with the credentials of a client of this crate.
pub type GeneratedClient = QrLoginServiceClient<Connection>;

/// The number of attempts of one call, the first included.
const MAX_ATTEMPTS: u32 = 4;
const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(1);
/// The longest deadline that is sent. tonic cannot encode all of them.
const MAX_SENT_DEADLINE: Duration = Duration::from_secs(99_999_999);

/// Whether a method may be called again after a failure: what the proto calls its idempotency level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Idempotent,
    Never,
}

/// Makes calls over a connection, with deadlines and retries.
#[derive(Clone, Debug)]
pub(crate) struct Rpc {
    pub(crate) connection: Connection,
    deadline: Duration,
    budget: Arc<RetryBudget>,
}

impl Rpc {
    pub(crate) fn new(
        options: &ConnectOptions,
        credentials: Credentials,
    ) -> Result<Self, InvalidArgument> {
        Ok(Self {
            connection: Connection::new(options, credentials)?,
            deadline: options.call_deadline()?,
            budget: Arc::default(),
        })
    }

    /// Returns the same with another deadline.
    pub(crate) fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            deadline,
            ..self.clone()
        }
    }

    pub(crate) fn generated(&self) -> GeneratedClient {
        QrLoginServiceClient::new(self.connection.clone())
    }

    /// Makes a call. `method` makes one attempt with the generated client.
    pub(crate) async fn call<M, A, F, B>(
        &self,
        retry: Retry,
        request: A,
        method: M,
    ) -> Result<B, Error>
    where
        A: Clone,
        M: Fn(GeneratedClient, tonic::Request<A>) -> F,
        F: Future<Output = Result<Response<B>, Status>>,
    {
        let attempts = self.attempt_until_final(retry, &request, method);
        let result = self
            .connection
            .unless_closed(tokio::time::timeout(self.deadline, attempts))
            .await?;
        result.unwrap_or_else(|elapsed| {
            Err(Error::new(
                Code::DeadlineExceeded,
                "the deadline has passed",
                Some(elapsed.into()),
            ))
        })
    }

    async fn attempt_until_final<M, A, F, B>(
        &self,
        retry: Retry,
        request: &A,
        method: M,
    ) -> Result<B, Error>
    where
        A: Clone,
        M: Fn(GeneratedClient, tonic::Request<A>) -> F,
        F: Future<Output = Result<Response<B>, Status>>,
    {
        let start = Instant::now();
        let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
        let authorization = self.connection.authorization().await?;
        let mut attempt = 1;
        loop {
            let mut request = tonic::Request::new(request.clone());
            let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization.clone())]);
            *request.metadata_mut() = MetadataMap::from_headers(headers);
            request.set_timeout(
                self.deadline
                    .saturating_sub(start.elapsed())
                    .min(MAX_SENT_DEADLINE),
            );
            let error = match method(self.generated(), request).await {
                Ok(response) => {
                    self.budget.note_success();
                    return Ok(response.into_inner());
                }
                Err(status) => Error::from(status),
            };
            if retry == Retry::Never || !error.is_retryable() {
                return Err(error);
            }
            self.budget.note_failure();
            let pause = backoff.next_pause(error.min_delay(), rand::random());
            let is_in_time = pause < self.deadline.saturating_sub(start.elapsed());
            if attempt == MAX_ATTEMPTS || !is_in_time || !self.budget.has_enough() {
                return Err(error);
            }
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }
}

/// The limit of retries while most calls fail, when they would only add to the load (gRFC A6).
#[derive(Debug)]
struct RetryBudget(AtomicU32);

impl RetryBudget {
    const MAX: u32 = 500;

    fn note_success(&self) {
        self.update(|tokens| tokens.saturating_add(1).min(Self::MAX));
    }

    fn note_failure(&self) {
        self.update(|tokens| tokens.saturating_sub(1));
    }

    fn has_enough(&self) -> bool {
        self.0.load(Ordering::Relaxed) > Self::MAX / 2
    }

    fn update(&self, change: impl Fn(u32) -> u32) {
        // Always succeeds, since the function always returns a value.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                Some(change(tokens))
            });
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(Self::MAX))
    }
}
