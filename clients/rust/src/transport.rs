use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http_body::Frame;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::body::Body;
use tonic::{Code, ConnectError, Status, TimeoutExpired};

use crate::BoxError;

/// The source of a status that no server sent: the call was cut off on its way.
#[derive(Debug)]
pub(crate) struct TransportFailure(BoxError);

impl fmt::Display for TransportFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for TransportFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// Converts a failure of the transport into a status as gRPC defines it. tonic leaves most of them
/// UNKNOWN.
pub(crate) fn to_status(error: BoxError) -> Status {
    let (code, message) = classify(&*error);
    let mut status = Status::new(code, message);
    status.set_source(Arc::new(TransportFailure(error)));
    status
}

fn classify(error: &(dyn StdError + 'static)) -> (Code, String) {
    let mut root = error;
    for error in chain(error) {
        if error.is::<TimeoutExpired>() {
            return (Code::DeadlineExceeded, "the deadline has passed".to_owned());
        }
        if let Some(reason) = error
            .downcast_ref::<h2::Error>()
            .filter(|error| error.is_reset())
            .and_then(h2::Error::reason)
        {
            return (
                code_of_reset(reason),
                format!("the stream was reset: {}", reason.description()),
            );
        }
        root = error;
    }
    let action = if is_connect_error(error) {
        "cannot connect"
    } else {
        "the connection broke"
    };
    (Code::Unavailable, format!("{action}: {root}"))
}

/// Returns the status code of a stream that was reset (gRPC over HTTP/2, "Errors").
fn code_of_reset(reason: h2::Reason) -> Code {
    match reason {
        h2::Reason::REFUSED_STREAM => Code::Unavailable,
        h2::Reason::CANCEL => Code::Cancelled,
        h2::Reason::ENHANCE_YOUR_CALM => Code::ResourceExhausted,
        h2::Reason::INADEQUATE_SECURITY => Code::PermissionDenied,
        _ => Code::Internal,
    }
}

/// Reports whether the failure is one of connecting, so that the request has not been sent.
pub(crate) fn is_connect_error(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(|error| error.is::<ConnectError>())
}

fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The status of calls that are ended by closing the client.
pub(crate) fn closed_status() -> Status {
    Status::cancelled("the client is closed")
}

/// Returns the response with a body that ends when the client is closed, and whose failures have the
/// codes that gRPC defines.
pub(crate) fn guard_response(
    mut response: http::Response<Body>,
    closed: CancellationToken,
) -> http::Response<Body> {
    drop_unreadable_details(response.headers_mut());
    let expects_trailers =
        response.status().is_success() && !response.headers().contains_key(Status::GRPC_STATUS);
    response.map(|inner| {
        Body::new(ResponseBody {
            inner,
            closed: Box::pin(closed.cancelled_owned()),
            expects_trailers,
        })
    })
}

struct ResponseBody {
    inner: Body,
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Whether the status is still to come.
    expects_trailers: bool,
}

impl http_body::Body for ResponseBody {
    type Data = bytes::Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(closed_status())));
        }
        Poll::Ready(
            match ready!(Pin::new(&mut self.inner).poll_frame(context)) {
                Some(Ok(mut frame)) => {
                    if let Some(trailers) = frame.trailers_mut() {
                        self.expects_trailers = false;
                        drop_unreadable_details(trailers);
                    }
                    Some(Ok(frame))
                }
                Some(Err(status)) => Some(Err(to_status(status.into()))),
                // hyper reports a stream that was reset with CANCEL or NO_ERROR as one that has ended.
                None if self.expects_trailers => {
                    self.expects_trailers = false;
                    Some(Err(cut_off()))
                }
                None => None,
            },
        )
    }
}

fn cut_off() -> Status {
    let message = "the stream ended without a status";
    let mut status = Status::cancelled(message);
    status.set_source(Arc::new(TransportFailure(message.into())));
    status
}

/// Accepts no more than tonic does, which panics on other text.
const STRICT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Removes error details that are not base64. The status code and the message count without them.
fn drop_unreadable_details(headers: &mut HeaderMap) {
    const DETAILS: &str = "grpc-status-details-bin";
    if headers
        .get(DETAILS)
        .is_some_and(|value| STRICT_BASE64.decode(value).is_err())
    {
        headers.remove(DETAILS);
    }
}
