//! The messages of `envoy.service.ext_proc.v3`, as many of them as an endpoint picker reads or writes.
//!
//! Written out rather than generated, because a body must stay the `Bytes` it arrived as and a header
//! name need not become a `String`: protobuf's `string` and `bytes` are the same on the wire. Fields that
//! are not listed are skipped when read. `ext_proc/ext_proc.binpb` is the official description of the
//! service; a test holds every field here against it.

use bytes::Bytes;

pub use super::proto_values::{HeaderMap, HeaderValue, Kind, ListValue, Metadata, Struct, Value};

/// One message of Envoy about a request or its response.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ProcessingRequest {
    /// What happened.
    #[prost(oneof = "Happened", tags = "2,3,4,5,6,7")]
    pub request: Option<Happened>,
    /// Dynamic metadata that Envoy forwards.
    #[prost(message, optional, tag = "8")]
    pub metadata_context: Option<Metadata>,
    /// How bodies are sent; in the first message of a stream.
    #[prost(message, optional, tag = "11")]
    pub protocol_config: Option<ProtocolConfiguration>,
}

/// The part of the exchange that a message is about.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Happened {
    /// The client's headers.
    #[prost(message, tag = "2")]
    RequestHeaders(HttpHeaders),
    /// The endpoint's headers.
    #[prost(message, tag = "3")]
    ResponseHeaders(HttpHeaders),
    /// A piece of the client's body.
    #[prost(message, tag = "4")]
    RequestBody(HttpBody),
    /// A piece of the endpoint's body.
    #[prost(message, tag = "5")]
    ResponseBody(HttpBody),
    /// The client's trailers.
    #[prost(message, tag = "6")]
    RequestTrailers(HttpTrailers),
    /// The endpoint's trailers.
    #[prost(message, tag = "7")]
    ResponseTrailers(HttpTrailers),
}

/// How Envoy sends bodies, and what it expects in return.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct ProtocolConfiguration {
    /// Of requests.
    #[prost(enumeration = "BodySendMode", tag = "1")]
    pub request_body_mode: i32,
    /// Of responses.
    #[prost(enumeration = "BodySendMode", tag = "2")]
    pub response_body_mode: i32,
    /// Body messages follow the headers at once, without waiting for an answer to them.
    #[prost(bool, tag = "3")]
    pub send_body_without_waiting_for_header_response: bool,
}

/// The ways in which Envoy can send a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum BodySendMode {
    /// Not at all.
    None = 0,
    /// In pieces; each waits for its answer.
    Streamed = 1,
    /// As one message, once all of it is there.
    Buffered = 2,
    /// As one message, cut off at Envoy's limit.
    BufferedPartial = 3,
    /// In pieces that the picker sends back, when and as it likes.
    FullDuplexStreamed = 4,
    /// Like `FullDuplexStreamed`, one gRPC message at a time.
    Grpc = 5,
}

/// Headers of a request or response.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HttpHeaders {
    /// In the order of the wire, with pseudo-headers.
    #[prost(message, optional, tag = "1")]
    pub headers: Option<HeaderMap>,
    /// Nothing follows them.
    #[prost(bool, tag = "3")]
    pub end_of_stream: bool,
}

/// A piece of a body.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HttpBody {
    /// Its bytes.
    #[prost(bytes = "bytes", tag = "1")]
    pub body: Bytes,
    /// Nothing follows it.
    #[prost(bool, tag = "2")]
    pub end_of_stream: bool,
    /// With `BodySendMode::Grpc`: the end, and no message.
    #[prost(bool, tag = "3")]
    pub end_of_stream_without_message: bool,
    /// With `BodySendMode::Grpc`: the message is compressed.
    #[prost(bool, tag = "4")]
    pub grpc_message_compressed: bool,
}

/// Trailers of a request or response.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HttpTrailers {
    /// In the order of the wire.
    #[prost(message, optional, tag = "1")]
    pub trailers: Option<HeaderMap>,
}

/// One message to Envoy.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ProcessingResponse {
    /// The answer.
    #[prost(oneof = "Answer", tags = "1,2,3,4,5,6,7")]
    pub response: Option<Answer>,
    /// Metadata to set on the request, by namespace.
    #[prost(message, optional, tag = "8")]
    pub dynamic_metadata: Option<Struct>,
}

