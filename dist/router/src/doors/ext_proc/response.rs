//! The response's side of an exchange: passed on as it is unless a name has to be put back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::head::first;
use super::reply::{self, Side};
use super::restore::Restorer;
use crate::core::{Core, Request, Ticket};
use crate::doors::bootstrap::ResponseMode;
use crate::doors::proto::{
    BodySendMode, HeaderMutation, HttpBody, HttpHeaders, ProcessingResponse,
};
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

/// A piece longer than this is not joined with another: it would be copied for little.
const MOST_JOINED: usize = 16 << 10;

/// What is counted of a response, for the model that was asked for.
#[derive(Debug)]
struct Account {
    ticket: Ticket,
    began: Instant,
    model: String,
    target: String,
    streamed: bool,
}

/// State of one response.
#[derive(Debug)]
pub(super) struct Response {
    mode: ResponseMode,
    way: BodyWay,
    account: Option<Account>,
    restorer: Option<Restorer>,
    /// What is not said yet, because what has arrived with it may be said with it.
    held: Bytes,
    /// The longest piece that Envoy sent.
    longest: usize,
    tail: Tail,
    answering: bool,
    ended: bool,
}

impl Response {
    pub fn new(mode: ResponseMode) -> Self {
        Self {
            mode,
            way: BodyWay::Duplex,
            account: None,
            restorer: None,
            held: Bytes::new(),
            longest: 0,
            tail: Tail::default(),
            answering: false,
            ended: false,
        }
    }

    pub fn configure(&mut self, mode: BodySendMode) {
        self.way = match mode {
            BodySendMode::None => BodyWay::Unseen,
            BodySendMode::FullDuplexStreamed => BodyWay::Duplex,
            _ => BodyWay::Kept,
        };
    }

    /// The request is on its way: it counts at the endpoint until the response ends.
    pub fn expect(&mut self, ticket: Option<Ticket>, request: &Request, began: Instant) {
        self.account = ticket.map(|ticket| Account {
            ticket,
            began,
            model: request.model.clone(),
            target: request.sent_model().to_owned(),
            streamed: request.stream,
        });
    }

    /// The gateway says which endpoint it used; the request counts there from now on.
    pub fn moved(&mut self, core: &Core, served: Option<String>) {
        if let (Some(account), Some(address)) = (&mut self.account, served) {
            if account.ticket.endpoint().settings.load().address == address {
                return;
            }
            if let Some(endpoint) = core.fleet().by_address(&address) {
                account.ticket.move_to(Arc::clone(endpoint));
            }
        }
    }

    pub fn headers(
        &mut self,
        core: &Core,
        headers: &HttpHeaders,
        out: &mut VecDeque<ProcessingResponse>,
    ) {
        self.judge(core, headers);
        let mut mutation = HeaderMutation::default();
        if let Some(account) = &self.account
            && let Some((name, token)) = core.session_token(account.ticket.endpoint())
        {
            mutation.set_headers.push(reply::header(&name, token));
        }
        if !headers.end_of_stream {
            self.restorer = self.restorer_for(headers);
        }
        if self.restorer.is_some() {
            mutation.remove_headers.push("content-length".to_owned());
        }
        out.push_back(reply::response_headers(mutation));
        if headers.end_of_stream {
            self.finish();
        }
    }

    pub fn body(&mut self, piece: HttpBody, out: &mut VecDeque<ProcessingResponse>) {
        let end = piece.end_of_stream;
        self.longest = self.longest.max(piece.body.len());
        if !self.answering && !piece.body.is_empty() {
            self.answers();
        }
        if self.mode != ResponseMode::None && !self.ended {
            self.tail.push(&piece.body);
        }
        let body = match &mut self.restorer {
            Some(restorer) => restorer.push(piece.body, end),
            None => piece.body,
        };
        match self.way {
            BodyWay::Kept => out.push_back(reply::response_body()),
            _ => self.hold(body, out),
        }
        if end {
            if self.way != BodyWay::Kept {
                self.say(true, out);
            }
            self.finish();
        }
    }

