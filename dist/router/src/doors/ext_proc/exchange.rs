//! One request and its response, as one ext_proc stream sees them: messages in, messages out, no I/O.
//!
//! What this promises: headers, body and trailers of a request are answered in that order, headers not
//! before an endpoint is chosen; the request counts at its endpoint until its response has ended or this
//! value is dropped, whichever is first, and exactly once; what makes no sense breaks the stream with a
//! sentence and never panics.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::head::{Head, served};
use super::reading::{self, Reading};
use super::reply::{self, Side};
use super::request_id;
use super::response::Response;
use crate::core::{Body, Core, Refusal};
use crate::doors::bootstrap::ResponseMode;
use crate::doors::budget::{Budget, Share};
use crate::doors::dismissal::Dismissal;
use crate::doors::proto::{
    BodySendMode, CommonResponse, Happened, HeaderMutation, HttpBody, HttpHeaders, Metadata,
    ProcessingRequest, ProcessingResponse, ProtocolConfiguration,
};

/// What holds for every exchange.
#[derive(Debug, Clone)]
pub struct ExchangeSettings {
    /// Longest body of a request, in bytes.
    pub body_bytes: usize,
    /// How much of a response is worked on.
    pub response: ResponseMode,
    /// Memory for the bodies of all requests.
    pub budget: Budget,
}

/// How the request's body comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyWay {
    /// In pieces, which Envoy forgets: they are sent back behind the answer to the headers.
    Duplex,
    /// As one message, which Envoy keeps; it follows the answer to the headers.
    Buffered,
    /// Not before the headers are answered: the choice is made without it.
    Unseen,
}

#[derive(Debug)]
enum Phase {
    Start,
    Collecting {
        head: Head,
        body: Body,
        share: Share,
    },
    /// An endpoint was chosen, or the client dismissed.
    Decided,
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Open,
    Clean,
    Broken(String),
}

/// The state of one stream.
pub struct Exchange {
    core: Arc<Core>,
    settings: ExchangeSettings,
    way: BodyWay,
    phase: Phase,
    request_ended: bool,
    /// The longest piece of the request's body.
    longest: usize,
    began: Instant,
    response: Response,
    out: VecDeque<ProcessingResponse>,
    end: End,
}

impl Exchange {
    /// A stream on which nothing has happened.
    pub fn new(core: Arc<Core>, settings: ExchangeSettings) -> Self {
        Self {
            core,
            way: BodyWay::Duplex,
            phase: Phase::Start,
            request_ended: false,
            longest: 0,
            began: Instant::now(),
            response: Response::new(settings.response),
            settings,
            out: VecDeque::new(),
            end: End::Open,
        }
    }

    /// Take Envoy's next message. After the end, messages are ignored.
    pub fn take(&mut self, message: ProcessingRequest) {
        if self.end != End::Open {
            return;
        }
        if let Some(config) = &message.protocol_config {
            self.configure(config);
        }
        if self.end != End::Open {
            return;
        }
        let metadata = message.metadata_context;
        match message.request {
            Some(Happened::RequestHeaders(headers)) => self.request_headers(headers, &metadata),
            Some(Happened::RequestBody(piece)) => self.request_body(piece),
            Some(Happened::RequestTrailers(_)) => self.request_trailers(),
            Some(Happened::ResponseHeaders(headers)) => {
                self.response.moved(&self.core, served(metadata.as_ref()));
                self.response.headers(&self.core, &headers, &mut self.out);
            }
            Some(Happened::ResponseBody(piece)) => self.response.body(piece, &mut self.out),
            Some(Happened::ResponseTrailers(_)) => self.response.trailers(&mut self.out),
            None => {}
        }
    }

    /// The next message to Envoy, if there is one yet.
    pub fn say(&mut self) -> Option<ProcessingResponse> {
        self.out.pop_front()
    }

    /// Nothing more has arrived and all was said: what was held to be said with it is said now. Whether
    /// there was something.
    pub fn pause(&mut self) -> bool {
        self.response.pause(&mut self.out)
    }

