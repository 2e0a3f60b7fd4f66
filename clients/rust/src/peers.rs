use crate::backoff::Backoff;
use crate::connect_options::{CONNECT_TIMEOUT, Target};
use crate::transport::to_status;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// The shortest time between two resolutions of the name.
const MIN_RESOLUTION_INTERVAL: Duration = Duration::from_secs(5);

/// The addresses of the service, each with a connection of its own. tonic itself has one connection
/// for a name.
pub(crate) struct Peers {
    target: Target,
    endpoint: Endpoint,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    peers: Vec<Arc<Peer>>,
    /// The position of the next call in the list.
    next: usize,
    resolved_at: Option<Instant>,
}

impl State {
    /// Takes the addresses, and keeps the connections to those that were known.
    fn replace(&mut self, addresses: Vec<Option<SocketAddr>>, endpoint: &Endpoint) {
        let known = std::mem::take(&mut self.peers);
        let peer_of = |address: Option<SocketAddr>| {
            let known = known.iter().find(|peer| peer.address == address);
            known
                .cloned()
                .unwrap_or_else(|| Arc::new(Peer::new(address, endpoint)))
        };
        self.peers = addresses.into_iter().map(peer_of).collect();
    }
}

/// One address. Connects on first use, and again after the connection broke.
pub(crate) struct Peer {
    /// `None` for a Unix socket.
    address: Option<SocketAddr>,
    pub(crate) channel: Channel,
    outage: Mutex<Option<Outage>>,
}

/// A time in which no connection could be made.
struct Outage {
    backoff: Backoff,
    retry_at: Instant,
}

impl Peers {
    pub(crate) fn new(target: Target, endpoint: Endpoint) -> Self {
        // Starts anywhere, so that the clients of a service do not all begin with the same address.
        let state = State {
            next: usize::from(rand::random::<u16>()),
            ..State::default()
        };
        Self {
            target,
            endpoint,
            state: Mutex::new(state),
        }
    }

    /// Returns all addresses, in the order in which a call tries them: in turn, with those last that
    /// could not be reached a moment ago.
    pub(crate) async fn for_call(&self) -> Result<Vec<Arc<Peer>>, Status> {
        if self.needs_resolution() {
            self.resolve().await?;
        }
        let mut state = lock(&self.state);
        state.next = state.next.wrapping_add(1);
        let mut peers = state.peers.clone();
        let start = state.next.checked_rem(peers.len()).unwrap_or_default();
        drop(state);
        peers.rotate_left(start);
        let now = Instant::now();
        peers.sort_by_key(|peer| peer.is_out(now));
        Ok(peers)
    }

    /// Drops the connections. A later call would connect again.
    pub(crate) fn clear(&self) {
        lock(&self.state).peers.clear();
    }

    #[cfg(test)]
    pub(crate) fn assume_resolved(&self, addresses: Vec<SocketAddr>) {
        let mut state = lock(&self.state);
        state.replace(addresses.into_iter().map(Some).collect(), &self.endpoint);
        state.resolved_at = Some(Instant::now());
    }

    fn needs_resolution(&self) -> bool {
        let state = lock(&self.state);
        let is_due = state
            .resolved_at
            .is_none_or(|at| at.elapsed() >= MIN_RESOLUTION_INTERVAL);
        state.peers.is_empty()
            || (is_due && state.peers.iter().any(|peer| lock(&peer.outage).is_some()))
    }

    async fn resolve(&self) -> Result<(), Status> {
        let addresses: io::Result<Vec<Option<SocketAddr>>> = match &self.target {
            Target::Unix { .. } => Ok(vec![None]),
            Target::Host { host, port, .. } => lookup_host((host.as_str(), *port))
                .await
                .map(|found| found.map(Some).collect()),
        };
        let mut state = lock(&self.state);
        state.resolved_at = Some(Instant::now());
        match addresses {
            Ok(addresses) => {
                state.replace(addresses, &self.endpoint);
                Ok(())
            }
            Err(error) if state.peers.is_empty() => Err(to_status(error.into())),
            // The known addresses may work again sooner than the name service.
            Err(_) => Ok(()),
        }
    }
}

