//! What tests of the endpoint picker share: a core, an exchange, Envoy's side of the protocol.

#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use bytes::Bytes;
use plimsoll_router::core::{Core, LiveSettings};
use plimsoll_router::doors::ext_proc::{Exchange, ExchangeSettings};
use plimsoll_router::doors::proto::*;
use plimsoll_router::doors::{Budget, ResponseMode};

pub const CHAT: &str = r#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#;
pub const FIRST: &str = "10.0.0.1:8000";
pub const SECOND: &str = "10.0.0.2:8000";
pub const BUDGET: usize = 8 << 20;
pub const MOST_BODY: usize = 4 << 20;

pub fn core_with(live: serde_json::Value) -> Arc<Core> {
    let live = LiveSettings::from_json(live.to_string().as_bytes()).unwrap();
    Core::new(&live, None).unwrap()
}

pub fn core() -> Arc<Core> {
    core_with(serde_json::json!({"endpoints": [
        {"address": FIRST, "url": "http://10.0.0.1:8000"},
        {"address": SECOND, "url": "http://10.0.0.2:8000"},
    ]}))
}

pub fn exchange(core: &Arc<Core>) -> Exchange {
    Exchange::new(core.clone(), settings(ResponseMode::Auto))
}

pub fn settings(response: ResponseMode) -> ExchangeSettings {
    ExchangeSettings {
        body_bytes: MOST_BODY,
        response,
        budget: Budget::new(BUDGET),
    }
}

pub fn in_flight(core: &Core) -> i64 {
    core.fleet()
        .endpoints
        .iter()
        .map(|each| each.in_flight())
        .sum()
}

pub fn message(request: Happened) -> ProcessingRequest {
    ProcessingRequest {
        request: Some(request),
        ..ProcessingRequest::default()
    }
}

pub fn header_map(pairs: &[(&str, &str)]) -> HttpHeaders {
    let headers = pairs
        .iter()
        .map(|(name, value)| HeaderValue {
            key: Bytes::copy_from_slice(name.as_bytes()),
            raw_value: Bytes::copy_from_slice(value.as_bytes()),
            ..HeaderValue::default()
        })
        .collect();
    HttpHeaders {
        headers: Some(HeaderMap { headers }),
        end_of_stream: false,
    }
}

/// The first message of a stream: a chat request with more headers, in full duplex.
pub fn post(more: &[(&str, &str)]) -> ProcessingRequest {
    let mut pairs = vec![
        (":method", "POST"),
        (":path", "/v1/chat/completions"),
        ("content-type", "application/json"),
        ("x-request-id", "one"),
    ];
    pairs.extend(more);
    let mut first = message(Happened::RequestHeaders(header_map(&pairs)));
    first.protocol_config = Some(modes(
        BodySendMode::FullDuplexStreamed,
        BodySendMode::FullDuplexStreamed,
    ));
    first
}

pub fn modes(request: BodySendMode, response: BodySendMode) -> ProtocolConfiguration {
    ProtocolConfiguration {
        request_body_mode: request.into(),
        response_body_mode: response.into(),
        send_body_without_waiting_for_header_response: false,
    }
}

pub fn with_subset(mut first: ProcessingRequest, kind: Kind) -> ProcessingRequest {
    first.metadata_context = Some(metadata(
        "envoy.lb.subset_hint",
        "x-gateway-destination-endpoint-subset",
        kind,
    ));
    first
}

pub fn metadata(namespace: &str, key: &str, kind: Kind) -> Metadata {
    let space = Struct {
        fields: [(key.to_owned(), Value { kind: Some(kind) })].into(),
    };
    Metadata {
        filter_metadata: [(namespace.to_owned(), space)].into(),
    }
}

pub fn text(value: &str) -> Kind {
    Kind::StringValue(value.to_owned())
}

pub fn request_body(bytes: impl Into<Bytes>, end_of_stream: bool) -> ProcessingRequest {
    message(Happened::RequestBody(HttpBody {
        body: bytes.into(),
        end_of_stream,
        ..HttpBody::default()
    }))
}

