//! The behaviour on the wire, at a server that answers as a test says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod calls;
mod credentials;
mod errors;
mod reconnect;
mod retries;
mod support;
mod watch;
mod watch_support;