/// The part of the exchange that an answer is about.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Answer {
    /// To the client's headers.
    #[prost(message, tag = "1")]
    RequestHeaders(HeadersResponse),
    /// To the endpoint's headers.
    #[prost(message, tag = "2")]
    ResponseHeaders(HeadersResponse),
    /// To a piece of the client's body.
    #[prost(message, tag = "3")]
    RequestBody(BodyResponse),
    /// To a piece of the endpoint's body.
    #[prost(message, tag = "4")]
    ResponseBody(BodyResponse),
    /// To the client's trailers.
    #[prost(message, tag = "5")]
    RequestTrailers(TrailersResponse),
    /// To the endpoint's trailers.
    #[prost(message, tag = "6")]
    ResponseTrailers(TrailersResponse),
    /// A response to the client; the endpoint is not asked.
    #[prost(message, tag = "7")]
    ImmediateResponse(ImmediateResponse),
}

/// Answer to headers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HeadersResponse {
    /// What to change.
    #[prost(message, optional, tag = "1")]
    pub response: Option<CommonResponse>,
}

/// Answer to a piece of a body.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BodyResponse {
    /// What to change.
    #[prost(message, optional, tag = "1")]
    pub response: Option<CommonResponse>,
}

/// Answer to trailers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TrailersResponse {
    /// What to change.
    #[prost(message, optional, tag = "1")]
    pub header_mutation: Option<HeaderMutation>,
}

/// What to change.
#[derive(Clone, PartialEq, prost::Message)]
pub struct CommonResponse {
    /// Headers.
    #[prost(message, optional, tag = "2")]
    pub header_mutation: Option<HeaderMutation>,
    /// The body.
    #[prost(message, optional, tag = "3")]
    pub body_mutation: Option<BodyMutation>,
    /// Choose the route again: headers that decide it were changed.
    #[prost(bool, tag = "5")]
    pub clear_route_cache: bool,
}

/// Headers to set and to remove.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HeaderMutation {
    /// To set.
    #[prost(message, repeated, tag = "1")]
    pub set_headers: Vec<HeaderValueOption>,
    /// To remove, by name.
    #[prost(string, repeated, tag = "2")]
    pub remove_headers: Vec<String>,
}

/// One header to set.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HeaderValueOption {
    /// The header.
    #[prost(message, optional, tag = "1")]
    pub header: Option<HeaderValue>,
    /// What to do when it is there already.
    #[prost(enumeration = "HeaderAppendAction", tag = "3")]
    pub append_action: i32,
}

/// What to do with a header that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum HeaderAppendAction {
    /// Add another.
    AppendIfExistsOrAdd = 0,
    /// Leave it.
    AddIfAbsent = 1,
    /// Replace it.
    OverwriteIfExistsOrAdd = 2,
    /// Replace it; do nothing where it is absent.
    OverwriteIfExists = 3,
}

/// What becomes of a body, or of a piece of it.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BodyMutation {
    /// The change.
    #[prost(oneof = "Mutation", tags = "1,2,3")]
    pub mutation: Option<Mutation>,
}

/// The changes of a body.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Mutation {
    /// Other bytes; for all modes but full duplex.
    #[prost(bytes = "bytes", tag = "1")]
    Body(Bytes),
    /// None at all.
    #[prost(bool, tag = "2")]
    ClearBody(bool),
    /// The next piece in full duplex.
    #[prost(message, tag = "3")]
    StreamedResponse(StreamedBodyResponse),
}

/// The next piece of a body in full duplex.
#[derive(Clone, PartialEq, prost::Message)]
pub struct StreamedBodyResponse {
    /// Its bytes.
    #[prost(bytes = "bytes", tag = "1")]
    pub body: Bytes,
    /// Nothing follows it.
    #[prost(bool, tag = "2")]
    pub end_of_stream: bool,
    /// With `BodySendMode::Grpc`: the end, and no message.
    #[prost(bool, tag = "3")]
    pub end_of_stream_without_message: bool,
    /// With `BodySendMode::Grpc`: the message is compressed.
    #[prost(bool, tag = "4")]
    pub grpc_message_compressed: bool,
}

/// A response to the client.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ImmediateResponse {
    /// Its status.
    #[prost(message, optional, tag = "1")]
    pub status: Option<HttpStatus>,
    /// Its headers.
    #[prost(message, optional, tag = "2")]
    pub headers: Option<HeaderMutation>,
    /// Its body.
    #[prost(bytes = "bytes", tag = "3")]
    pub body: Bytes,
    /// Its status when the client speaks gRPC.
    #[prost(message, optional, tag = "4")]
    pub grpc_status: Option<GrpcStatus>,
    /// For Envoy's log.
    #[prost(string, tag = "5")]
    pub details: String,
}

/// A status of HTTP.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct HttpStatus {
    /// Envoy's enumeration has the number for each.
    #[prost(int32, tag = "1")]
    pub code: i32,
}

/// A status of gRPC.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct GrpcStatus {
    /// Its number.
    #[prost(uint32, tag = "1")]
    pub status: u32,
}