    /// Nothing more has arrived: what is held is said. Whether there was something.
    pub fn pause(&mut self, out: &mut VecDeque<ProcessingResponse>) -> bool {
        let holds = !self.held.is_empty();
        if holds {
            self.say(false, out);
        }
        holds
    }

    /// Hold a piece, joined with what is held: Envoy works as long for a short one as for a long one, and
    /// tells the end of every response by an empty one.
    fn hold(&mut self, body: Bytes, out: &mut VecDeque<ProcessingResponse>) {
        if body.is_empty() {
            return;
        }
        let joins = self.held.len() + body.len() <= MOST_JOINED;
        if joins && !self.held.is_empty() {
            self.held = [std::mem::take(&mut self.held), body].concat().into();
        } else {
            self.pause(out);
            self.held = body;
        }
    }

    fn say(&mut self, end: bool, out: &mut VecDeque<ProcessingResponse>) {
        let (held, most) = (
            std::mem::take(&mut self.held),
            reply::most_body(self.longest),
        );
        out.extend(reply::pieces(Side::Response, held, end, most));
    }

    pub fn trailers(&mut self, out: &mut VecDeque<ProcessingResponse>) {
        self.flush(out);
        out.push_back(reply::response_trailers());
        self.finish();
    }

    /// Whether Envoy needs nothing more from us for this response.
    pub fn can_end(&self) -> bool {
        self.held.is_empty() && (self.ended || self.way != BodyWay::Duplex)
    }

    pub fn let_go(&mut self, out: &mut VecDeque<ProcessingResponse>) {
        self.flush(out);
        self.release();
    }

    /// The request no longer counts at its endpoint.
    pub fn release(&mut self) {
        self.account = None;
    }

    /// Count an answer that is an error.
    fn judge(&self, core: &Core, headers: &HttpHeaders) {
        let status = first(headers.headers.as_ref(), ":status")
            .and_then(|status| std::str::from_utf8(status).ok())
            .and_then(|status| status.parse::<u16>().ok());
        if let (Some(account), Some(status)) = (&self.account, status)
            && status >= 400
        {
            let telemetry = core.telemetry();
            telemetry.failed(&account.model, &account.target, status);
        }
    }

    /// The first piece of the answer is here.
    fn answers(&mut self) {
        self.answering = true;
        if let Some(account) = &mut self.account
            && account.streamed
        {
            account.ticket.started();
            let seconds = account.began.elapsed().as_secs_f64();
            account.ticket.model().first_token(seconds);
        }
    }

    /// What puts the client's name back, where that is wanted and can be done.
    fn restorer_for(&self, headers: &HttpHeaders) -> Option<Restorer> {
        let wanted = matches!(self.mode, ResponseMode::Full | ResponseMode::Auto)
            && self.way == BodyWay::Duplex;
        let Account { model, target, .. } = self.account.as_ref().filter(|_| wanted)?;
        let map = headers.headers.as_ref();
        let text = first(map, "content-type").is_some_and(|kind| {
            kind.starts_with(b"application/json") || kind.starts_with(b"text/event-stream")
        });
        let plain = first(map, "content-encoding").is_none_or(|coding| coding == b"identity");
        (target != model && text && plain).then(|| Restorer::new(target, model))
    }

    fn flush(&mut self, out: &mut VecDeque<ProcessingResponse>) {
        let held = self.restorer.as_mut().map(Restorer::release);
        if let Some(held) = held {
            self.hold(held, out);
        }
        self.pause(out);
    }

    fn finish(&mut self) {
        self.ended = true;
        if let Some(mut account) = self.account.take() {
            if let Some(usage) = self.tail.usage() {
                account.ticket.usage(usage);
            }
            let seconds = account.began.elapsed().as_secs_f64();
            account.ticket.model().took(seconds);
        }
        self.tail = Tail::default();
    }
}
