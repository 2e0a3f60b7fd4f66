use crate::connect_options::ConnectOptions;
use crate::credentials::Credentials;
use crate::peers::Peers;
use crate::transport::{closed_status, guard_response, is_connect_error, to_status};
use crate::{BoxError, Error, InvalidArgument};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use http_body_util::{BodyExt as _, Full};
use hyper::rt::Executor;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Channel;
use tower_service::Service;

/// The connections of a client, with its credentials: what a generated client is made over.
///
/// Calls and watches have separate connections, so that long streams do not use up the streams of
/// calls. They are made on first use, one to each address of the host.
#[derive(Clone)]
pub struct Connection(Arc<Inner>);

struct Inner {
    address: String,
    calls: Peers,
    watches: Peers,
    credentials: Credentials,
    closed: CancellationToken,
}

impl Connection {
    pub(crate) fn new(
        options: &ConnectOptions,
        credentials: Credentials,
    ) -> Result<Self, InvalidArgument> {
        let target = options.target()?;
        let closed = CancellationToken::new();
        // A connection that broke without notice is detected within 40 seconds.
        let endpoint = options
            .endpoint(&target)?
            .executor(UntilClosed(closed.clone()))
            .http2_keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(10));
        let watch_endpoint = endpoint
            .clone()
            // There is no call between two attempts of a watch, and the connection must not break unnoticed.
            .keep_alive_while_idle(true)
            // A watch that is not read must not hold up the others of its connection.
            .initial_connection_window_size(16 * 1024 * 1024);
        Ok(Self(Arc::new(Inner {
            address: options.address().to_owned(),
            calls: Peers::new(target.clone(), endpoint),
            watches: Peers::new(target, watch_endpoint),
            credentials,
            closed,
        })))
    }

    /// Returns the credential for one call.
    pub(crate) async fn authorization(&self) -> Result<HeaderValue, Error> {
        self.0.credentials.authorization().await
    }

    /// Runs the future unless the client is closed first.
    pub(crate) async fn unless_closed<T>(
        &self,
        future: impl Future<Output = T>,
    ) -> Result<T, Error> {
        self.0
            .closed
            .run_until_cancelled(future)
            .await
            .ok_or_else(Error::closed)
    }

    /// Ends all calls and watches, and closes the connections.
    pub(crate) fn close(&self) {
        self.0.closed.cancel();
        self.0.calls.clear();
        self.0.watches.clear();
    }
}

/// Runs the tasks of the connections until the client is closed. Otherwise a stream that nobody reads
/// would keep its connection open.
struct UntilClosed(CancellationToken);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for UntilClosed {
    fn execute(&self, task: F) {
        tokio::spawn(self.0.clone().run_until_cancelled_owned(task));
    }
}

impl Inner {
    async fn send(&self, mut request: http::Request<Body>) -> Result<http::Response<Body>, Status> {
        if !request.headers().contains_key(AUTHORIZATION) {
            let authorization = self.credentials.authorization().await;
            let authorization =
                authorization.map_err(|error| Status::new(error.code(), error.message()))?;
            request.headers_mut().insert(AUTHORIZATION, authorization);
        }
        let peers = if request.uri().path().ends_with("/WatchStatus") {
            &self.watches
        } else {
            &self.calls
        };
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();

        let mut failure = Status::unavailable("the host has no address");
        for peer in peers.for_call().await? {
            let request =
                http::Request::from_parts(parts.clone(), Body::new(Full::new(body.clone())));
            match send_over(peer.channel.clone(), request).await {
                // Nothing has been sent, so that even an exchange may go to another address.
                Err(error) if is_connect_error(&*error) => {
                    peer.failed();
                    failure = to_status(error);
                }
                Err(error) => return Err(to_status(error)),
                Ok(response) => {
                    peer.succeeded();
                    return Ok(guard_response(response, self.closed.clone()));
                }
            }
        }
        Err(failure)
    }
}

async fn send_over(
    mut channel: Channel,
    request: http::Request<Body>,
) -> Result<http::Response<Body>, BoxError> {
    std::future::poll_fn(|context| channel.poll_ready(context)).await?;
    Ok(channel.call(request).await?)
}

impl Service<http::Request<Body>> for Connection {
    type Response = http::Response<Body>;
    type Error = Status;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let response = inner.closed.run_until_cancelled(inner.send(request)).await;
            // Closing breaks the connection, too, and the call can notice that first.
            response
                .filter(|_| !inner.closed.is_cancelled())
                .unwrap_or_else(|| Err(closed_status()))
        })
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("address", &self.0.address)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::ExchangeUserInfoRequest;
    use crate::v1::qr_login_service_client::QrLoginServiceClient;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpListener;

    /// Accepts connections, and cuts each as soon as a request has come.
    async fn cut_calls(listener: TcpListener, calls: Arc<AtomicUsize>) {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            // More than the preface and the settings of the connection have.
            stream.read_exact(&mut [0; 128]).await.unwrap();
            calls.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn sends_an_exchange_to_no_other_address_once_it_has_been_sent() {
        let one = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = one.local_addr().unwrap();
        let other = TcpListener::bind(("127.0.0.2", address.port()))
            .await
            .unwrap();
        let addresses = vec![address, other.local_addr().unwrap()];
        let calls = Arc::default();
        tokio::spawn(cut_calls(one, Arc::clone(&calls)));
        tokio::spawn(cut_calls(other, Arc::clone(&calls)));

        let options = ConnectOptions::new(address.to_string());
        let connection =
            Connection::new(&options, Credentials::app("shop", "geheim").unwrap()).unwrap();
        connection.0.calls.assume_resolved(addresses);
        let mut client = QrLoginServiceClient::new(connection);
        let error = client
            .exchange_user_info(ExchangeUserInfoRequest::default())
            .await
            .unwrap_err();
        assert_eq!(error.code(), tonic::Code::Unavailable);
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }
}
