//! The messages of `doors::proto` have the names and numbers of the official description.
//!
//! For every field of the description a message with that field alone is read: what changes must be the
//! field of that name, and every field that we have must have changed once.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use bytes::{BufMut, BytesMut};
use plimsoll_router::doors::proto;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};

fn description() -> FileDescriptorSet {
    FileDescriptorSet::decode(&include_bytes!("../src/doors/ext_proc/ext_proc.binpb")[..]).unwrap()
}

fn described(name: &str) -> DescriptorProto {
    let (package, path) = name
        .rsplit_once("v3.")
        .unwrap_or_else(|| name.rsplit_once("protobuf.").unwrap());
    description()
        .file
        .iter()
        .filter(|file| file.package().starts_with(package.trim_end_matches('.')))
        .flat_map(|file| &file.message_type)
        .find(|message| message.name() == path)
        .unwrap_or_else(|| panic!("{name} is not described"))
        .clone()
}

/// A message that has this field alone, with a value that is not its default.
fn alone(field: &FieldDescriptorProto) -> BytesMut {
    let mut bytes = BytesMut::new();
    let number = u32::try_from(field.number()).unwrap();
    match field.r#type() {
        Type::Message => {
            encode_key(number, WireType::LengthDelimited, &mut bytes);
            encode_varint(0, &mut bytes);
        }
        Type::String | Type::Bytes => {
            encode_key(number, WireType::LengthDelimited, &mut bytes);
            encode_varint(1, &mut bytes);
            bytes.put_u8(b'x');
        }
        Type::Double => {
            encode_key(number, WireType::SixtyFourBit, &mut bytes);
            bytes.put_f64_le(1.0);
        }
        _ => {
            encode_key(number, WireType::Varint, &mut bytes);
            encode_varint(1, &mut bytes);
        }
    }
    bytes
}

/// The fields of a struct as its Debug output shows them.
fn fields(value: &impl Debug) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut current = String::new();
    for line in format!("{value:#?}").lines() {
        if let Some(rest) = line.strip_prefix("    ")
            && !rest.starts_with([' ', '}', ']', ')'])
            && let Some((name, text)) = rest.split_once(':')
        {
            current = name.to_owned();
            found.insert(current.clone(), text.trim().to_owned());
        } else if let Some(text) = found.get_mut(&current) {
            text.push_str(line.trim());
        }
    }
    found
}

fn camel(name: &str) -> String {
    name.split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..].to_lowercase())
        .collect()
}

fn check<M: Message + Default + Debug>(name: &str) {
    let described = described(name);
    let before = fields(&M::default());
    let mut seen = BTreeSet::new();
    for field in &described.field {
        let read = M::decode(alone(field)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let after = fields(&read);
        let changed: Vec<&String> = after
            .keys()
            .filter(|key| after[*key] != before[*key])
            .collect();
        let Some(ours) = changed.first() else {
            continue;
        };
        let oneof = field
            .oneof_index
            .map(|index| described.oneof_decl[usize::try_from(index).unwrap()].name());
        assert_eq!(1, changed.len(), "{name}.{}", field.name());
        assert_eq!(
            oneof.unwrap_or(field.name()),
            *ours,
            "{name}.{}",
            field.name()
        );
        if oneof.is_some() {
            let variant = format!("Some({}(", camel(field.name()));
            assert!(
                after[*ours].starts_with(&variant),
                "{name}: {}",
                after[*ours]
            );
        }
        seen.insert((*ours).clone());
    }
    assert_eq!(before.into_keys().collect::<BTreeSet<_>>(), seen, "{name}");
}

#[test]
fn messages_have_the_official_fields() {
    macro_rules! check_all {
        ($package:literal: $($message:ident)*) => {
            $(check::<proto::$message>(concat!($package, ".", stringify!($message)));)*
        };
    }
    check_all!("envoy.service.ext_proc.v3": ProcessingRequest ProcessingResponse HttpHeaders HttpBody
        HttpTrailers HeadersResponse BodyResponse TrailersResponse CommonResponse HeaderMutation
        BodyMutation StreamedBodyResponse ImmediateResponse GrpcStatus ProtocolConfiguration);
    check_all!("envoy.config.core.v3": HeaderMap HeaderValue HeaderValueOption Metadata);
    check_all!("envoy.type.v3": HttpStatus);
    check_all!("google.protobuf": Struct Value ListValue);
}

fn values(described: &EnumDescriptorProto) -> Vec<(i32, String)> {
    described
        .value
        .iter()
        .map(|value| (value.number(), camel(value.name())))
        .collect()
}

#[test]
fn enumerations_have_the_official_numbers() {
    let files = description().file;
    let messages = |name: &str| {
        files
            .iter()
            .flat_map(|file| &file.message_type)
            .find(|message| message.name() == name)
            .unwrap()
            .enum_type
            .clone()
    };
    let named = |message: &str, name: &str| {
        let found = messages(message)
            .into_iter()
            .find(|each| each.name() == name);
        values(&found.unwrap())
    };
    macro_rules! ours {
        ($kind:ident, $expected:expr) => {
            for (number, name) in $expected {
                let ours = proto::$kind::try_from(number).map(|value| format!("{value:?}"));
                assert_eq!(Ok(name), ours);
            }
        };
    }
    ours!(BodySendMode, named("ProcessingMode", "BodySendMode"));
    ours!(
        HeaderAppendAction,
        named("HeaderValueOption", "HeaderAppendAction")
    );
}
