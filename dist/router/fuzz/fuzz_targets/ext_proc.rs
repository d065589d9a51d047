//! Any messages in any order on a stream of the endpoint picker: never a panic, at most one request in
//! flight and none when the stream has gone, answers no longer than what they answer, none after the end.

#![no_main]

use std::sync::{Arc, OnceLock};

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use plimsoll_router::core::{Core, LiveSettings};
use plimsoll_router::doors::ext_proc::{Exchange, ExchangeSettings};
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

#[derive(Debug, Arbitrary)]
enum Op {
    /// A message as it may be on the wire.
    Raw(Vec<u8>),
    Headers {
        response: bool,
        end: bool,
        path: bool,
        pairs: Vec<(u8, String)>,
        modes: Option<(u8, u8)>,
        subset: Option<Vec<String>>,
    },
    Body {
        response: bool,
        end: bool,
        bytes: Vec<u8>,
    },
    Model {
        end: bool,
        name: String,
    },
    Trailers {
        response: bool,
    },
    TooSlow,
    LetGo,
}

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

fn subset(addresses: Vec<String>) -> Metadata {
    let values = addresses.into_iter().map(|each| Value {
        kind: Some(Kind::StringValue(each)),
    });
    let list = Kind::ListValue(ListValue {
        values: values.collect(),
    });
    let key = "x-gateway-destination-endpoint-subset".to_owned();
    let space = Struct {
        fields: [(key, Value { kind: Some(list) })].into(),
    };
    Metadata {
        filter_metadata: [("envoy.lb.subset_hint".to_owned(), space)].into(),
    }
}

fn of(request: Happened) -> ProcessingRequest {
    ProcessingRequest {
        request: Some(request),
        ..ProcessingRequest::default()
    }
}

fn body(response: bool, end_of_stream: bool, bytes: Vec<u8>) -> ProcessingRequest {
    let piece = HttpBody {
        body: Bytes::from(bytes),
        end_of_stream,
        ..HttpBody::default()
    };
    of(match response {
        false => Happened::RequestBody(piece),
        true => Happened::ResponseBody(piece),
    })
}

fn message(op: Op) -> Option<ProcessingRequest> {
    Some(match op {
        Op::Raw(bytes) => ProcessingRequest::decode(&bytes[..]).ok()?,
        Op::Headers {
            response,
            end,
            path,
            pairs,
            modes,
            subset: addresses,
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
            message.metadata_context = addresses.map(subset);
            message
        }
        Op::Body {
            response,
            end,
            bytes,
        } => body(response, end, bytes),
        Op::Model { end, name } => {
            let text = serde_json::json!({"model": name, "prompt": "hello"}).to_string();
            body(false, end, text.into_bytes())
        }
        Op::Trailers { response: false } => of(Happened::RequestTrailers(HttpTrailers::default())),
        Op::Trailers { response: true } => of(Happened::ResponseTrailers(HttpTrailers::default())),
        Op::TooSlow | Op::LetGo => return None,
    })
}

fn in_flight(core: &Core) -> i64 {
    let endpoints = core.fleet().endpoints;
    endpoints.iter().map(|each| each.in_flight()).sum()
}

fuzz_target!(|ops: Vec<Op>| {
    let core = core();
    let settings = ExchangeSettings {
        body_bytes: 1 << 20,
        response: ResponseMode::Auto,
        budget: Budget::new(1 << 20),
    };
    let mut exchange = Exchange::new(core.clone(), settings);
    let (mut taken, mut said) = (0, 0);
    for op in ops {
        match op {
            Op::TooSlow => exchange.too_slow(),
            Op::LetGo => exchange.let_go(),
            other => {
                let Some(message) = message(other) else {
                    continue;
                };
                taken += message.encoded_len() + 64;
                exchange.take(message);
            }
        }
        while let Some(answer) = exchange.say() {
            said += answer.encoded_len();
        }
        assert!((0..=1).contains(&in_flight(&core)));
        assert!(said <= 8 * taken + BESIDE, "{said} bytes for {taken}");
        if exchange.ended().is_some() {
            exchange.take(body(false, true, Vec::new()));
            assert!(exchange.say().is_none());
        }
    }
    drop(exchange);
    assert_eq!(0, in_flight(&core));
});
