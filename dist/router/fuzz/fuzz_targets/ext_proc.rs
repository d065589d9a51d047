//! Any messages in any order on streams of the endpoint picker that run at once and may be reset: never a
//! panic; a stream has at most one request in flight, and none when it has gone; answers are no longer
//! than what they answer, none comes after the end, and a body that is announced with a length has it.

#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use plimsoll_router::core::{Core, LiveSettings};
use plimsoll_router::doors::ext_proc::{Exchange, ExchangeSettings, LOAD_BALANCING, SERVED};
use plimsoll_router::doors::proto::*;
use plimsoll_router::doors::{Budget, ResponseMode};
use prost::Message;

const SETTINGS: &[u8] = br#"{"endpoints":[
    {"address":"10.0.0.1:8000","url":"http://10.0.0.1:8000"},
    {"address":"10.0.0.2:8000","url":"http://10.0.0.2:8000"}],
    "rewrites":[{"model":"a","targets":[{"model":"another"}]}],
    "scrape":{"interval_ms":0}}"#;
/// What an answer adds to the bytes it is about: headers, metadata, framing of its pieces.
const BESIDE: usize = 16 << 10;
/// Streams that run at once.
const STREAMS: usize = 3;
/// Memory for the bodies of all of them.
const BODIES: usize = 1 << 20;

