//! What the picker says to Envoy, made from what was decided.
//!
//! Every header is set by replacing, so that a header which a client forged cannot survive beside ours.

use bytes::Bytes;

use crate::doors::dismissal::Dismissal;
use crate::doors::proto::{
    Answer, BodyMutation, BodyResponse, CommonResponse, GrpcStatus, HeaderAppendAction,
    HeaderMutation, HeaderValue, HeaderValueOption, HeadersResponse, HttpStatus, ImmediateResponse,
    Kind, Mutation, ProcessingResponse, StreamedBodyResponse, Struct, TrailersResponse, Value,
};

/// Where a request goes: a header, and a key of the metadata namespace `LOAD_BALANCING`.
pub const DESTINATION: &str = "x-gateway-destination-endpoint";
/// Where it went, as the gateway reports it.
pub const SERVED: &str = "x-gateway-destination-endpoint-served";
/// The metadata namespace of both.
pub const LOAD_BALANCING: &str = "envoy.lb";
/// Why a request was not served.
pub const DROPPED_REASON: &str = "x-llm-d-request-dropped-reason";
/// How much of a body a message has at most, for a gateway that sends shorter pieces itself: 64 KiB less
/// what the message adds.
pub const MOST_BODY: usize = 62_000;
/// The same for any gateway.
const MOST_OF_ALL: usize = 1 << 20;

/// A header of an answer.
pub(super) fn header(name: &str, value: impl Into<Bytes>) -> HeaderValueOption {
    HeaderValueOption {
        header: Some(HeaderValue {
            key: Bytes::copy_from_slice(name.as_bytes()),
            value: Bytes::new(),
            raw_value: value.into(),
        }),
        append_action: HeaderAppendAction::OverwriteIfExistsOrAdd.into(),
    }
}

/// The metadata that says the same as the header `DESTINATION`.
pub(super) fn destination(addresses: &str) -> Struct {
    let named = |name: &str, kind: Kind| {
        let fields = [(name.to_owned(), Value { kind: Some(kind) })].into();
        Struct { fields }
    };
    let inner = named(DESTINATION, Kind::StringValue(addresses.to_owned()));
    named(LOAD_BALANCING, Kind::StructValue(inner))
}

/// An answer that sets no metadata.
pub(super) fn message(answer: Answer) -> ProcessingResponse {
    ProcessingResponse {
        response: Some(answer),
        dynamic_metadata: None,
    }
}

/// Leave request headers as they are.
pub(super) fn request_headers(response: Option<CommonResponse>) -> ProcessingResponse {
    message(Answer::RequestHeaders(HeadersResponse { response }))
}

/// Answer to a buffered request body, or to a piece that is not ours to send.
pub(super) fn request_body(response: Option<CommonResponse>) -> ProcessingResponse {
    message(Answer::RequestBody(BodyResponse { response }))
}

/// Leave request trailers as they are.
pub(super) fn request_trailers() -> ProcessingResponse {
    message(Answer::RequestTrailers(TrailersResponse::default()))
}

/// Answer to response headers.
pub(super) fn response_headers(mutation: HeaderMutation) -> ProcessingResponse {
    let response = (mutation != HeaderMutation::default()).then(|| CommonResponse {
        header_mutation: Some(mutation),
        ..CommonResponse::default()
    });
    message(Answer::ResponseHeaders(HeadersResponse { response }))
}

/// Other bytes for a body that Envoy keeps.
pub(super) fn replaced(body: Bytes) -> BodyMutation {
    BodyMutation {
        mutation: Some(Mutation::Body(body)),
    }
}

/// Answer to a piece of a response body that Envoy keeps: it stays as it is.
pub(super) fn response_body() -> ProcessingResponse {
    message(Answer::ResponseBody(BodyResponse::default()))
}

/// Leave response trailers as they are.
pub(super) fn response_trailers() -> ProcessingResponse {
    message(Answer::ResponseTrailers(TrailersResponse::default()))
}

/// Which body a piece belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// How much of a body a message may have for a gateway that sent a piece as long as this itself.
pub(super) fn most_body(longest: usize) -> usize {
    longest.clamp(MOST_BODY, MOST_OF_ALL)
}

/// A body in full duplex, in pieces of at most `most` bytes. An empty one is one empty piece.
pub(super) fn pieces(
    side: Side,
    mut body: Bytes,
    end: bool,
    most: usize,
) -> impl Iterator<Item = ProcessingResponse> {
    let mut first = true;
    std::iter::from_fn(move || {
        if body.is_empty() && !first {
            return None;
        }
        first = false;
        let piece = body.split_to(body.len().min(most));
        Some(streamed(side, piece, end && body.is_empty()))
    })
}

fn streamed(side: Side, body: Bytes, end_of_stream: bool) -> ProcessingResponse {
    let piece = StreamedBodyResponse {
        body,
        end_of_stream,
        ..StreamedBodyResponse::default()
    };
    let response = Some(CommonResponse {
        body_mutation: Some(BodyMutation {
            mutation: Some(Mutation::StreamedResponse(piece)),
        }),
        ..CommonResponse::default()
    });
    message(match side {
        Side::Request => Answer::RequestBody(BodyResponse { response }),
        Side::Response => Answer::ResponseBody(BodyResponse { response }),
    })
}

/// The message that dismisses the client; gRPC clients get a status that they understand.
pub(super) fn dismissal(dismissal: &Dismissal, grpc: bool) -> ProcessingResponse {
    let mut set_headers = vec![header(
        "content-type",
        Bytes::from_static(b"application/json"),
    )];
    if !dismissal.reason.is_empty() {
        set_headers.push(header(
            DROPPED_REASON,
            Bytes::from_static(dismissal.reason.as_bytes()),
        ));
    }
    if let Some(pause) = dismissal.retry_after() {
        set_headers.push(header("retry-after", pause.as_secs().to_string()));
    }
    let status = i32::from(dismissal.status.as_u16());
    message(Answer::ImmediateResponse(ImmediateResponse {
        status: Some(HttpStatus { code: status }),
        headers: Some(HeaderMutation {
            set_headers,
            remove_headers: Vec::new(),
        }),
        body: Bytes::from(dismissal.body()),
        grpc_status: grpc.then(|| GrpcStatus {
            status: grpc_status(status),
        }),
        details: format!("plimsoll_{}", dismissal.kind),
    }))
}

fn grpc_status(status: i32) -> u32 {
    match status {
        400 => 3,       // INVALID_ARGUMENT
        408 => 4,       // DEADLINE_EXCEEDED
        413 | 429 => 8, // RESOURCE_EXHAUSTED
        412 => 9,       // FAILED_PRECONDITION
        503 => 14,      // UNAVAILABLE
        _ => 13,        // INTERNAL
    }
}