pub fn response_body(bytes: impl Into<Bytes>, end_of_stream: bool) -> ProcessingRequest {
    message(Happened::ResponseBody(HttpBody {
        body: bytes.into(),
        end_of_stream,
        ..HttpBody::default()
    }))
}

pub fn response_headers(pairs: &[(&str, &str)]) -> ProcessingRequest {
    message(Happened::ResponseHeaders(header_map(pairs)))
}

/// Hand over messages and take everything that is said then.
pub fn say(
    exchange: &mut Exchange,
    messages: impl IntoIterator<Item = ProcessingRequest>,
) -> Vec<ProcessingResponse> {
    messages.into_iter().for_each(|each| exchange.take(each));
    let mut said: Vec<_> = std::iter::from_fn(|| exchange.say()).collect();
    if exchange.pause() {
        said.extend(std::iter::from_fn(|| exchange.say()));
    }
    said
}

/// What a message says, in a word.
pub fn word(message: &ProcessingResponse) -> &'static str {
    match message.response.as_ref().unwrap() {
        Answer::RequestHeaders(_) => "request headers",
        Answer::ResponseHeaders(_) => "response headers",
        Answer::RequestBody(_) => "request body",
        Answer::ResponseBody(_) => "response body",
        Answer::RequestTrailers(_) => "request trailers",
        Answer::ResponseTrailers(_) => "response trailers",
        Answer::ImmediateResponse(_) => "immediate response",
    }
}

pub fn words(messages: &[ProcessingResponse]) -> Vec<&'static str> {
    messages.iter().map(word).collect()
}

pub fn common(message: &ProcessingResponse) -> CommonResponse {
    match message.response.clone().unwrap() {
        Answer::RequestHeaders(answer) | Answer::ResponseHeaders(answer) => answer.response,
        Answer::RequestBody(answer) | Answer::ResponseBody(answer) => answer.response,
        other => panic!("{other:?} has no common response"),
    }
    .unwrap_or_default()
}

pub fn immediate(messages: &[ProcessingResponse]) -> ImmediateResponse {
    match messages {
        [only] => match only.response.clone() {
            Some(Answer::ImmediateResponse(answer)) => answer,
            other => panic!("{other:?} is not an immediate response"),
        },
        other => panic!("not one message: {other:?}"),
    }
}

/// Value of a header that is set.
pub fn set(mutation: Option<&HeaderMutation>, name: &str) -> Option<String> {
    mutation?.set_headers.iter().find_map(|option| {
        let header = option.header.as_ref()?;
        (header.key == name.as_bytes())
            .then(|| String::from_utf8(header.raw_value.to_vec()).unwrap())
    })
}

/// The destination in the header and in the metadata.
pub fn destinations(message: &ProcessingResponse) -> (String, String) {
    let key = "x-gateway-destination-endpoint";
    let common = common(message);
    let header = set(common.header_mutation.as_ref(), key).unwrap();
    let metadata = message.dynamic_metadata.clone().unwrap();
    let Some(Kind::StructValue(space)) = metadata.fields["envoy.lb"].kind.clone() else {
        panic!("no struct under envoy.lb");
    };
    let Some(Kind::StringValue(value)) = space.fields[key].kind.clone() else {
        panic!("no string under {key}");
    };
    (header, value)
}

/// The pieces of a body in full duplex.
pub fn streamed(messages: &[ProcessingResponse]) -> Vec<StreamedBodyResponse> {
    messages
        .iter()
        .filter(|each| word(each).ends_with("body"))
        .map(|each| match common(each).body_mutation.unwrap().mutation {
            Some(Mutation::StreamedResponse(piece)) => piece,
            other => panic!("{other:?} is no piece"),
        })
        .collect()
}

pub fn joined(pieces: &[StreamedBodyResponse]) -> Vec<u8> {
    pieces
        .iter()
        .flat_map(|piece| piece.body.to_vec())
        .collect()
}
