//! What the picker needs of a request's headers and of the metadata beside them.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::reply::{DESTINATION, LOAD_BALANCING, SERVED};
use crate::core::{HintHeaders, Hints};
use crate::doors::hints;
use crate::doors::proto::{HeaderMap, HeaderValue, HttpHeaders, Kind, Metadata, Struct, Value};

/// Metadata namespace and key of the addresses that a gateway allows.
const SUBSET_HINT: &str = "envoy.lb.subset_hint";
const SUBSET: &str = "x-gateway-destination-endpoint-subset";

/// A request before its body.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    headers: Vec<HeaderValue>,
    subset: Option<Vec<String>>,
}

impl Head {
    pub fn new(headers: HttpHeaders, metadata: Option<&Metadata>) -> Self {
        Self {
            headers: headers.headers.map(|map| map.headers).unwrap_or_default(),
            subset: metadata.and_then(subset),
        }
    }

    /// The first value under a name, when it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name)
            .next()
            .and_then(|value| std::str::from_utf8(value).ok())
    }

    /// Path and query.
    pub fn path(&self) -> &str {
        self.text(":path").unwrap_or_default()
    }

    /// How often a name occurs.
    pub fn count(&self, name: &str) -> usize {
        self.values(name).count()
    }

    /// Whether the client speaks gRPC.
    pub fn grpc(&self) -> bool {
        self.text("content-type")
            .is_some_and(|kind| kind.starts_with("application/grpc"))
    }

    /// What was said beside the body. `asked` are the headers that the settings ask for.
    pub fn hints(&self, asked: &HintHeaders) -> Hints {
        Hints {
            subset: self.subset.clone(),
            ..hints::read(
                |name| self.text(name),
                self.text("prefer").into_iter(),
                asked,
            )
        }
    }

    /// Names of the headers here that an endpoint must not see; the destination is replaced, not removed.
    pub fn control(&self) -> Vec<String> {
        let names = self.headers.iter().filter_map(|header| {
            let name = std::str::from_utf8(&header.key).ok()?;
            hints::speaks_to_the_router(name).then(|| name.to_ascii_lowercase())
        });
        let names: BTreeSet<String> = names.filter(|name| name != DESTINATION).collect();
        names.into_iter().collect()
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers
            .iter()
            .filter(move |header| header.key.eq_ignore_ascii_case(name.as_bytes()))
            .map(value)
    }
}

/// The first value under a name in a list of headers.
pub(super) fn first<'a>(headers: Option<&'a HeaderMap>, name: &str) -> Option<&'a [u8]> {
    headers?
        .headers
        .iter()
        .find(|header| header.key.eq_ignore_ascii_case(name.as_bytes()))
        .map(value)
}

fn value(header: &HeaderValue) -> &[u8] {
    let present: &Bytes = if header.raw_value.is_empty() {
        &header.value
    } else {
        &header.raw_value
    };
    present
}

/// The addresses that a gateway allows: a list, or one string with commas. A value of another kind allows
/// none, because a gateway that means to restrict must not be overheard.
fn subset(metadata: &Metadata) -> Option<Vec<String>> {
    let value = field(metadata, SUBSET_HINT, SUBSET)?;
    let mut addresses = Vec::new();
    match &value.kind {
        Some(Kind::ListValue(list)) => {
            for each in &list.values {
                if let Some(Kind::StringValue(text)) = &each.kind {
                    split(text, &mut addresses);
                }
            }
        }
        Some(Kind::StringValue(text)) => split(text, &mut addresses),
        _ => {}
    }
    Some(addresses)
}

/// The endpoint that the gateway says it used.
pub(super) fn served(metadata: Option<&Metadata>) -> Option<String> {
    match &field(metadata?, LOAD_BALANCING, SERVED)?.kind {
        Some(Kind::StringValue(text)) => Some(text.trim().to_owned()),
        _ => None,
    }
}

fn split(text: &str, addresses: &mut Vec<String>) {
    let parts = text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    addresses.extend(parts.map(str::to_owned));
}

fn field<'a>(metadata: &'a Metadata, namespace: &str, key: &str) -> Option<&'a Value> {
    let space: &Struct = metadata.filter_metadata.get(namespace)?;
    space.fields.get(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::proto::ListValue;

    fn hinted(kind: Kind) -> Option<Vec<String>> {
        let space = Struct {
            fields: [(SUBSET.to_owned(), Value { kind: Some(kind) })].into(),
        };
        subset(&Metadata {
            filter_metadata: [(SUBSET_HINT.to_owned(), space)].into(),
        })
    }

    fn text(value: &str) -> Kind {
        Kind::StringValue(value.to_owned())
    }

    fn list(values: Vec<Kind>) -> Kind {
        let values = values.into_iter().map(|kind| Value { kind: Some(kind) });
        Kind::ListValue(ListValue {
            values: values.collect(),
        })
    }

    #[test]
    fn a_subset_is_a_list_or_has_commas() {
        let expected = Some(vec!["10.0.0.1:80".to_owned(), "10.0.0.2:80".to_owned()]);
        assert_eq!(expected, hinted(text("10.0.0.1:80, 10.0.0.2:80,")));
        assert_eq!(
            expected,
            hinted(list(vec![text("10.0.0.1:80"), text("10.0.0.2:80")]))
        );
    }

    #[test]
    fn no_hint_is_every_endpoint_and_an_odd_one_none() {
        assert_eq!(None, subset(&Metadata::default()));
        for odd in [
            text(""),
            list(vec![]),
            Kind::NumberValue(1.0),
            list(vec![Kind::BoolValue(true)]),
        ] {
            assert_eq!(Some(Vec::new()), hinted(odd));
        }
    }
}
