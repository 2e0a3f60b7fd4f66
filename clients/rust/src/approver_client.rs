use crate::connect_options::ConnectOptions;
use crate::credentials::Credentials;
use crate::rpc::{GeneratedClient, Retry, Rpc};
use crate::v1::{
    AuthorizeRequest, AuthorizeResponse, CancelRequest, CancelResponse, MarkScannedRequest,
    MarkScannedResponse,
};
use crate::{BoxError, Error, InvalidArgument};
use std::time::Duration;

/// The calls of an approver: the user of the mobile app that scans the code.
///
/// A clone is cheap and uses the same connections, from any thread. The client connects on first use,
/// in a runtime of tokio. All calls are retried while unavailable.
#[derive(Clone, Debug)]
pub struct ApproverClient {
    rpc: Rpc,
}

impl ApproverClient {
    /// Creates a client with a fixed user token.
    ///
    /// # Errors
    ///
    /// Fails if an option is invalid, or if the token is empty or contains a character that a bearer token
    /// must not have.
    pub fn new(options: impl Into<ConnectOptions>, token: &str) -> Result<Self, InvalidArgument> {
        Ok(Self {
            rpc: Rpc::new(&options.into(), Credentials::token(token)?)?,
        })
    }

    /// Creates a client with a function that returns the user token.
    ///
    /// It is called once per call, within the deadline. If it fails, the call fails with the code
    /// `Unauthenticated` and the error as its source. Refreshing the token is up to the function: a call
    /// that fails with `USER_TOKEN_EXPIRED` is not retried.
    ///
    /// # Errors
    ///
    /// Fails if an option is invalid.
    pub fn with_token_source<F, R>(
        options: impl Into<ConnectOptions>,
        source: F,
    ) -> Result<Self, InvalidArgument>
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, BoxError>> + Send + 'static,
    {
        Ok(Self {
            rpc: Rpc::new(&options.into(), Credentials::token_source(source))?,
        })
    }

    /// Returns the client with another deadline, over the same connections.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            rpc: self.rpc.with_deadline(deadline),
        }
    }

    /// Marks a ticket as scanned, and returns who is asking, for the user to judge.
    ///
    /// # Errors
    ///
    /// Fails with `SCANNED_BY_ANOTHER_USER` if another user was first, and if the ticket has ended.
    pub async fn mark_scanned(
        &self,
        request: MarkScannedRequest,
    ) -> Result<MarkScannedResponse, Error> {
        let method =
            async |mut client: GeneratedClient, request| client.mark_scanned(request).await;
        self.rpc.call(Retry::Idempotent, request, method).await
    }

    /// Approves the sign-in. The response has the check code to show, if the ticket needs one.
    ///
    /// # Errors
    ///
    /// Fails with `TICKET_NOT_SCANNED` before [`mark_scanned`](Self::mark_scanned), and if the ticket has ended.
    pub async fn authorize(&self, request: AuthorizeRequest) -> Result<AuthorizeResponse, Error> {
        let method = async |mut client: GeneratedClient, request| client.authorize(request).await;
        self.rpc.call(Retry::Idempotent, request, method).await
    }

    /// Declines the sign-in.
    ///
    /// # Errors
    ///
    /// Fails with `TICKET_ALREADY_AUTHORIZED` after the approval, and if the ticket has ended.
    pub async fn cancel(&self, request: CancelRequest) -> Result<CancelResponse, Error> {
        let method = async |mut client: GeneratedClient, request| client.cancel(request).await;
        self.rpc.call(Retry::Idempotent, request, method).await
    }

    /// Returns a generated client with the same connections and credentials, without deadline and retries.
    #[must_use]
    pub fn generated(&self) -> GeneratedClient {
        self.rpc.generated()
    }

    /// Ends all calls of the client and its clones with the code `Cancelled`, and closes the connections.
    /// Later calls fail in the same way.
    pub fn close(&self) {
        self.rpc.connection.close();
    }
}