    /// Whether the stream is to end now, and how; ask when `say` has nothing more.
    pub fn ended(&self) -> Option<Result<(), &str>> {
        match &self.end {
            End::Open => None,
            End::Clean => Some(Ok(())),
            End::Broken(sentence) => Some(Err(sentence)),
        }
    }

    /// Whether the request still waits for something that the client has to send.
    pub fn waits_for_client(&self) -> bool {
        self.end == End::Open && !matches!(self.phase, Phase::Decided)
    }

    /// Whether the stream could end with OK now and Envoy would carry on alone without a loss.
    pub fn can_end(&self) -> bool {
        self.out.is_empty()
            && match self.phase {
                Phase::Start => true,
                Phase::Collecting { .. } => false,
                Phase::Decided => self.response.can_end(),
            }
    }

    /// Let go of a response that is still streaming: what is held back is sent, and the stream ends.
    pub fn let_go(&mut self) {
        self.response.let_go(&mut self.out);
        self.end = End::Clean;
    }

    /// The client took too long to send its request.
    pub fn too_slow(&mut self) {
        if self.waits_for_client() {
            self.dismiss(&Dismissal::too_slow());
        }
    }

    fn configure(&mut self, config: &ProtocolConfiguration) {
        let modes = [config.request_body_mode(), config.response_body_mode()];
        if modes.contains(&BodySendMode::Grpc) {
            return self.broken(
                "the filter sends bodies in the mode GRPC, which this picker does not speak; \
                 set FULL_DUPLEX_STREAMED",
            );
        }
        self.way = match config.request_body_mode() {
            BodySendMode::FullDuplexStreamed => BodyWay::Duplex,
            BodySendMode::Buffered => BodyWay::Buffered,
            _ => BodyWay::Unseen,
        };
        self.response.configure(config.response_body_mode());
    }

    fn request_headers(&mut self, headers: HttpHeaders, metadata: &Option<Metadata>) {
        if !matches!(self.phase, Phase::Start) {
            return self.broken("request headers came twice on one stream");
        }
        let last = headers.end_of_stream;
        let head = Head::new(headers, metadata.as_ref());
        self.phase = Phase::Collecting {
            head,
            body: Body::default(),
            share: self.settings.budget.share(),
        };
        if last {
            self.request_ended = true;
            self.way = BodyWay::Unseen;
        }
        match self.way {
            BodyWay::Unseen => self.decide(false),
            BodyWay::Buffered => self.out.push_back(reply::request_headers(None)),
            BodyWay::Duplex => {}
        }
    }

    fn request_body(&mut self, piece: HttpBody) {
        let last = piece.end_of_stream;
        if self.request_ended {
            return self.broken("a piece of the request's body came after its end");
        }
        self.request_ended = last;
        self.longest = self.longest.max(piece.body.len());
        match &mut self.phase {
            Phase::Start => self.broken("a piece of the request's body came before the headers"),
            Phase::Decided => self.out.push_back(reply::request_body(None)),
            Phase::Collecting { body, share, .. } => {
                if !share.grow(piece.body.len()) {
                    self.dismiss(&Dismissal::no_room());
                } else if !body.push(piece.body, self.settings.body_bytes) {
                    self.dismiss(&Dismissal::too_long(self.settings.body_bytes));
                } else if last || self.way == BodyWay::Buffered {
                    self.decide(true);
                }
            }
        }
    }

    fn request_trailers(&mut self) {
        if matches!(self.phase, Phase::Start) {
            return self.broken("request trailers came before the headers");
        }
        if self.request_ended {
            return self.broken("request trailers came after the end of the request");
        }
        let undecided = matches!(self.phase, Phase::Collecting { .. });
        if undecided {
            self.decide(true);
        }
        self.request_ended = true;
        if self.end != End::Open {
            return;
        }
        let mut answer = reply::request_trailers();
        if undecided && self.way == BodyWay::Buffered {
            // No body came, so there is none to answer: the choice goes out with the trailers.
            answer.dynamic_metadata = self.out.pop_back().and_then(|said| said.dynamic_metadata);
        }
        self.out.push_back(answer);
    }

