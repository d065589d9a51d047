//! The listener for those who watch: /metrics, /health and /state, apart from clients.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::drain::Drain;
use super::listeners::accept;
use super::patient::Patient;
use super::state;
use crate::core::{Core, MetricNames};

const MOST_PATIENCE: Duration = Duration::from_secs(30);
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What watchers are told.
#[derive(Clone)]
pub struct Watched {
    /// State and metrics.
    pub core: Arc<Core>,
    /// Whether new requests are taken.
    pub drain: Drain,
    /// Names of the metrics.
    pub names: MetricNames,
}

/// Answer watchers until the future is dropped.
pub async fn serve(watched: Watched, listener: TcpListener) {
    loop {
        let stream = accept(&listener, "for metrics").await;
        let watched = watched.clone();
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let response = answer(&watched, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                .header_read_timeout(MOST_PATIENCE);
            let stream = TokioIo::new(Patient::new(stream, MOST_PATIENCE));
            let connection = builder.serve_connection(stream, service);
            tokio::select! {
                _ended = connection => {}
                () = watched.drain.wait_cut() => {}
            }
        });
    }
}

fn answer(watched: &Watched, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(
            StatusCode::METHOD_NOT_ALLOWED,
            "text/plain",
            "Only GET is answered here.\n".to_owned(),
        );
    }
    match request.uri().path() {
        "/metrics" => text(StatusCode::OK, TEXT, watched.core.metrics(watched.names)),
        "/state" => text(
            StatusCode::OK,
            "application/json",
            state::json(&watched.core, &watched.drain),
        ),
        "/health" => health(watched),
        _ => text(
            StatusCode::NOT_FOUND,
            "text/plain",
            "There is /metrics, /health and /state here.\n".to_owned(),
        ),
    }
}

fn health(watched: &Watched) -> Response<Full<Bytes>> {
    let (status, word) = match (watched.drain.begun(), watched.core.ready()) {
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "draining\n"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "no endpoint is ready\n"),
        (false, true) => (StatusCode::OK, "ok\n"),
    };
    text(status, "text/plain", word.to_owned())
}

fn text(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
