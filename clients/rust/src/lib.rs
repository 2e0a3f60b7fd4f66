//! A client of [qrlogin](https://github.com/qrlogin/qrlogin): signs a user in to a website by scanning a
//! QR code with a mobile app.
//!
//! [`AppClient`] has the calls of a website, [`ApproverClient`] those of the mobile app. Requests and
//! responses are the generated messages of [`v1`], whose fields the comments of the proto describe.
//! Their `Debug` shows no field that the proto calls a secret.
//!
//! ```no_run
//! use qrlogin::AppClient;
//! use qrlogin::v1::CreateTicketRequest;
//!
//! # async fn show_code() -> Result<(), qrlogin::BoxError> {
//! let client = AppClient::new("127.0.0.1:50051", "demo-app", "demo-secret")?;
//! let ticket = client.create_ticket(CreateTicketRequest::default()).await?;
//! println!("{}", ticket.qr_content);
//! # Ok(())
//! # }
//! ```
//!
//! The README of the crate shows a whole sign-in.
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

/// Compiles the code of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
