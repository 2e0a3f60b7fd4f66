//! A client of [qrlogin](https://github.com/qrlogin/qrlogin): signs a user in to a website by scanning a
//! QR code with a mobile app.
//!
//! [`AppClient`] has the calls of a website, [`ApproverClient`] those of the mobile app. Requests and
//! responses are the generated messages of [`v1`], whose fields the comments of the proto describe.
//! Their `Debug` shows no field that the proto calls a secret.
//!
//! ```no_run
//! use qrlogin::v1::{CreateTicketRequest, ExchangeUserInfoRequest, TicketState, WatchStatusRequest};
//! use qrlogin::{AppClient, CodeVerifier};
//!
//! # async fn sign_in() -> Result<(), Box<dyn std::error::Error>> {
//! let client = AppClient::new("127.0.0.1:50051", "demo-app", "demo-secret")?;
//! let verifier = CodeVerifier::random();
//! let request = CreateTicketRequest { code_challenge: verifier.challenge(), ..Default::default() };
//! let ticket = client.create_ticket(request).await?;
//! println!("{}", ticket.qr_content);
//!
//! let mut watch = client.watch_status(WatchStatusRequest {
//!     ticket_id: ticket.ticket_id,
//!     ticket_secret: ticket.ticket_secret,
//! });
//! while let Some(status) = watch.next().await.transpose()? {
//!     if status.state() == TicketState::Authorized {
//!         let exchange_ticket = status.exchange_ticket;
//!         let code_verifier = verifier.as_str().to_owned();
//!         let request = ExchangeUserInfoRequest { exchange_ticket, code_verifier };
//!         let user = client.exchange_user_info(request).await?.user;
//!         break;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )
)]

mod app_client;
mod approver_client;
mod backoff;
mod connect_options;
mod connection;
mod credentials;
mod error;
mod peers;
mod pkce;
mod rpc;
mod transport;
mod watch;

pub use app_client::AppClient;
pub use approver_client::ApproverClient;
pub use connect_options::ConnectOptions;
pub use connection::Connection;
pub use error::{BoxError, Error, FieldViolation, InvalidArgument};
pub use pkce::CodeVerifier;
pub use rpc::GeneratedClient;
pub use tonic::Code;
pub use watch::Watch;

/// The generated messages, client and server of the proto.
#[allow(missing_docs, clippy::all, rustdoc::all)]
pub mod v1 {
    include!("generated/qrlogin.v1.rs");

    mod debug {
        include!("generated/debug.rs");
    }
}
