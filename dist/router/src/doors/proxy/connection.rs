//! Clients' connections: how many, how they begin, how long they may idle, how they end.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;

use super::Proxy;
use super::activity::Activity;
use crate::doors::bootstrap::seconds;
use crate::doors::listeners::accept;
use crate::doors::patient::{Patient, prepare};
use crate::doors::tls::Shown;

/// Until the rest of the first bytes may be there.
const REST: Duration = Duration::from_millis(50);
/// For those who are at the door when it closes.
const LAST_CALL: Duration = Duration::from_millis(100);
/// HTTP/2: what a client may send before it is read, for one request and for all.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// HTTP/2: what is kept of a response for a client that does not take it.
const MOST_UNSENT: usize = 256 << 10;
const MOST_STREAMS: u32 = 1024;
const MOST_HEADERS: usize = 256;
/// How every HTTP/2 connection begins, as far as no other request does.
const PREFACE: &[u8] = b"PRI";

/// Serve until the drain begins; connections that are open then end in order, each with a guard.
pub async fn serve(proxy: Arc<Proxy>, listener: TcpListener, tls: Option<Arc<Shown>>) {
    let most = proxy.limits.connections.min(Semaphore::MAX_PERMITS);
    let free = Arc::new(Semaphore::new(most));
    let accept_one = async || {
        let Ok(permit) = free.clone().acquire_owned().await else {
            return;
        };
        let stream = accept(&listener, "of a client").await;
        tokio::spawn(attend(proxy.clone(), stream, tls.clone(), permit));
    };
    while !proxy.drain.begun() {
        tokio::select! {
            () = accept_one() => {}
            () = proxy.drain.wait_begun() => {}
        }
    }
    // Whoever the kernel has let in already is served.
    let closing = Instant::now() + LAST_CALL;
    while timeout_at(closing, accept_one()).await.is_ok() {}
}

async fn attend(
    proxy: Arc<Proxy>,
    stream: TcpStream,
    tls: Option<Arc<Shown>>,
    permit: OwnedSemaphorePermit,
) {
    let guard = proxy.drain.guard();
    if let Err(error) = prepare(&stream) {
        tracing::debug!("a connection was gone at once: {error}");
        return;
    }
    let patience = seconds(proxy.limits.idle_seconds);
    match tls {
        None => {
            if let Some(http2) = opened(&proxy, speaks_http2(&stream)).await {
                converse(&proxy, Patient::new(stream, patience), http2).await;
            }
        }
        Some(shown) => {
            let accepting =
                TlsAcceptor::from(shown.config()).accept(Patient::new(stream, patience));
            if let Some(Ok(stream)) = opened(&proxy, accepting).await {
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                converse(&proxy, stream, http2).await;
            }
        }
    }
    drop((guard, permit));
}

/// What a connection begins with, within the time for a request; soon, once the drain has begun.
async fn opened<T>(proxy: &Proxy, opening: impl Future<Output = T>) -> Option<T> {
    tokio::pin!(opening);
    tokio::select! {
        opened = timeout(proxy.request_time, opening.as_mut()) => return opened.ok(),
        () = proxy.drain.wait_begun() => {}
    }
    timeout(LAST_CALL, opening).await.ok()
}

/// Whether the first bytes are those of HTTP/2. They are not taken.
async fn speaks_http2(stream: &TcpStream) -> bool {
    let mut first = [0; PREFACE.len()];
    loop {
        match stream.peek(&mut first).await {
            Ok(count) if count == PREFACE.len() => return first == PREFACE,
            Ok(count) if count > 0 && PREFACE.starts_with(&first[..count]) => sleep(REST).await,
            _ => return false,
        }
    }
}

async fn converse<S>(proxy: &Arc<Proxy>, stream: S, http2: bool)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let patience = seconds(proxy.limits.idle_seconds);
    let activity = http2.then(Activity::new);
    let service = service_fn(|request: Request<Incoming>| {
        let (proxy, busy) = (proxy.clone(), activity.as_ref().map(Activity::begin));
        async move {
            let response = proxy.answer(request).await;
            Ok::<_, Infallible>(match busy {
                None => response,
                Some(busy) => response.map(|body| body.over_http2(busy, patience)),
            })
        }
    });
    let idle = async {
        match &activity {
            // HTTP/1 has a time limit of its own for the next head.
            None => std::future::pending().await,
            Some(activity) => activity.idle(patience).await,
        }
    };
    // Both kinds of connection have the same calls, but no trait in common.
    macro_rules! until_the_end {
        ($connection:expr) => {{
            let connection = $connection;
            tokio::pin!(connection);
            tokio::select! {
                _ended = connection.as_mut() => return,
                () = proxy.drain.wait_begun() => {}
                () = idle => {
                    connection.as_mut().graceful_shutdown();
                    let _ended = timeout(LAST_CALL, connection).await;
                    return;
                }
            }
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                _ended = connection.as_mut() => {}
                () = proxy.drain.wait_cut() => {}
            }
        }};
    }
    let stream = TokioIo::new(stream);
    match http2 {
        true => until_the_end!(http2_builder(proxy).serve_connection(stream, service)),
        false => until_the_end!(http1_builder(proxy).serve_connection(stream, service)),
    }
}

fn http1_builder(proxy: &Proxy) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .max_header_size(proxy.limits.header_bytes)
        .max_headers(MOST_HEADERS)
        .max_buf_size(proxy.limits.header_bytes.max(MOST_UNSENT))
        .header_read_timeout(proxy.request_time);
    builder
}

fn http2_builder(proxy: &Proxy) -> http2::Builder<TokioExecutor> {
    let idle = seconds(proxy.limits.idle_seconds);
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(MOST_UNSENT)
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(proxy.limits.header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(idle / 4)
        .keep_alive_timeout(idle);
    builder
}
