//! What the tests of the watch have in common.

use crate::support::{Fake, Response, Then, app, status, statuses};
use qrlogin::v1::{TicketState, TicketStatus, WatchStatusRequest};
use qrlogin::{Error, Watch};

pub fn watch(fake: &Fake) -> Watch {
    app(fake).watch_status(WatchStatusRequest::default())
}

/// Reads the watch to its end, and returns the revisions and the error.
pub async fn read_all(mut watch: Watch) -> (Vec<u32>, Option<Error>) {
    let mut revisions = Vec::new();
    while let Some(status) = watch.next().await {
        match status {
            Ok(status) => revisions.push(status.revision),
            Err(error) => {
                assert!(watch.next().await.is_none(), "an error is the last item");
                return (revisions, Some(error));
            }
        }
    }
    assert!(watch.next().await.is_none(), "the end stays the end");
    (revisions, None)
}

pub fn pending(revision: u32) -> TicketStatus {
    status(revision, TicketState::Pending)
}

pub fn expired(revision: u32) -> TicketStatus {
    status(revision, TicketState::Expired)
}

/// A server whose first calls end as given, and whose later ones send a terminal status.
pub fn ends_first_with(end: impl Fn() -> Response + Send + Sync + 'static) -> Fake {
    Fake::start(move |request| match request.earlier {
        0 => end(),
        _ => statuses([expired(9)], Then::End).0,
    })
}
