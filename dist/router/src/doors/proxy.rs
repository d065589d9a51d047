//! The reverse proxy: an OpenAI-compatible server that is many.
//!
//! Requests are read whole, sent where the core says, and answered as the endpoint answers, frame by frame.
//! It promises that a client which goes away takes its request away from the endpoint at once, that a
//! request counts at its endpoint exactly as long as it is there, and that whatever a client sends costs a
//! bounded amount of memory and time.

mod activity;
mod answer;
mod body;
mod connection;
mod forward;
mod headers;
mod models;
mod order;
mod relay;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::time::Instant;

use super::bootstrap::{Limits, seconds};
use super::dismissal::Dismissal;
use super::drain::Drain;
use super::upstream::Upstreams;
use crate::core::Core;
use crate::doors::budget::Budget;
pub use answer::Answer;
pub use connection::serve;
use forward::Forward;
use order::Order;

/// What all connections share.
pub struct Proxy {
    core: Arc<Core>,
    upstreams: Arc<Upstreams>,
    drain: Drain,
    budget: Budget,
    limits: Limits,
    request_time: Duration,
    silence: Duration,
}

impl Proxy {
    /// A proxy that decides with `core`.
    pub fn new(
        core: Arc<Core>,
        upstreams: Arc<Upstreams>,
        limits: &Limits,
        drain: Drain,
    ) -> Arc<Self> {
        Arc::new(Self {
            core,
            upstreams,
            drain,
            budget: Budget::new(limits.buffered_bytes),
            limits: limits.clone(),
            request_time: seconds(limits.request_seconds),
            silence: seconds(limits.upstream_header_seconds),
        })
    }

    /// Answer one request, in whatever way.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Answer> {
        let id = headers::id_of(request.headers());
        let answered = match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/health") => Ok(self.health()),
            (&Method::GET, path) if models::are_at(path) => {
                models::answer(&self.core, &self.upstreams, path, request.headers()).await
            }
            _ => self.forward(request, &id).await,
        };
        let mut response = answered.unwrap_or_else(|dismissal| answer::dismissal(&dismissal));
        headers::add_if_absent(response.headers_mut(), headers::REQUEST_ID, id);
        response
    }

    async fn forward(
        &self,
        request: Request<Incoming>,
        id: &HeaderValue,
    ) -> Result<Response<Answer>, Dismissal> {
        let start = Instant::now();
        let (parts, body) = request.into_parts();
        let telemetry = self.core.telemetry();
        let deadline = start + self.request_time;
        let held = body::read(body, self.limits.body_bytes, deadline, &self.budget).await;
        let held = held.inspect_err(|dismissal| telemetry.dropped(dismissal.word()));
        let order = held.and_then(|held| Order::read(&self.core, &parts, id, held));
        let order = order.inspect_err(|dismissal| {
            // Nothing is known of a request that could not be read.
            telemetry.failed("", "", dismissal.status.as_u16());
        })?;
        let forward = Forward {
            core: &self.core,
            upstreams: &self.upstreams,
            silence: self.silence,
            start,
        };
        let sent = forward.send(&order).await;
        sent.inspect_err(|dismissal| {
            let (model, target) = order.models();
            telemetry.failed(model, target, dismissal.status.as_u16());
        })
    }

    fn health(&self) -> Response<Answer> {
        let ready = !self.drain.begun() && self.core.ready();
        let (status, word) = match ready {
            true => (StatusCode::OK, "ok"),
            false => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no endpoint is ready, or the router drains",
            ),
        };
        answer::json(status, serde_json::json!({"status": word}).to_string())
    }
}
