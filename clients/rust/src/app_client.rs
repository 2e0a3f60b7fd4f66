use crate::connect_options::ConnectOptions;
use crate::credentials::Credentials;
use crate::rpc::{GeneratedClient, Retry, Rpc};
use crate::v1::{
    CreateTicketRequest, CreateTicketResponse, ExchangeUserInfoRequest, ExchangeUserInfoResponse,
    GetSigningKeysRequest, GetSigningKeysResponse, GetStatusRequest, GetStatusResponse,
    SubmitCheckCodeRequest, SubmitCheckCodeResponse, WatchStatusRequest, WithdrawRequest,
    WithdrawResponse,
};
use crate::watch::Watch;
use crate::{Error, InvalidArgument};
use std::time::Duration;

/// The calls of an app: the back end of a website that asks for sign-ins.
///
/// Create one and share it: a clone is cheap and uses the same connections, from any thread. It
/// connects on first use, in a runtime of tokio.
#[derive(Clone, Debug)]
pub struct AppClient {
    rpc: Rpc,
}

impl AppClient {
    /// Creates a client for the app with this id and secret.
    ///
    /// # Errors
    ///
    /// Fails if an option is invalid, if the id is empty or contains a colon, or if the secret is empty.
    pub fn new(
        options: impl Into<ConnectOptions>,
        app_id: &str,
        app_secret: &str,
    ) -> Result<Self, InvalidArgument> {
        Ok(Self {
            rpc: Rpc::new(&options.into(), Credentials::app(app_id, app_secret)?)?,
        })
    }

    /// Returns the client with another deadline, over the same connections.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            rpc: self.rpc.with_deadline(deadline),
        }
    }

    /// Creates a ticket. Never retried, because a retry would create a second one.
    ///
    /// # Errors
    ///
    /// See the [service](crate::v1) for the errors of each method.
    pub async fn create_ticket(
        &self,
        request: CreateTicketRequest,
    ) -> Result<CreateTicketResponse, Error> {
        let method =
            async |mut client: GeneratedClient, request| client.create_ticket(request).await;
        self.rpc.call(Retry::Never, request, method).await
    }

    /// Returns the status once. [`watch_status`](Self::watch_status) is faster and cheaper where possible.
    /// Retried while unavailable.
    ///
    /// # Errors
    ///
    /// Fails with `TICKET_NOT_FOUND`, and with `RATE_LIMITED` below the minimum poll interval.
    pub async fn get_status(&self, request: GetStatusRequest) -> Result<GetStatusResponse, Error> {
        let method = async |mut client: GeneratedClient, request| client.get_status(request).await;
        self.rpc.call(Retry::Idempotent, request, method).await
    }

    /// Watches the status of a ticket up to a terminal one.
    pub fn watch_status(&self, request: WatchStatusRequest) -> Watch {
        Watch::new(self.rpc.clone(), request)
    }

    /// Submits the check code that the user has typed. Never retried, because a wrong code would count
    /// twice. Repeat the call after a lost response: a right code that is submitted again changes nothing.
    ///
    /// # Errors
    ///
    /// Fails with `CHECK_CODE_MISMATCH` and the [`attempts_left`](Error::attempts_left) after a wrong code.
    pub async fn submit_check_code(
        &self,
        request: SubmitCheckCodeRequest,
    ) -> Result<SubmitCheckCodeResponse, Error> {
        let method =
            async |mut client: GeneratedClient, request| client.submit_check_code(request).await;
        self.rpc.call(Retry::Never, request, method).await
    }

    /// Withdraws a ticket. Retried while unavailable.
    ///
    /// # Errors
    ///
    /// Fails if the ticket has been exchanged, declined or expired.
    pub async fn withdraw(&self, request: WithdrawRequest) -> Result<WithdrawResponse, Error> {
        let method = async |mut client: GeneratedClient, request| client.withdraw(request).await;
        self.rpc.call(Retry::Idempotent, request, method).await
    }

    /// Exchanges the exchange ticket for the user information, at most once. Never retried: after
    /// `UNAVAILABLE` (also with the reason `OUTCOME_UNKNOWN`) or `DEADLINE_EXCEEDED`, or if the future is
    /// dropped, the sign-in may be lost, and the user has to scan again.
    ///
    /// # Errors
    ///
    /// Fails with `PROOF_INVALID` if the code verifier is wrong, which does not spend the exchange ticket.
    pub async fn exchange_user_info(
        &self,
        request: ExchangeUserInfoRequest,
    ) -> Result<ExchangeUserInfoResponse, Error> {
        let method =
            async |mut client: GeneratedClient, request| client.exchange_user_info(request).await;
        self.rpc.call(Retry::Never, request, method).await
    }

    /// Returns the public keys that verify the tokens of [`exchange_user_info`](Self::exchange_user_info).
    /// There are none if the service signs no tokens. Retried while unavailable.
    ///
    /// # Errors
    ///
    /// Fails with `APP_UNAUTHENTICATED` if the credential is wrong.
    pub async fn get_signing_keys(
        &self,
        request: GetSigningKeysRequest,
    ) -> Result<GetSigningKeysResponse, Error> {
        let method =
            async |mut client: GeneratedClient, request| client.get_signing_keys(request).await;
        self.rpc.call(Retry::Idempotent, request, method).await
    }

    /// Returns a generated client with the same connections and credentials, without deadline and retries.
    #[must_use]
    pub fn generated(&self) -> GeneratedClient {
        self.rpc.generated()
    }

    /// Ends all calls and watches of the client and its clones with the code `Cancelled`, and closes the
    /// connections. Later calls fail in the same way.
    ///
    /// Dropping the last clone closes the connections, too, but leaves running watches alone.
    pub fn close(&self) {
        self.rpc.connection.close();
    }
}
