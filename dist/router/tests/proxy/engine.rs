//! A model server that does what a test says.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::{Sleep, sleep};
use tokio_rustls::TlsAcceptor;

/// How a response ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// As it should.
    Whole,
    /// The connection breaks.
    Broken,
    /// It never does.
    Never,
}

/// What the engine does with a request.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// Answers with pieces, a gap before each but the first.
    Answer {
        status: u16,
        pieces: Vec<Vec<u8>>,
        gap: Duration,
        end: End,
        length: bool,
    },
    /// Closes the connection without a head.
    NoHead,
    /// Says nothing.
    Silent,
}

impl Behaviour {
    pub fn plain(status: u16, body: &str) -> Self {
        let pieces = vec![body.as_bytes().to_vec()];
        Self::Answer {
            status,
            pieces,
            gap: Duration::ZERO,
            end: End::Whole,
            length: true,
        }
    }

    pub fn stream(pieces: &[&str], gap: Duration, end: End) -> Self {
        let pieces = pieces
            .iter()
            .map(|piece| piece.as_bytes().to_vec())
            .collect();
        Self::Answer {
            status: 200,
            pieces,
            gap,
            end,
            length: false,
        }
    }
}

/// A request as the engine got it.
#[derive(Debug, Clone)]
pub struct Got {
    pub method: String,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Shared {
    behaviour: Mutex<Option<Behaviour>>,
    metrics: Mutex<Option<Behaviour>>,
    health: Mutex<Option<Behaviour>>,
    models: Mutex<Option<Behaviour>>,
    got: Mutex<Vec<Got>>,
    connections: AtomicUsize,
    running: AtomicUsize,
    aborted: AtomicUsize,
}

pub struct Engine {
    pub address: String,
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
}

impl Engine {
    pub async fn start(behaviour: Behaviour) -> Self {
        Self::start_at("127.0.0.1:0", behaviour).await
    }

    /// An engine behind TLS.
    pub async fn start_secure(config: rustls::ServerConfig, behaviour: Behaviour) -> Self {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self::start_with("127.0.0.1:0", behaviour, Some(acceptor)).await
    }

    pub async fn start_at(address: &str, behaviour: Behaviour) -> Self {
        Self::start_with(address, behaviour, None).await
    }

    async fn start_with(address: &str, behaviour: Behaviour, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = Arc::new(Shared::default());
        *shared.behaviour.lock() = Some(behaviour);
        let task = tokio::spawn(accept(listener, shared.clone(), tls));
        Self {
            address,
            shared,
            task: Some(task),
        }
    }

    pub fn does(&self, behaviour: Behaviour) {
        *self.shared.behaviour.lock() = Some(behaviour);
    }

    pub fn metrics_are(&self, behaviour: Behaviour) {
        *self.shared.metrics.lock() = Some(behaviour);
    }

    pub fn health_is(&self, behaviour: Behaviour) {
        *self.shared.health.lock() = Some(behaviour);
    }

    pub fn models_are(&self, behaviour: Behaviour) {
        *self.shared.models.lock() = Some(behaviour);
    }

    /// Requests for other than metrics and health, in order.
    pub fn got(&self) -> Vec<Got> {
        self.shared.got.lock().clone()
    }

    pub fn connections(&self) -> usize {
        self.shared.connections.load(SeqCst)
    }

    pub fn aborted(&self) -> usize {
        self.shared.aborted.load(SeqCst)
    }

    pub fn running(&self) -> usize {
        self.shared.running.load(SeqCst)
    }

    /// Close the listener and every connection.
    pub async fn die(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        shared.connections.fetch_add(1, SeqCst);
        let (shared, tls) = (shared.clone(), tls.clone());
        connections.spawn(async move {
            match tls {
                None => converse(shared, stream).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        converse(shared, stream).await;
                    }
                }
            }
        });
    }
}

async fn converse<S>(shared: Arc<Shared>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| handle(shared.clone(), request));
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let _ = connection.await;
}

async fn handle(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Script>, &'static str> {
    let (parts, body) = request.into_parts();
    if parts.uri.path() == "/metrics" {
        let metrics = shared.metrics.lock().clone();
        return act(metrics.unwrap_or(Behaviour::plain(404, "")), None).await;
    }
    if parts.uri.path() == "/health" {
        let health = shared.health.lock().clone();
        return act(health.unwrap_or(Behaviour::plain(200, "")), None).await;
    }
    let guard = Running::new(shared.clone());
    let body = body
        .collect()
        .await
        .map_err(|_| "broken request")?
        .to_bytes()
        .to_vec();
    shared.got.lock().push(Got {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body,
    });
    let own = match parts.uri.path() {
        "/v1/models" => shared.models.lock().clone(),
        _ => None,
    };
    let behaviour = own.or_else(|| shared.behaviour.lock().clone()).unwrap();
    act(behaviour, Some(guard)).await
}

async fn act(
    behaviour: Behaviour,
    guard: Option<Running>,
) -> Result<Response<Script>, &'static str> {
    match behaviour {
        Behaviour::Silent => std::future::pending::<()>().await,
        Behaviour::NoHead => {}
        Behaviour::Answer {
            status,
            pieces,
            gap,
            end,
            length,
        } => {
            let mut response = Response::builder().status(status).header("x-engine", "yes");
            if length {
                let total: usize = pieces.iter().map(Vec::len).sum();
                response = response.header("content-length", total);
            }
            let script = Script {
                pieces: pieces.into_iter().map(Bytes::from).collect(),
                gap,
                end,
                timer: None,
                guard,
            };
            return Ok(response.body(script).unwrap());
        }
    }
    if let Some(guard) = guard {
        guard.done();
    }
    Err("no head")
}

/// One request; dropped before its end it counts as aborted.
struct Running {
    shared: Arc<Shared>,
    done: bool,
}

impl Running {
    fn new(shared: Arc<Shared>) -> Self {
        shared.running.fetch_add(1, SeqCst);
        Self {
            shared,
            done: false,
        }
    }

    fn done(mut self) {
        self.done = true;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.running.fetch_sub(1, SeqCst);
        if !self.done {
            self.shared.aborted.fetch_add(1, SeqCst);
        }
    }
}

struct Script {
    pieces: VecDeque<Bytes>,
    gap: Duration,
    end: End,
    timer: Option<Pin<Box<Sleep>>>,
    guard: Option<Running>,
}

impl Body for Script {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(context));
        }
        if let Some(piece) = self.pieces.pop_front() {
            self.timer = (!self.gap.is_zero()).then(|| Box::pin(sleep(self.gap)));
            if self.pieces.is_empty() && self.end == End::Whole {
                self.timer = None;
                if let Some(guard) = self.guard.take() {
                    guard.done();
                }
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Broken => Poll::Ready(Some(Err("broken".into()))),
            End::Never => Poll::Pending,
        }
    }
}
