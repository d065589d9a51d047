//! The response's side of an exchange: passed on as it is unless a name has to be put back.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::head::first;
use super::reply::{self, Side};
use super::restore::Restorer;
use crate::core::{Core, Request, Ticket};
use crate::doors::bootstrap::ResponseMode;
use crate::doors::proto::{BodySendMode, HttpBody, HttpHeaders, ProcessingResponse};
use crate::doors::usage::Tail;

/// How the response's body comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyWay {
    /// Envoy forgets what it sent: every piece has to be sent back.
    Duplex,
    /// Envoy keeps what it sent: an answer that changes nothing is enough.
    Kept,
    /// Not at all.
    Unseen,
}

/// State of one response.
#[derive(Debug)]
pub(super) struct Response {
    mode: ResponseMode,
    way: BodyWay,
    ticket: Option<Ticket>,
    names: Option<(String, String)>,
    restorer: Option<Restorer>,
    tail: Tail,
    begun: bool,
    answering: bool,
    ended: bool,
}

impl Response {
    pub fn new(mode: ResponseMode) -> Self {
        Self {
            mode,
            way: BodyWay::Duplex,
            ticket: None,
            names: None,
            restorer: None,
            tail: Tail::default(),
            begun: false,
            answering: false,
            ended: false,
        }
    }

    pub fn configure(&mut self, mode: BodySendMode) {
        self.way = match mode {
            BodySendMode::None => BodyWay::Unseen,
            BodySendMode::FullDuplexStreamed | BodySendMode::Grpc => BodyWay::Duplex,
            _ => BodyWay::Kept,
        };
    }

    /// The request is on its way: it counts at the endpoint until the response ends.
    pub fn expect(&mut self, ticket: Option<Ticket>, request: &Request) {
        self.ticket = ticket;
        if !request.target_model.is_empty() && request.target_model != request.model {
            self.names = Some((request.target_model.clone(), request.model.clone()));
        }
    }

    /// The gateway says which endpoint it used; the request counts there from now on.
    pub fn moved(&mut self, core: &Core, served: Option<String>) {
        if let (Some(ticket), Some(address)) = (&mut self.ticket, served) {
            if ticket.endpoint().address() == address {
                return;
            }
            if let Some(endpoint) = core.fleet().by_address(&address) {
                ticket.move_to(Arc::clone(endpoint));
            }
        }
    }

    pub fn headers(&mut self, headers: &HttpHeaders, out: &mut VecDeque<ProcessingResponse>) {
        self.begun = true;
        let mut removed = Vec::new();
        if self.restores(headers) && !headers.end_of_stream {
            self.restorer = self
                .names
                .as_ref()
                .map(|(sent, asked)| Restorer::new(sent, asked));
            removed.push("content-length".to_owned());
        }
        out.push_back(reply::response_headers(removed));
        if headers.end_of_stream {
            self.finish();
        }
    }

    pub fn body(&mut self, piece: HttpBody, out: &mut VecDeque<ProcessingResponse>) {
        self.begun = true;
        let end = piece.end_of_stream;
        if let (Some(ticket), false, false) =
            (&mut self.ticket, self.answering, piece.body.is_empty())
        {
            ticket.started();
            self.answering = true;
        }
        if self.mode != ResponseMode::None && !self.ended {
            self.tail.push(&piece.body);
        }
        let body = match &mut self.restorer {
            Some(restorer) => restorer.push(piece.body, end),
            None => piece.body,
        };
        match (self.way, self.restorer.is_some()) {
            (BodyWay::Kept, false) => out.push_back(reply::response_body(None)),
            (BodyWay::Kept, true) => out.push_back(reply::response_body(Some(body))),
            _ => out.extend(reply::pieces(Side::Response, body, end)),
        }
        if end {
            self.finish();
        }
    }

    pub fn trailers(&mut self, out: &mut VecDeque<ProcessingResponse>) {
        self.flush(out);
        out.push_back(reply::response_trailers());
        self.finish();
    }

    /// Whether Envoy needs nothing more from us for this response.
    pub fn can_end(&self) -> bool {
        self.ended
            || !self.begun && self.way != BodyWay::Duplex
            || self.way == BodyWay::Unseen
            || self.way == BodyWay::Kept && self.restorer.is_none()
    }

    pub fn let_go(&mut self, out: &mut VecDeque<ProcessingResponse>) {
        self.flush(out);
        self.release();
    }

    /// The request no longer counts at its endpoint.
    pub fn release(&mut self) {
        self.ticket = None;
    }

    fn restores(&self, headers: &HttpHeaders) -> bool {
        let map = headers.headers.as_ref();
        let wanted = match self.mode {
            ResponseMode::Full => self.way != BodyWay::Unseen,
            ResponseMode::Auto => self.way == BodyWay::Duplex,
            ResponseMode::None | ResponseMode::Usage => false,
        };
        let text = first(map, "content-type").is_some_and(|kind| {
            kind.starts_with(b"application/json") || kind.starts_with(b"text/event-stream")
        });
        let plain = first(map, "content-encoding").is_none_or(|coding| coding == b"identity");
        wanted && self.names.is_some() && text && plain
    }

    fn flush(&mut self, out: &mut VecDeque<ProcessingResponse>) {
        let held = match &mut self.restorer {
            Some(restorer) => restorer.release(),
            None => Bytes::new(),
        };
        if held.is_empty() {
            return;
        }
        if self.way == BodyWay::Duplex {
            out.extend(reply::pieces(Side::Response, held, false));
        }
    }

    fn finish(&mut self) {
        self.ended = true;
        if let Some(mut ticket) = self.ticket.take()
            && let Some(usage) = self.tail.usage()
        {
            ticket.usage(usage);
        }
        self.tail = Tail::default();
    }
}
