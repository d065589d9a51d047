//! Connections to endpoints: kept alive, reused youngest first, bounded, and closed when what they carry
//! is given up, so that an engine sees an abort as soon as the client's connection is gone.
//!
//! It promises that a request which never reached an endpoint on a kept connection is sent again on a
//! fresh one, that [`Failure`] says whether anything else may be tried, and that nothing waits for an
//! endpoint without a limit.

mod connect;
mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hashbrown::HashMap;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use parking_lot::{Mutex, RwLock};
use tokio::time::timeout;

use super::bootstrap::{Limits, seconds};
use super::tls::EndpointTrust;
use crate::core::{Pair, SettingsError};
pub use origin::Origin;

/// What is sent to endpoints.
pub type Outgoing = Request<Full<Bytes>>;

/// Why an endpoint gave no response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection could be made: it is down, or cannot be trusted.
    Connect(String),
    /// The router itself has nothing left to connect with.
    Local(String),
    /// The connection ended before the head of a response.
    Reset(String),
    /// Nothing came for longer than the limit.
    Silent(Duration),
}

/// A server: its URL, and the name by which it is asked if that is not the URL's.
pub type Server = (String, String);

/// All connections to all endpoints.
pub struct Upstreams {
    shared: Arc<Shared>,
    /// By URL and authority.
    pools: RwLock<HashMap<Server, Arc<Pool>>>,
}

struct Shared {
    connect: Duration,
    silence: Duration,
    most_idle: usize,
    trust: EndpointTrust,
}

/// Connections to one endpoint.
pub struct Pool {
    origin: Origin,
    shared: Arc<Shared>,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    sender: SendRequest<Full<Bytes>>,
    since: Instant,
}

/// A connection that carries a response; give it back when the response has been read to its end.
pub struct Lease {
    sender: SendRequest<Full<Bytes>>,
    pool: Arc<Pool>,
}

/// Connections that nobody used for this long are closed.
const MOST_IDLE: Duration = Duration::from_secs(90);

impl Upstreams {
    /// No connection yet.
    pub fn new(limits: &Limits, trust: EndpointTrust) -> Self {
        let shared = Shared {
            connect: seconds(limits.connect_seconds),
            silence: seconds(limits.upstream_header_seconds),
            most_idle: limits.idle_connections,
            trust,
        };
        Self {
            shared: Arc::new(shared),
            pools: RwLock::default(),
        }
    }

    /// Connections to the server of a URL that is asked by the name `authority`, if that is not empty; the
    /// sentence says what is wrong with them.
    pub fn pool(&self, url: &str, authority: &str) -> Result<Arc<Pool>, Failure> {
        if let Some(pool) = self.pools.read().get(&Pair(url, authority)) {
            return Ok(pool.clone());
        }
        let origin = Origin::parse(url, authority).map_err(Failure::Connect)?;
        let pool = Arc::new(Pool {
            origin,
            shared: self.shared.clone(),
            idle: Mutex::default(),
        });
        Ok(self
            .pools
            .write()
            .entry((url.to_owned(), authority.to_owned()))
            .or_insert(pool)
            .clone())
    }

    /// Forget connections to servers that are not among these; what they carry goes on.
    pub fn keep(&self, servers: &[Server]) {
        self.pools
            .write()
            .retain(|server, _| servers.contains(server));
    }

    /// Read again whom to trust. The function returned puts it in force; connections that are open stay.
    pub fn reload(&self) -> Result<impl FnOnce() + '_, SettingsError> {
        self.shared.trust.reload()
    }

    /// Close connections that nobody used for long.
    pub fn close_idle(&self) {
        for pool in self.pools.read().values() {
            pool.idle
                .lock()
                .retain(|idle| !idle.sender.is_closed() && idle.since.elapsed() < MOST_IDLE);
        }
    }
}

impl Pool {
    /// Where this pool's connections go.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Send a request and wait for the head of its response. `make` builds the request, once for each
    /// connection on which it has to be tried.
    pub async fn send(
        self: &Arc<Self>,
        make: impl Fn(&Origin) -> Outgoing,
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        let sent = timeout(self.shared.silence, self.send_unbounded(make)).await;
        sent.unwrap_or(Err(Failure::Silent(self.shared.silence)))
    }

    async fn send_unbounded(
        self: &Arc<Self>,
        make: impl Fn(&Origin) -> Outgoing,
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        let mut request = make(&self.origin);
        while let Some(mut sender) = self.take_idle() {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((response, self.lease(sender))),
                // A kept connection that ended under the request says nothing about the endpoint.
                Err(mut refused) => match refused.take_message() {
                    Some(unsent) => request = unsent,
                    None => {
                        request = make(&self.origin);
                        break;
                    }
                },
            }
        }
        let mut sender =
            connect::connect(&self.origin, &self.shared.trust, self.shared.connect).await?;
        match sender.try_send_request(request).await {
            Ok(response) => Ok((response, self.lease(sender))),
            Err(refused) => Err(Failure::Reset(refused.into_error().to_string())),
        }
    }

    fn lease(self: &Arc<Self>, sender: SendRequest<Full<Bytes>>) -> Lease {
        Lease {
            sender,
            pool: self.clone(),
        }
    }

    /// The connection used last that can carry a request now.
    fn take_idle(&self) -> Option<SendRequest<Full<Bytes>>> {
        let mut idle = self.idle.lock();
        for place in (0..idle.len()).rev() {
            let sender = &idle.get(place)?.sender;
            if sender.is_ready() {
                return Some(idle.remove(place).sender);
            }
            if sender.is_closed() {
                idle.remove(place);
            }
        }
        None
    }
}

impl Lease {
    /// Keep the connection for the next request.
    pub fn give_back(self) {
        if self.sender.is_closed() {
            return;
        }
        let mut idle = self.pool.idle.lock();
        if idle.len() < self.pool.shared.most_idle {
            idle.push(Idle {
                sender: self.sender,
                since: Instant::now(),
            });
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect(why) => write!(formatter, "no connection could be made: {why}"),
            Self::Local(why) => write!(formatter, "the router could not connect: {why}"),
            Self::Reset(why) => write!(formatter, "the connection ended before a response: {why}"),
            Self::Silent(limit) => {
                write!(
                    formatter,
                    "nothing came for {} seconds",
                    limit.as_secs_f64()
                )
            }
        }
    }
}
