//! A server that answers as a test says, down to the trailers.

use http_body::Frame;
use http_body_util::StreamBody;
use prost::Message;
use qrlogin::v1::{
    GetStatusRequest, GetStatusResponse, TicketState, TicketStatus, WatchStatusResponse,
};
use qrlogin::{AppClient, ApproverClient, Error};
use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

pub type Response = http::Response<Body>;
type Handler = dyn Fn(&Request) -> Response + Send + Sync;

/// A call as it has reached the server.
#[derive(Clone)]
pub struct Request {
    pub method: String,
    pub headers: http::HeaderMap,
    pub at: Instant,
    /// The number of earlier calls of the method.
    pub earlier: usize,
}

/// The server. Its connections break when it is dropped.
pub struct Fake {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    runtime: Option<Runtime>,
}

impl Fake {
    pub fn start(handler: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        Self::start_on(0, handler)
    }

    pub fn start_on(
        port: u16,
        handler: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::default();
        let service = Service {
            handler: Arc::new(handler),
            requests: Arc::clone(&requests),
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.spawn(async move {
            let incoming = TcpListenerStream::new(TcpListener::from_std(listener).unwrap());
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming(incoming)
                .await
                .unwrap();
        });
        Self {
            address,
            requests,
            runtime: Some(runtime),
        }
    }

    pub fn address(&self) -> String {
        self.address.to_string()
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Returns the number of calls by method.
    pub fn counts(&self) -> HashMap<String, usize> {
        self.requests()
            .into_iter()
            .fold(HashMap::new(), |mut counts, request| {
                *counts.entry(request.method).or_default() += 1;
                counts
            })
    }

    /// Returns the times between the calls.
    pub fn pauses(&self) -> Vec<Duration> {
        self.requests()
            .windows(2)
            .map(|pair| pair[1].at - pair[0].at)
            .collect()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // In a thread, since a test must not block. Returns once the port is free again.
            std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(5)))
                .join()
                .unwrap();
        }
    }
}

#[derive(Clone)]
struct Service {
    handler: Arc<Handler>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl NamedService for Service {
    const NAME: &'static str = "qrlogin.v1.QrLoginService";
}

impl tower_service::Service<http::Request<Body>> for Service {
    type Response = Response;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = request.uri().path().rsplit('/').next().unwrap().to_owned();
        let mut requests = self.requests.lock().unwrap();
        let earlier = requests
            .iter()
            .filter(|request| request.method == method)
            .count();
        let request = Request {
            method,
            headers: request.headers().clone(),
            at: Instant::now(),
            earlier,
        };
        requests.push(request.clone());
        drop(requests);
        std::future::ready(Ok((self.handler)(&request)))
    }
}

/// How a stream goes on after its messages.
pub enum Then {
    End,
    Fail(Status),
    /// Fails with these error details, which need not be valid.
    Trailers(Status, &'static str),
    Reset(h2::Reason),
    Wait,
}

/// Returns a response of one message.
pub fn respond(message: &impl Message) -> Response {
    stream([message.encode_to_vec()], Then::End).0
}

/// Returns an error without a message.
pub fn fail(status: Status) -> Response {
    status.into_http()
}

/// Returns a response of several statuses. The receiver ends when the client cancels.
pub fn statuses<const N: usize>(
    statuses: [TicketStatus; N],
    then: Then,
) -> (Response, mpsc::Receiver<()>) {
    stream(
        statuses.map(|status| {
            WatchStatusResponse {
                status: Some(status),
            }
            .encode_to_vec()
        }),
        then,
    )
}

pub fn stream<const N: usize>(
    messages: [Vec<u8>; N],
    then: Then,
) -> (Response, mpsc::Receiver<()>) {
    let (held, cancelled) = mpsc::channel(1);
    let mut frames: Vec<Result<Frame<bytes::Bytes>, Status>> = Vec::new();
    for message in messages {
        let mut frame = vec![0];
        frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        frame.extend(message);
        frames.push(Ok(Frame::data(frame.into())));
    }
    let waits = matches!(then, Then::Wait);
    match then {
        Then::End => frames.push(Ok(Frame::trailers(trailers_of(&Status::new(Code::Ok, ""))))),
        Then::Fail(status) => frames.push(Ok(Frame::trailers(trailers_of(&status)))),
        Then::Trailers(status, details) => {
            let mut trailers = trailers_of(&status);
            trailers.insert("grpc-status-details-bin", details.parse().unwrap());
            frames.push(Ok(Frame::trailers(trailers)));
        }
        Then::Reset(reason) => {
            let mut status = Status::internal("reset");
            status.set_source(Arc::new(h2::Error::from(reason)));
            frames.push(Err(status));
        }
        Then::Wait => {}
    }
    let frames = Frames {
        frames: frames.into_iter(),
        waits,
        _held: held,
    };
    let response = http::Response::builder()
        .header("content-type", "application/grpc")
        .body(Body::new(StreamBody::new(frames)))
        .unwrap();
    (response, cancelled)
}

fn trailers_of(status: &Status) -> http::HeaderMap {
    let mut trailers = http::HeaderMap::new();
    status.add_header(&mut trailers).unwrap();
    trailers
}

struct Frames {
    frames: std::vec::IntoIter<Result<Frame<bytes::Bytes>, Status>>,
    waits: bool,
    _held: mpsc::Sender<()>,
}

impl futures_core::Stream for Frames {
    type Item = Result<Frame<bytes::Bytes>, Status>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.frames.next() {
            None if self.waits => Poll::Pending,
            next => Poll::Ready(next),
        }
    }
}

/// Returns an error of the service.
pub fn refusal(code: Code, reason: &str, retry_after: Option<Duration>) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, "qrlogin.v1", HashMap::new());
    if retry_after.is_some() {
        details.set_retry_info(retry_after);
    }
    Status::with_error_details(code, "a message for people", details)
}

pub fn status(revision: u32, state: TicketState) -> TicketStatus {
    TicketStatus {
        state: state.into(),
        revision,
        ..Default::default()
    }
}

pub fn app(fake: &Fake) -> AppClient {
    AppClient::new(fake.address(), "shop", "geheim").unwrap()
}

pub fn approver(fake: &Fake) -> ApproverClient {
    ApproverClient::new(fake.address(), "token-of-alice").unwrap()
}

pub async fn get_status(client: &AppClient) -> Result<GetStatusResponse, Error> {
    client.get_status(GetStatusRequest::default()).await
}

/// Waits until the client has cancelled the call of the response; fails after 10 seconds.
pub async fn assert_cancelled(cancelled: &mut mpsc::Receiver<()>) {
    let end = tokio::time::timeout(Duration::from_secs(10), cancelled.recv()).await;
    assert_eq!(end, Ok(None), "the client has not cancelled the call");
}
