//! Whatever Envoy, or something that poses as it, sends: no panic, no leak, no growth.

#![allow(clippy::unwrap_used, clippy::panic)]

mod picker;

use bytes::Bytes;
use picker::*;
use plimsoll_router::doors::proto::*;
use proptest::prelude::*;

fn any_mode() -> impl Strategy<Value = i32> {
    -1..7_i32
}

fn any_bytes() -> BoxedStrategy<Bytes> {
    prop_oneof![
        Just(Bytes::from_static(CHAT.as_bytes())),
        Just(Bytes::from_static(b"{\"model\":\"")),
        Just(Bytes::from(vec![b'['; 70_000])),
        proptest::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from),
    ]
    .boxed()
}

fn any_metadata() -> impl Strategy<Value = Option<Metadata>> {
    let kinds = prop_oneof![
        Just(text("")),
        Just(text(FIRST)),
        Just(text(SECOND)),
        Just(Kind::ListValue(ListValue::default())),
        Just(Kind::NumberValue(f64::NAN)),
    ];
    proptest::option::of((any::<bool>(), kinds).prop_map(|(subset, kind)| {
        if subset {
            metadata(
                "envoy.lb.subset_hint",
                "x-gateway-destination-endpoint-subset",
                kind,
            )
        } else {
            metadata("envoy.lb", "x-gateway-destination-endpoint-served", kind)
        }
    }))
}

fn any_happening() -> impl Strategy<Value = Happened> {
    let headers = (any::<bool>(), any::<bool>(), any_bytes())
        .prop_map(|(end, known, value)| {
            let mut headers = header_map(&[
                (":path", "/v1/chat/completions"),
                ("content-type", "application/json"),
            ]);
            if known && let Some(map) = &mut headers.headers {
                map.headers.push(HeaderValue {
                    key: Bytes::from_static(b"x-request-id"),
                    value: value.clone(),
                    raw_value: Bytes::new(),
                });
            }
            headers.end_of_stream = end;
            headers
        })
        .boxed();
    let body = (any_bytes(), any::<bool>())
        .prop_map(|(body, end_of_stream)| HttpBody {
            body,
            end_of_stream,
            ..HttpBody::default()
        })
        .boxed();
    prop_oneof![
        headers.clone().prop_map(Happened::RequestHeaders),
        body.clone().prop_map(Happened::RequestBody),
        Just(Happened::RequestTrailers(HttpTrailers::default())),
        headers.prop_map(Happened::ResponseHeaders),
        body.prop_map(Happened::ResponseBody),
        Just(Happened::ResponseTrailers(HttpTrailers::default())),
    ]
}

fn any_message() -> impl Strategy<Value = ProcessingRequest> {
    (
        proptest::option::weighted(0.95, any_happening()),
        any_metadata(),
        proptest::option::weighted(0.2, (any_mode(), any_mode())),
    )
        .prop_map(|(request, metadata_context, config)| ProcessingRequest {
            request,
            metadata_context,
            protocol_config: config.map(|(request, response)| ProtocolConfiguration {
                request_body_mode: request,
                response_body_mode: response,
                send_body_without_waiting_for_header_response: false,
            }),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_sequence_is_survived(
        messages in proptest::collection::vec((any_message(), any::<bool>()), 0..12),
    ) {
        let core = core();
        let mut exchange = exchange(&core);
        let mut taken = 0;
        let mut said = 0;
        for (message, pauses) in messages {
            taken += match &message.request {
                Some(Happened::RequestBody(piece) | Happened::ResponseBody(piece)) => piece.body.len(),
                _ => 0,
            };
            exchange.take(message);
            if pauses {
                exchange.pause();
            }
            while let Some(answer) = exchange.say() {
                said += prost::Message::encoded_len(&answer);
            }
            prop_assert!((0..=1).contains(&in_flight(&core)));
        }
        prop_assert!(said <= 2 * taken + 40 * 1024);
        drop(exchange);
        prop_assert_eq!(0, in_flight(&core));
    }
}
