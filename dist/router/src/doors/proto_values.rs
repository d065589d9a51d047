//! Values, metadata and headers: the messages that `proto` is made of.
//!
//! See `proto` for why they are written out.

use std::collections::BTreeMap;

use bytes::Bytes;

/// A list of headers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HeaderMap {
    /// In the order of the wire; a name may repeat.
    #[prost(message, repeated, tag = "1")]
    pub headers: Vec<HeaderValue>,
}

/// One header. Envoy fills `value` or `raw_value`, not both.
#[derive(Clone, PartialEq, prost::Message)]
pub struct HeaderValue {
    /// Name in lower case.
    #[prost(bytes = "bytes", tag = "1")]
    pub key: Bytes,
    /// Value, when it is valid UTF-8 and the filter is set to send it so.
    #[prost(bytes = "bytes", tag = "2")]
    pub value: Bytes,
    /// Value as it is.
    #[prost(bytes = "bytes", tag = "3")]
    pub raw_value: Bytes,
}

/// Dynamic metadata of a request.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Metadata {
    /// By the name of the filter that it belongs to.
    #[prost(btree_map = "string, message", tag = "1")]
    pub filter_metadata: BTreeMap<String, Struct>,
}

/// `google.protobuf.Struct`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Struct {
    /// Its fields.
    #[prost(btree_map = "string, message", tag = "1")]
    pub fields: BTreeMap<String, Value>,
}

/// `google.protobuf.Value`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Value {
    /// What it is.
    #[prost(oneof = "Kind", tags = "1,2,3,4,5,6")]
    pub kind: Option<Kind>,
}

/// The kinds of a `Value`.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Kind {
    /// Null.
    #[prost(int32, tag = "1")]
    NullValue(i32),
    /// A number.
    #[prost(double, tag = "2")]
    NumberValue(f64),
    /// A string.
    #[prost(string, tag = "3")]
    StringValue(String),
    /// True or false.
    #[prost(bool, tag = "4")]
    BoolValue(bool),
    /// An object.
    #[prost(message, tag = "5")]
    StructValue(Struct),
    /// A list.
    #[prost(message, tag = "6")]
    ListValue(ListValue),
}

/// `google.protobuf.ListValue`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ListValue {
    /// Its elements.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<Value>,
}
