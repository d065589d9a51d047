//! From a request to the response of the endpoint that was chosen, or of the next.
//!
//! It promises that another endpoint is tried only while nothing was sent to the client, that an endpoint
//! which cannot be reached is not chosen again until it answers, and that the number of tries is bounded.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::response::Parts;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;

use super::answer::Answer;
use super::headers;
use super::order::Order;
use super::relay::{Extras, Meter, Relay};
use crate::core::{Core, Decision, Endpoint, Refusal, Ticket};
use crate::doors::dismissal::Dismissal;
use crate::doors::upstream::{Failure, Lease, Upstreams};
use crate::doors::usage::Tail;

/// How often a decision is taken anew because no endpoint of the last one could be reached.
const MOST_DECISIONS: usize = 4;

/// Bodies of responses that nobody gets are read up to here, so that their connection can be kept.
const MOST_DISCARDED: u64 = 16 << 10;
const DISCARD: Duration = Duration::from_millis(200);

/// What forwarding works with.
pub struct Forward<'a> {
    /// Decides.
    pub core: &'a Core,
    /// Reaches endpoints.
    pub upstreams: &'a Upstreams,
    /// How long an endpoint may be silent.
    pub silence: Duration,
    /// When the request came.
    pub start: Instant,
}

enum Tried {
    Answered(Response<Answer>),
    /// No connection to any choice could be made.
    Unreachable(Dismissal),
}

impl Forward<'_> {
    /// Send a request where the core says.
    pub async fn send(&self, order: &Order) -> Result<Response<Answer>, Dismissal> {
        let mut unreachable = None;
        for _ in 0..MOST_DECISIONS {
            let decision = match self.core.decide(&order.request) {
                Ok(decision) => decision,
                Err(refusal) => return Err(unreachable.unwrap_or(refused(&refusal))),
            };
            match self.try_choices(order, &decision).await? {
                Tried::Answered(response) => return Ok(response),
                Tried::Unreachable(dismissal) => unreachable = Some(dismissal),
            }
        }
        Err(unreachable.unwrap_or(Dismissal::refused(&Refusal::NoEndpoints)))
    }

    async fn try_choices(&self, order: &Order, decision: &Decision) -> Result<Tried, Dismissal> {
        let mut ticket = self.core.admit(decision);
        let mut unreachable = None;
        let mut failed = None;
        let count = decision.choices.len();
        for (index, endpoint) in decision.choices.iter().enumerate() {
            let last = index + 1 == count;
            if let Some(ticket) = ticket.as_mut().filter(|_| index > 0) {
                ticket.move_to(endpoint.clone());
            }
            match self.ask(endpoint, order).await {
                Ok((response, lease)) if busy(&response) && !last => discard(response, lease),
                Ok((response, lease)) => {
                    return Ok(Tried::Answered(self.relay(order, response, lease, ticket)));
                }
                Err(failure) => {
                    let dismissal = Dismissal::failed(&endpoint.address(), &failure);
                    match failure {
                        Failure::Silent(_) | Failure::Local(_) => return Err(dismissal),
                        Failure::Connect(_) => unreachable = Some(dismissal),
                        Failure::Reset(_) => failed = Some(dismissal),
                    }
                }
            }
        }
        match (failed, unreachable) {
            (Some(failed), _) => Err(failed),
            (None, Some(dismissal)) => Ok(Tried::Unreachable(dismissal)),
            (None, None) => Err(Dismissal::refused(&Refusal::NoEndpoints)),
        }
    }

    async fn ask(
        &self,
        endpoint: &Arc<Endpoint>,
        order: &Order,
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        let pool = {
            let settings = endpoint.settings.load();
            self.upstreams.pool(&settings.url, &settings.authority)
        };
        let asked = match pool {
            Ok(pool) => pool.send(|origin| order.for_origin(origin)).await,
            Err(failure) => Err(failure),
        };
        if let Err(failure) = &asked {
            note(endpoint, failure);
        }
        asked
    }

    fn relay(
        &self,
        order: &Order,
        response: Response<Incoming>,
        lease: Lease,
        ticket: Option<Ticket>,
    ) -> Response<Answer> {
        let (mut parts, body) = response.into_parts();
        self.note_answer(order, parts.status, ticket.as_ref());
        headers::for_client(&mut parts.headers);
        if let Some(ticket) = &ticket
            && let Some((name, token)) = self.core.session_token(ticket.endpoint())
        {
            headers::replace(&mut parts.headers, &name, &token);
        }
        let extras = self.extras(order, &parts, ticket.as_ref());
        if extras.restorer.is_some() {
            parts.headers.remove(CONTENT_LENGTH);
        }
        let relay = Relay::new(body, lease, ticket, extras, self.silence);
        let mut response = Response::new(Answer::Relay(Box::new(relay)));
        *response.status_mut() = parts.status;
        *response.headers_mut() = parts.headers;
        response
    }

    /// What is done with a response beside passing it on: nothing that has to read a compressed one.
    fn extras(&self, order: &Order, parts: &Parts, ticket: Option<&Ticket>) -> Extras {
        let plain = !parts.headers.contains_key(CONTENT_ENCODING);
        let good = parts.status.is_success();
        let meter = |ticket: &Ticket| Meter::new(ticket.model().clone(), self.start);
        Extras {
            meter: ticket.filter(|_| good).map(meter),
            restorer: order.restorer().filter(|_| plain),
            tail: (plain && good && order.answer_has_usage()).then(Tail::default),
            streams: order.request.stream,
        }
    }

    fn note_answer(&self, order: &Order, status: StatusCode, ticket: Option<&Ticket>) {
        let (model, target) = order.models();
        tracing::debug!(
            id = order.id().and_then(|id| id.to_str().ok()),
            model,
            endpoint = ticket.map(|ticket| ticket.endpoint().address()),
            status = status.as_u16(),
            milliseconds = u64::try_from(self.start.elapsed().as_millis()).ok(),
            "answered"
        );
        if status.is_client_error() || status.is_server_error() {
            let telemetry = self.core.telemetry();
            telemetry.failed(model, target, status.as_u16());
        }
    }
}

/// As OpenAI's servers say it.
fn refused(refusal: &Refusal) -> Dismissal {
    match refusal {
        Refusal::UnknownModel(sentence) => Dismissal::unknown_model(sentence.clone()),
        _ => Dismissal::refused(refusal),
    }
}

/// An endpoint that takes no more for now: another may.
fn busy(response: &Response<Incoming>) -> bool {
    response.status() == StatusCode::SERVICE_UNAVAILABLE
}

fn note(endpoint: &Endpoint, failure: &Failure) {
    if matches!(failure, Failure::Connect(_)) && endpoint.set_healthy(false) {
        tracing::warn!(
            "the endpoint {} is not used until it answers: {failure}",
            endpoint.address()
        );
    }
}

/// Read the rest of a short response that nobody gets, to keep its connection; close it else.
fn discard(response: Response<Incoming>, lease: Lease) {
    let body = response.into_body();
    if body.is_end_stream() {
        return lease.give_back();
    }
    if body
        .size_hint()
        .upper()
        .is_none_or(|length| length > MOST_DISCARDED)
    {
        return;
    }
    tokio::spawn(async move {
        if let Ok(Ok(_)) = tokio::time::timeout(DISCARD, body.collect()).await {
            lease.give_back();
        }
    });
}
