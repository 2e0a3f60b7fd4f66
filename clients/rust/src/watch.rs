use crate::Error;
use crate::backoff::Backoff;
use crate::rpc::Rpc;
use crate::v1::{TicketState, TicketStatus, WatchStatusRequest, WatchStatusResponse};
use futures_core::Stream;
use futures_util::FutureExt as _;
use futures_util::stream::{StreamExt as _, unfold};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tonic::{Code, Streaming};

const INITIAL_BACKOFF: Duration = Duration::from_millis(100);
const MAX_BACKOFF: Duration = Duration::from_secs(5);

impl TicketState {
    /// Reports whether no other state follows. A state that this version does not know is not terminal.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Exchanged | Self::Cancelled | Self::Expired)
    }
}

/// The statuses of a ticket, up to a terminal one. A stream; [`next`](Self::next) needs no other crate.
///
/// Makes no call before the first status is asked for. Yields the current status first, then each one
/// that differs in more than the remaining durations. A slow reader gets the newest status: it may
/// miss earlier ones but never the last.
///
/// Calls again when the service is unavailable, when the connection breaks, and when the call ends
/// before a terminal state. The pauses grow, vary at random, and are never shorter than the service
/// asks. There is no time limit; set one with [`tokio::time::timeout`]. Any other error is the last
/// item, such as `TICKET_NOT_FOUND`, `APP_UNAUTHENTICATED` or `WATCH_SUPERSEDED` (a newer watch has
/// replaced this one).
///
/// Dropping the watch cancels its call, and does not change the ticket.
///
/// [`tokio::time::timeout`]: https://docs.rs/tokio/latest/tokio/time/fn.timeout.html
#[must_use = "a watch makes no call unless it is read"]
pub struct Watch(Pin<Box<dyn Stream<Item = Result<TicketStatus, Error>> + Send>>);

impl Watch {
    pub(crate) fn new(rpc: Rpc, request: WatchStatusRequest) -> Self {
        let reader = Reader {
            rpc,
            request,
            call: None,
            backoff: Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF),
            last: None,
            is_over: false,
        };
        let statuses = unfold(reader, |mut reader| async {
            let item = reader.next().await?;
            Some((item, reader))
        });
        // Without it, a read after the end would panic.
        Self(Box::pin(statuses.fuse()))
    }

    /// Returns the next status, or `None` after the last one.
    ///
    /// Cancel safe: no status is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Result<TicketStatus, Error>> {
        self.0.next().await
    }
}

impl Stream for Watch {
    type Item = Result<TicketStatus, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// Reads the statuses, over as many calls as necessary.
struct Reader {
    rpc: Rpc,
    request: WatchStatusRequest,
    call: Option<Call>,
    backoff: Backoff,
    /// The last status that was yielded, without the remaining durations.
    last: Option<TicketStatus>,
    is_over: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<TicketStatus, Error>> {
        if self.is_over {
            return None;
        }
        let connection = self.rpc.connection.clone();
        let result = connection
            .unless_closed(self.next_different())
            .await
            .and_then(|result| result);
        self.is_over |= result.is_err();
        if self.is_over {
            // Before the reader gets the status: one who stops here must not leave an open call behind.
            self.call = None;
        }
        result.transpose()
    }

    /// Returns the next status that differs from the last one, or `None` after a terminal one.
    async fn next_different(&mut self) -> Result<Option<TicketStatus>, Error> {
        while !self.is_over {
            match self.next_of_call().await {
                Ok(Some(status)) => {
                    self.is_over = status.state().is_terminal();
                    let comparable = without_durations(status.clone());
                    if self.last.as_ref() != Some(&comparable) {
                        self.last = Some(comparable);
                        return Ok(Some(status));
                    }
                }
                Ok(None) => self.pause(Duration::ZERO).await,
                Err(error) if error.is_interruption_of_watch() => {
                    self.pause(error.min_delay()).await
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Returns the newest status of the call, or `None` at its end. Makes a call if there is none.
    async fn next_of_call(&mut self) -> Result<Option<TicketStatus>, Error> {
        if self.call.is_none() {
            let stream = self
                .rpc
                .generated()
                .watch_status(self.request.clone())
                .await?;
            self.call = Some(Call {
                stream: stream.into_inner(),
                worked_since: None,
                unread: None,
            });
        }
        match &mut self.call {
            Some(call) => call.newest().await,
            None => Ok(None),
        }
    }

    /// Drops the call, and waits until the next one.
    async fn pause(&mut self, min: Duration) {
        if let Some(since) = self.call.take().and_then(|call| call.worked_since) {
            self.backoff.worked_for(since.elapsed());
        }
        tokio::time::sleep(self.backoff.next_pause(min, rand::random())).await;
    }
}

/// One WatchStatus call.
struct Call {
    stream: Streaming<WatchStatusResponse>,
    /// When the first status came.
    worked_since: Option<Instant>,
    /// The end of the stream that was read behind the newest status.
    unread: Option<Result<Option<WatchStatusResponse>, tonic::Status>>,
}

impl Call {
    async fn newest(&mut self) -> Result<Option<TicketStatus>, Error> {
        let message = match self.unread.take() {
            Some(end) => end,
            None => self.stream.message().await,
        };
        let Some(mut newest) = message? else {
            return Ok(None);
        };
        self.worked_since.get_or_insert_with(Instant::now);
        // Everything that has come meanwhile: a slow reader gets no old status.
        while let Some(message) = self.stream.message().now_or_never() {
            match message {
                Ok(Some(newer)) => newest = newer,
                end => {
                    self.unread = Some(end);
                    break;
                }
            }
        }
        newest.status.map(Some).ok_or_else(|| {
            Error::new(
                Code::Internal,
                "the service sent a message without a status",
                None,
            )
        })
    }
}

fn without_durations(mut status: TicketStatus) -> TicketStatus {
    status.remaining_duration = None;
    if let Some(step) = &mut status.qr_code_step {
        step.remaining_duration = None;
    }
    status
}
