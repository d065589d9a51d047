//! Headers on their way through: what ends at this hop, what speaks to the router, what must be one.

use http::header::{self, Entry, HeaderMap, HeaderName, HeaderValue};

use crate::core::{HintHeaders, Hints};
use crate::doors::{hints, request_id};

/// Where the client's id of a request is.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers that hold for one connection only.
fn of_one_hop(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::CONNECTION
            | header::PROXY_AUTHENTICATE
            | header::PROXY_AUTHORIZATION
            | header::TE
            | header::TRAILER
            | header::TRANSFER_ENCODING
            | header::UPGRADE
    ) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// What `Connection` names beside the usual: those headers end here too.
fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        .collect()
}

/// A client's headers as an endpoint is to see them, but for `Host`. There is exactly one request id.
pub fn for_endpoint(client: &HeaderMap, id: &HeaderValue) -> HeaderMap {
    let named = named_by_connection(client);
    let mut kept = HeaderMap::with_capacity(client.len() + 2);
    for (name, value) in client {
        let ours = matches!(
            *name,
            header::HOST | header::CONTENT_LENGTH | header::EXPECT
        ) || *name == REQUEST_ID;
        if !ours
            && !of_one_hop(name)
            && !named.contains(name)
            && !hints::speaks_to_the_router(name.as_str())
        {
            kept.append(name.clone(), value.clone());
        }
    }
    kept.insert(REQUEST_ID, id.clone());
    kept
}

/// The first id that the client gave, or a new one.
pub fn id_of(client: &HeaderMap) -> HeaderValue {
    match client.get(REQUEST_ID).filter(|value| !value.is_empty()) {
        Some(value) => value.clone(),
        None => {
            HeaderValue::from_str(&request_id::fresh()).unwrap_or(HeaderValue::from_static("-"))
        }
    }
}

/// Take out of an endpoint's headers what ends here.
pub fn for_client(endpoint: &mut HeaderMap) {
    let named = named_by_connection(endpoint);
    let ends = |name: &&HeaderName| of_one_hop(name) || named.contains(name);
    let ending: Vec<HeaderName> = endpoint.keys().filter(ends).cloned().collect();
    for name in ending {
        endpoint.remove(name);
    }
}

/// Add a header that the endpoint did not send itself.
pub fn add_if_absent(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if let Entry::Vacant(free) = headers.entry(name) {
        free.insert(value);
    }
}

/// Set a header of the router's, whatever the endpoint sent under that name. What cannot be one is not set.
pub fn replace(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
        headers.insert(name, value);
    }
}

/// What a client says to the router.
pub fn hints(headers: &HeaderMap, asked: &HintHeaders) -> Hints {
    let text = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        (!value.is_empty()).then_some(value)
    };
    let prefer = headers.get_all("prefer").iter();
    hints::read(text, prefer.filter_map(|value| value.to_str().ok()), asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, value.parse().unwrap());
        }
        map
    }

    fn names(map: &HeaderMap) -> Vec<&str> {
        map.keys()
            .map(HeaderName::as_str)
            .filter(|name| *name != "x-request-id")
            .collect()
    }

    #[test]
    fn what_holds_for_one_hop_or_speaks_to_the_router_ends_here() {
        let client = headers(&[
            ("connection", "close, X-Mine"),
            ("x-mine", "1"),
            ("keep-alive", "1"),
            ("transfer-encoding", "chunked"),
            ("te", "trailers"),
            ("upgrade", "websocket"),
            ("content-length", "3"),
            ("host", "router"),
            ("x-gateway-destination-endpoint", "10.0.0.1:80"),
            ("x-gateway-destination-endpoint-subset", "10.0.0.1:80"),
            ("x-llm-d-inference-fairness-id", "a"),
            ("x-slo-ttft-ms", "1"),
            ("x-gateway-of-mine", "1"),
            ("authorization", "Bearer k"),
            ("traceparent", "00-1-2-01"),
        ]);
        assert_eq!(
            vec!["x-gateway-of-mine", "authorization", "traceparent"],
            names(&for_endpoint(&client, &id_of(&client)))
        );
    }

    #[test]
    fn a_request_has_one_id() {
        let id = |pairs: &[(&str, &str)]| {
            let client = headers(pairs);
            let kept = for_endpoint(&client, &id_of(&client));
            let ids: Vec<_> = kept.get_all(REQUEST_ID).iter().cloned().collect();
            assert_eq!(1, ids.len());
            ids[0].to_str().unwrap().to_owned()
        };
        assert_eq!(
            "first",
            id(&[("x-request-id", "first"), ("x-request-id", "second")])
        );
        assert_eq!(36, id(&[]).len());
        assert_ne!(id(&[]), id(&[]));
    }

    #[test]
    fn hints_have_two_names_and_the_newer_wins() {
        let client = headers(&[
            ("x-gateway-model-name-rewrite", "older"),
            ("x-llm-d-model-name-rewrite", "newer"),
            ("prefer", "wait=5, if-available"),
            ("x-session-id", "s1"),
        ]);
        let given = HintHeaders {
            session: Some("x-session-id".to_owned()),
            profile: None,
        };
        let older = headers(&[("x-gateway-model-name-rewrite", "tuned")]);
        let older = hints(&older, &given).model_rewrite;
        assert_eq!(Some("tuned"), older.as_deref());
        let hints = hints(&client, &given);
        assert_eq!(Some("newer"), hints.model_rewrite.as_deref());
        assert_eq!(Some("s1"), hints.session.as_deref());
        assert!(hints.if_available);
        assert_eq!((None, None), (hints.profile, hints.subset));
    }
}