    /// Choose an endpoint. `body_seen` is false for a request without a body, or whose body is not shown.
    fn decide(&mut self, body_seen: bool) {
        let Phase::Collecting { head, body, .. } =
            std::mem::replace(&mut self.phase, Phase::Decided)
        else {
            return;
        };
        let reading = if body_seen {
            reading::read(&self.core, &head, body.whole())
        } else {
            Ok(Reading::without_body(&self.core, &head))
        };
        let reading = match reading {
            // Nothing is known of a request that could not be read.
            Err(refusal) => return self.refuse(&refusal, &head, "", ""),
            Ok(reading) => reading,
        };
        match self.core.decide(&reading.request) {
            Err(refusal) => {
                let request = &reading.request;
                self.refuse(&refusal, &head, &request.model, request.sent_model());
            }
            Ok(decision) => {
                let ticket = self.core.admit(&decision);
                let choices = decision.choices.iter().map(|choice| choice.address());
                let addresses = choices.collect::<Vec<String>>().join(",");
                self.response.expect(ticket, &reading.request, self.began);
                self.answer(&head, &addresses, reading);
            }
        }
    }

    /// Say where the request goes, and send its body behind that where Envoy has forgotten it.
    fn answer(&mut self, head: &Head, addresses: &str, reading: Reading) {
        let length = reading.rewritten.then_some(reading.body.len());
        let mut response = CommonResponse {
            header_mutation: Some(mutation(head, addresses, length)),
            clear_route_cache: true,
            ..CommonResponse::default()
        };
        let mut message = if self.way == BodyWay::Buffered {
            response.body_mutation = length.map(|_| reply::replaced(reading.body.clone()));
            reply::request_body(Some(response))
        } else {
            reply::request_headers(Some(response))
        };
        message.dynamic_metadata = Some(reply::destination(addresses));
        self.out.push_back(message);
        if self.way == BodyWay::Duplex && (self.request_ended || !reading.body.is_empty()) {
            let most = reply::most_body(self.longest);
            let pieces = reply::pieces(Side::Request, reading.body, self.request_ended, most);
            self.out.extend(pieces);
        }
    }

    fn refuse(&mut self, refusal: &Refusal, head: &Head, model: &str, target: &str) {
        let dismissal = Dismissal::refused(refusal);
        let status = dismissal.status.as_u16();
        self.core.telemetry().failed(model, target, status);
        self.dismiss_client(&dismissal, head.grpc());
    }

    fn dismiss(&mut self, dismissal: &Dismissal) {
        let telemetry = self.core.telemetry();
        telemetry.dropped(dismissal.word());
        telemetry.failed("", "", dismissal.status.as_u16());
        let grpc = match &self.phase {
            Phase::Collecting { head, .. } => head.grpc(),
            _ => false,
        };
        self.dismiss_client(dismissal, grpc);
    }

    fn dismiss_client(&mut self, dismissal: &Dismissal, grpc: bool) {
        self.phase = Phase::Decided;
        self.out.push_back(reply::dismissal(dismissal, grpc));
        self.end = End::Clean;
    }

    fn broken(&mut self, sentence: &str) {
        self.end = End::Broken(sentence.to_owned());
        self.phase = Phase::Decided;
        self.response.release();
    }
}

/// What changes in a request's headers.
fn mutation(head: &Head, addresses: &str, length: Option<usize>) -> HeaderMutation {
    let mut set_headers = vec![reply::header(
        reply::DESTINATION,
        Bytes::copy_from_slice(addresses.as_bytes()),
    )];
    if let Some(length) = length {
        set_headers.push(reply::header("content-length", length.to_string()));
    }
    if head.count("x-request-id") != 1 {
        let id = head
            .text("x-request-id")
            .map_or_else(request_id::fresh, str::to_owned);
        set_headers.push(reply::header("x-request-id", id));
    }
    HeaderMutation {
        set_headers,
        remove_headers: head.control(),
    }
}