#[derive(Debug, Arbitrary)]
enum Op<'a> {
    /// A message as it may be on the wire.
    Raw(&'a [u8]),
    Headers {
        response: bool,
        end: bool,
        path: bool,
        pairs: Vec<(u8, &'a str)>,
        modes: Option<(u8, u8)>,
        subset: Option<Vec<&'a str>>,
        served: Option<u8>,
    },
    Body {
        response: bool,
        end: bool,
        bytes: &'a [u8],
    },
    Model {
        end: bool,
        name: &'a str,
    },
    Trailers {
        response: bool,
    },
    TooSlow,
    LetGo,
    /// Nothing more has arrived for now.
    Pause,
    /// The client, or the gateway, has gone: another stream takes the place.
    Reset,
}

const SUBSET: &str = "x-gateway-destination-endpoint-subset";
/// Two endpoints, and one that is nobody's.
const ADDRESSES: [&str; 3] = ["10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000"];

const NAMES: [&str; 8] = [
    "content-type",
    "x-request-id",
    "x-gateway-destination-endpoint",
    "x-llm-d-model-name-rewrite",
    "content-encoding",
    "prefer",
    ":status",
    "x-session-id",
];

fn core() -> Arc<Core> {
    static CORE: OnceLock<Arc<Core>> = OnceLock::new();
    CORE.get_or_init(|| {
        let live = LiveSettings::from_json(SETTINGS).expect("settings");
        Core::new(&live, None).expect("core")
    })
    .clone()
}

fn value(name: &str, text: &str) -> HeaderValue {
    HeaderValue {
        key: Bytes::copy_from_slice(name.as_bytes()),
        value: Bytes::new(),
        raw_value: Bytes::copy_from_slice(text.as_bytes()),
    }
}

fn text(value: &str) -> Value {
    Value {
        kind: Some(Kind::StringValue(value.to_owned())),
    }
}

/// The endpoints that the gateway allows, and the one that it used.
fn metadata(subset: Option<Vec<&str>>, served: Option<u8>) -> Option<Metadata> {
    let allowed = subset.map(|addresses| {
        let values = addresses.into_iter().map(text).collect();
        let kind = Some(Kind::ListValue(ListValue { values }));
        let fields = [(SUBSET.to_owned(), Value { kind })].into();
        ("envoy.lb.subset_hint".to_owned(), Struct { fields })
    });
    let used = served.map(|at| {
        let address = ADDRESSES[usize::from(at) % ADDRESSES.len()];
        let fields = [(SERVED.to_owned(), text(address))].into();
        (LOAD_BALANCING.to_owned(), Struct { fields })
    });
    let filter_metadata: BTreeMap<String, Struct> = allowed.into_iter().chain(used).collect();
    (!filter_metadata.is_empty()).then_some(Metadata { filter_metadata })
}

fn of(request: Happened) -> ProcessingRequest {
    ProcessingRequest {
        request: Some(request),
        ..ProcessingRequest::default()
    }
}

fn body(response: bool, end_of_stream: bool, bytes: &[u8]) -> ProcessingRequest {
    let piece = HttpBody {
        body: Bytes::copy_from_slice(bytes),
        end_of_stream,
        ..HttpBody::default()
    };
    of(match response {
        false => Happened::RequestBody(piece),
        true => Happened::ResponseBody(piece),
    })
}

fn message(op: Op<'_>) -> Option<ProcessingRequest> {
    Some(match op {
        Op::Raw(bytes) => ProcessingRequest::decode(bytes).ok()?,
        Op::Headers {
            response,
            end,
            path,
            pairs,
            modes,
            subset,
            served,
        } => {
            let path = if path { "/v1/completions" } else { "/other" };
            let mut headers = vec![value(":path", path)];
            for (name, text) in &pairs {
                headers.push(value(NAMES[usize::from(*name) % NAMES.len()], text));
            }
            let headers = HttpHeaders {
                headers: Some(HeaderMap { headers }),
                end_of_stream: end,
            };
            let mut message = of(match response {
                false => Happened::RequestHeaders(headers),
                true => Happened::ResponseHeaders(headers),
            });
            message.protocol_config = modes.map(|(request, response)| ProtocolConfiguration {
                request_body_mode: i32::from(request % 7),
                response_body_mode: i32::from(response % 7),
                send_body_without_waiting_for_header_response: false,
            });
            message.metadata_context = metadata(subset, served);
            message
        }
        Op::Body {
            response,
            end,
            bytes,
        } => body(response, end, bytes),
        Op::Model { end, name } => {
            let text = serde_json::json!({"model": name, "prompt": "hello"}).to_string();
            body(false, end, text.as_bytes())
        }
        Op::Trailers { response: false } => of(Happened::RequestTrailers(HttpTrailers::default())),
        Op::Trailers { response: true } => of(Happened::ResponseTrailers(HttpTrailers::default())),
        Op::TooSlow | Op::LetGo | Op::Pause | Op::Reset => return None,
    })
}

/// Requests and tokens that count at endpoints.
fn in_flight(core: &Core) -> (i64, i64) {
    let endpoints = core.fleet().endpoints;
    let requests = endpoints.iter().map(|each| each.in_flight()).sum();
    let tokens = endpoints.iter().map(|each| each.in_flight_tokens()).sum();
    (requests, tokens)
}

/// A stream, and what was seen of it.
struct Stream {
    exchange: Exchange,
    /// Bytes of its messages, and of the answers.
    taken: usize,
    said: usize,
    /// Length of the request's body as the answer announced it, and as it came.
    announced: Option<usize>,
    body: usize,
}

impl Stream {
    fn new(core: &Arc<Core>, budget: &Budget) -> Self {
        let settings = ExchangeSettings {
            body_bytes: BODIES,
            response: ResponseMode::Auto,
            budget: budget.clone(),
        };
        Self {
            exchange: Exchange::new(core.clone(), settings),
            taken: 0,
            said: 0,
            announced: None,
            body: 0,
        }
    }

    fn happen(&mut self, op: Op<'_>) {
        match op {
            Op::TooSlow => self.exchange.too_slow(),
            Op::LetGo => self.exchange.let_go(),
            Op::Pause => _ = self.exchange.pause(),
            other => {
                let Some(message) = message(other) else {
                    return;
                };
                self.taken += message.encoded_len() + 64;
                self.exchange.take(message);
            }
        }
        while let Some(answer) = self.exchange.say() {
            self.said += answer.encoded_len();
            self.follow(answer);
        }
        let (said, taken) = (self.said, self.taken);
        assert!(said <= 8 * taken + BESIDE, "{said} bytes for {taken}");
        if self.exchange.ended().is_some() {
            self.exchange.take(body(false, true, b""));
            assert!(self.exchange.say().is_none());
        }
    }

    fn follow(&mut self, answer: ProcessingResponse) {
        match answer.response {
            Some(Answer::RequestHeaders(headers)) => {
                let mutation = headers.response.and_then(|common| common.header_mutation);
                let set = mutation.map(|each| each.set_headers).unwrap_or_default();
                let headers = set.into_iter().filter_map(|option| option.header);
                let mut lengths = headers.filter(|each| each.key == "content-length");
                self.announced = lengths.next().map(|each| number(&each.raw_value));
            }
            Some(Answer::RequestBody(body)) => {
                let mutation = body.response.and_then(|common| common.body_mutation);
                let Some(Mutation::StreamedResponse(piece)) =
                    mutation.and_then(|each| each.mutation)
                else {
                    return;
                };
                self.body += piece.body.len();
                if let (true, Some(announced)) = (piece.end_of_stream, self.announced) {
                    assert_eq!(announced, self.body);
                }
            }
            _ => {}
        }
    }
}

fn number(digits: &[u8]) -> usize {
    let text = std::str::from_utf8(digits).expect("digits");
    text.parse().expect("a number")
}

fuzz_target!(|ops: Vec<(u8, Op<'_>)>| {
    let core = core();
    let budget = Budget::new(BODIES);
    let mut streams = [(); STREAMS].map(|()| Stream::new(&core, &budget));
    for (at, op) in ops {
        let stream = &mut streams[usize::from(at) % STREAMS];
        match op {
            Op::Reset => *stream = Stream::new(&core, &budget),
            other => stream.happen(other),
        }
        assert!((0..=STREAMS as i64).contains(&in_flight(&core).0));
    }
    drop(streams);
    assert_eq!((0, 0), in_flight(&core));
    assert!(budget.share().grow(BODIES), "a body is still counted");
});