impl Peer {
    fn new(address: Option<SocketAddr>, endpoint: &Endpoint) -> Self {
        let channel = match address {
            None => endpoint.connect_lazy(),
            Some(address) => {
                endpoint.connect_with_connector_lazy(tower::service_fn(move |_| connect(address)))
            }
        };
        Self {
            address,
            channel,
            outage: Mutex::new(None),
        }
    }

    /// Notes that a connection could not be made.
    pub(crate) fn failed(&self) {
        let mut outage = lock(&self.outage);
        let outage = outage.get_or_insert_with(|| Outage {
            backoff: Backoff::new(Duration::from_millis(100), Duration::from_secs(5)),
            retry_at: Instant::now(),
        });
        outage.retry_at = Instant::now() + outage.backoff.next_limit();
    }

    /// Notes that there is a connection.
    pub(crate) fn succeeded(&self) {
        *lock(&self.outage) = None;
    }

    fn is_out(&self, now: Instant) -> bool {
        lock(&self.outage)
            .as_ref()
            .is_some_and(|outage| now < outage.retry_at)
    }
}

async fn connect(address: SocketAddr) -> io::Result<TokioIo<TcpStream>> {
    let stream = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    Ok(TokioIo::new(stream))
}

/// Locks the mutex. None of the critical sections can leave a state half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const ADDRESSES: [&str; 3] = ["127.0.0.1:1", "127.0.0.2:1", "127.0.0.3:1"];

    fn parse(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses
            .iter()
            .map(|address| address.parse().unwrap())
            .collect()
    }

    fn peers() -> Peers {
        let options = crate::ConnectOptions::new("localhost:1");
        let target = options.target().unwrap();
        let endpoint = options.endpoint(&target).unwrap();
        let peers = Peers::new(target, endpoint);
        peers.assume_resolved(parse(&ADDRESSES));
        peers
    }

    async fn first(peers: &Peers) -> Arc<Peer> {
        Arc::clone(&peers.for_call().await.unwrap()[0])
    }

    #[tokio::test]
    async fn spreads_the_calls_over_all_addresses() {
        let peers = peers();
        let mut used = Vec::new();
        for _ in 0..6 {
            used.push(first(&peers).await.address);
        }
        assert_eq!(used[..3].iter().collect::<HashSet<_>>().len(), 3);
        assert_eq!(used[..3], used[3..]);
    }

    #[tokio::test]
    async fn tries_an_address_that_was_out_of_reach_last() {
        let peers = peers();
        let broken = first(&peers).await;
        broken.failed();
        for _ in 0..6 {
            let order = peers.for_call().await.unwrap();
            assert_eq!(order.len(), 3);
            assert_eq!(order[2].address, broken.address);
        }
        broken.succeeded();
        let mut used = HashSet::new();
        for _ in 0..3 {
            used.insert(first(&peers).await.address);
        }
        assert!(used.contains(&broken.address));
    }

    #[tokio::test]
    async fn keeps_the_connections_to_addresses_that_stay() {
        let peers = peers();
        let before = lock(&peers.state).peers.clone();
        peers.assume_resolved(parse(&["127.0.0.4:1", ADDRESSES[1]]));
        let after = lock(&peers.state).peers.clone();
        assert_eq!(after.len(), 2);
        assert!(Arc::ptr_eq(&before[1], &after[1]));
    }

    #[tokio::test]
    async fn resolves_again_only_after_an_outage_and_not_too_often() {
        let peers = peers();
        let long_ago = Instant::now().checked_sub(MIN_RESOLUTION_INTERVAL);
        assert!(!peers.needs_resolution());
        lock(&peers.state).resolved_at = long_ago;
        assert!(!peers.needs_resolution());
        first(&peers).await.failed();
        assert!(peers.needs_resolution());
        lock(&peers.state).resolved_at = Some(Instant::now());
        assert!(!peers.needs_resolution());
        peers.clear();
        assert!(peers.needs_resolution());
    }
}
