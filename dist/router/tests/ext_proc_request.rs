//! The request's side of an exchange: choice, order, echo, dismissal.

#![allow(clippy::unwrap_used, clippy::panic)]

mod picker;

use bytes::Bytes;
use picker::*;
use plimsoll_router::doors::proto::*;

#[test]
fn header_and_metadata_name_the_same_endpoints_in_the_order_to_try() {
    let mut exchange = exchange(&core());
    let said = say(&mut exchange, [post(&[]), request_body(CHAT, true)]);
    let (header, metadata) = destinations(&said[0]);
    assert_eq!(header, metadata);
    let mut addresses: Vec<&str> = header.split(',').collect();
    addresses.sort_unstable();
    assert_eq!(vec![FIRST, SECOND], addresses);
    assert!(common(&said[0]).clear_route_cache);
}

#[test]
fn nothing_is_said_before_the_body_has_ended() {
    let mut exchange = exchange(&core());
    let (first, second) = CHAT.split_at(20);
    assert!(say(&mut exchange, [post(&[]), request_body(first, false)]).is_empty());
    let said = say(&mut exchange, [request_body(second, true)]);
    assert_eq!("request headers", word(&said[0]));
    assert_eq!(CHAT.as_bytes(), joined(&streamed(&said)));
}

/// A prompt of 1.5 MB, sent in pieces of a length, as it comes back.
fn long_body_in_pieces_of(length: usize) -> Vec<StreamedBodyResponse> {
    let body = format!(r#"{{"model":"m","prompt":"{}"}}"#, "long ".repeat(300_000));
    let sent = body.as_bytes().chunks(length).map(Bytes::copy_from_slice);
    let count = sent.len();
    let messages = sent
        .enumerate()
        .map(|(index, piece)| request_body(piece, index + 1 == count));
    let mut exchange = exchange(&core());
    let said = say(&mut exchange, std::iter::once(post(&[])).chain(messages));
    let pieces = streamed(&said);
    assert_eq!(body.as_bytes(), joined(&pieces));
    let ends: Vec<bool> = pieces.iter().map(|piece| piece.end_of_stream).collect();
    assert_eq!(1, ends.iter().filter(|end| **end).count());
    assert_eq!(Some(&true), ends.last());
    pieces
}

#[test]
fn a_long_body_comes_back_in_pieces_that_any_gateway_takes() {
    let pieces = long_body_in_pieces_of(20_000);
    assert!(pieces.iter().all(|piece| piece.body.len() <= 62_000));
}

#[test]
fn a_gateway_gets_pieces_as_long_as_those_it_sends_and_not_without_bound() {
    let longest = |length| {
        let pieces = long_body_in_pieces_of(length);
        pieces.iter().map(|piece| piece.body.len()).max()
    };
    assert_eq!(Some(65_600), longest(65_600));
    assert_eq!(Some(1 << 20), longest(1_400_000));
}

#[test]
fn trailers_follow_the_body_and_the_body_does_not_end_before_them() {
    let mut exchange = exchange(&core());
    let trailers = message(Happened::RequestTrailers(HttpTrailers::default()));
    let said = say(
        &mut exchange,
        [post(&[]), request_body(CHAT, false), trailers],
    );
    assert_eq!(
        vec!["request headers", "request body", "request trailers"],
        words(&said)
    );
    assert!(!streamed(&said)[0].end_of_stream);
}

#[test]
fn a_request_without_a_body_is_routed_at_its_headers() {
    let mut first = post(&[]);
    if let Some(Happened::RequestHeaders(headers)) = &mut first.request {
        headers.end_of_stream = true;
    }
    let said = say(&mut exchange(&core()), [first]);
    assert_eq!(vec!["request headers"], words(&said));
    assert!(destinations(&said[0]).0.starts_with("10.0.0."));
}

#[test]
fn a_body_that_is_buffered_is_routed_at_its_body() {
    let mut first = post(&[]);
    first.protocol_config = Some(modes(BodySendMode::Buffered, BodySendMode::None));
    let mut exchange = exchange(&core());
    let said = say(&mut exchange, [first]);
    assert_eq!(vec!["request headers"], words(&said));
    assert_eq!(CommonResponse::default(), common(&said[0]));
    let said = say(&mut exchange, [request_body(CHAT, true)]);
    assert_eq!(vec!["request body"], words(&said));
    let (header, metadata) = destinations(&said[0]);
    assert_eq!(header, metadata);
    assert_eq!(None, common(&said[0]).body_mutation);
}

#[test]
fn a_body_that_is_not_shown_is_routed_at_its_headers() {
    for mode in [BodySendMode::None, BodySendMode::Streamed] {
        let mut first = post(&[]);
        first.protocol_config = Some(modes(mode, BodySendMode::None));
        let mut exchange = exchange(&core());
        let said = say(&mut exchange, [first]);
        assert!(destinations(&said[0]).0.starts_with("10.0.0."));
        let said = say(&mut exchange, [request_body("{", true)]);
        assert_eq!(CommonResponse::default(), common(&said[0]));
    }
}

#[test]
fn a_buffered_request_with_trailers_alone_is_routed_at_them() {
    let mut first = post(&[]);
    if let Some(Happened::RequestHeaders(headers)) = &mut first.request {
        *headers = header_map(&[(":path", "/v1/models")]);
    }
    first.protocol_config = Some(modes(BodySendMode::Buffered, BodySendMode::None));
    let trailers = message(Happened::RequestTrailers(HttpTrailers::default()));
    let said = say(&mut exchange(&core()), [first, trailers]);
    assert_eq!(vec!["request headers", "request trailers"], words(&said));
    assert!(said[1].dynamic_metadata.is_some());
}

#[test]
fn a_mode_that_is_not_spoken_breaks_the_stream_and_says_which_is() {
    let mut first = post(&[]);
    first.protocol_config = Some(modes(BodySendMode::Grpc, BodySendMode::None));
    let mut exchange = exchange(&core());
    assert!(say(&mut exchange, [first]).is_empty());
    let ended = exchange.ended();
    assert!(matches!(ended, Some(Err(why)) if why.ends_with("set FULL_DUPLEX_STREAMED")));
}

#[test]
fn a_grpc_body_passes_as_it_is() {
    let mut exchange = exchange(&core());
    let body = Bytes::from_static(b"\x00\x00\x00\x00\x03\x0a\x01m");
    let first = {
        let mut first = post(&[]);
        if let Some(Happened::RequestHeaders(headers)) = &mut first.request {
            *headers = header_map(&[
                (":path", "/vllm.grpc.engine.VllmEngine/Generate"),
                ("content-type", "application/grpc"),
            ]);
        }
        first
    };
    let said = say(&mut exchange, [first, request_body(body.clone(), true)]);
    assert!(destinations(&said[0]).0.starts_with("10.0.0."));
    assert_eq!(body, joined(&streamed(&said)));
}

#[test]
fn the_subset_decides_as_a_list_and_with_commas() {
    let list = Kind::ListValue(ListValue {
        values: vec![Value {
            kind: Some(text(SECOND)),
        }],
    });
    for kind in [list, text(SECOND), text("10.9.9.9:1,10.0.0.2:8000")] {
        let first = with_subset(post(&[]), kind);
        let said = say(&mut exchange(&core()), [first, request_body(CHAT, true)]);
        assert_eq!(SECOND, destinations(&said[0]).0);
    }
}

#[test]
fn an_empty_subset_is_503_with_its_reason() {
    for kind in [
        text(""),
        text("10.9.9.9:1"),
        Kind::ListValue(ListValue::default()),
    ] {
        for body in [true, false] {
            let mut first = with_subset(post(&[]), kind.clone());
            if let (false, Some(Happened::RequestHeaders(headers))) = (body, &mut first.request) {
                headers.end_of_stream = true;
            }
            let messages = [Some(first), body.then(|| request_body(CHAT, true))];
            let said = say(&mut exchange(&core()), messages.into_iter().flatten());
            let answer = immediate(&said);
            assert_eq!(Some(HttpStatus { code: 503 }), answer.status);
            assert_eq!(
                Some("rejected-no-endpoints".to_owned()),
                set(answer.headers.as_ref(), "x-llm-d-request-dropped-reason")
            );
        }
    }
}

#[test]
fn a_body_that_cannot_be_read_or_names_no_model_is_400() {
    for body in ["{", "[]", "", r#"{"messages":[]}"#, r#"{"model":7}"#] {
        let mut exchange = exchange(&core());
        let answer = immediate(&say(&mut exchange, [post(&[]), request_body(body, true)]));
        assert_eq!(Some(HttpStatus { code: 400 }), answer.status, "{body}");
        let error: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!("invalid_request_error", error["error"]["type"]);
        assert_eq!(Some(Ok(())), exchange.ended());
    }
}

#[test]
fn a_client_that_speaks_grpc_gets_a_status_of_grpc() {
    let first = with_subset(post(&[]), text(""));
    let mut grpc = first.clone();
    if let Some(Happened::RequestHeaders(headers)) = &mut grpc.request {
        *headers = header_map(&[(":path", "/x"), ("content-type", "application/grpc+proto")]);
    }
    let answer = immediate(&say(&mut exchange(&core()), [grpc, request_body("", true)]));
    assert_eq!(Some(GrpcStatus { status: 14 }), answer.grpc_status);
    let answer = immediate(&say(
        &mut exchange(&core()),
        [first, request_body(CHAT, true)],
    ));
    assert_eq!(None, answer.grpc_status);
}

#[test]
fn a_body_beyond_the_limit_is_413_at_once_and_holds_no_memory() {
    let mut exchange = exchange(&core());
    let piece = vec![b' '; MOST_BODY / 2 + 1];
    assert!(
        say(
            &mut exchange,
            [post(&[]), request_body(piece.clone(), false)]
        )
        .is_empty()
    );
    let answer = immediate(&say(&mut exchange, [request_body(piece, false)]));
    assert_eq!(Some(HttpStatus { code: 413 }), answer.status);
}

#[test]
fn a_client_that_is_too_slow_is_408() {
    let core = core();
    let mut exchange = exchange(&core);
    say(&mut exchange, [post(&[]), request_body("{", false)]);
    assert!(exchange.waits_for_client());
    exchange.too_slow();
    let answer = immediate(&say(&mut exchange, []));
    assert_eq!(Some(HttpStatus { code: 408 }), answer.status);
}

#[test]
fn a_forged_destination_is_replaced_and_control_headers_are_removed() {
    let forged = post(&[
        ("x-gateway-destination-endpoint", "6.6.6.6:666"),
        ("x-llm-d-inference-fairness-id", "tenant"),
        ("x-gateway-inference-objective", "critical"),
        ("x-slo-ttft-ms", "100"),
    ]);
    let said = say(&mut exchange(&core()), [forged, request_body(CHAT, true)]);
    assert!(!destinations(&said[0]).0.contains("6.6.6.6"));
    let mutation = common(&said[0]).header_mutation.unwrap();
    let replaced = HeaderAppendAction::OverwriteIfExistsOrAdd as i32;
    assert!(
        mutation
            .set_headers
            .iter()
            .all(|option| option.append_action == replaced)
    );
    let mut removed = mutation.remove_headers;
    removed.sort_unstable();
    assert_eq!(
        vec![
            "x-gateway-inference-objective",
            "x-llm-d-inference-fairness-id",
            "x-slo-ttft-ms"
        ],
        removed
    );
}

#[test]
fn an_id_is_made_where_there_is_none_and_one_is_left_of_two() {
    let id = |first: ProcessingRequest| {
        let said = say(&mut exchange(&core()), [first, request_body(CHAT, true)]);
        set(common(&said[0]).header_mutation.as_ref(), "x-request-id")
    };
    assert_eq!(None, id(post(&[])));
    assert_eq!(Some("one".to_owned()), id(post(&[("x-request-id", "two")])));
    let mut without = post(&[]);
    if let Some(Happened::RequestHeaders(headers)) = &mut without.request {
        *headers = header_map(&[(":path", "/v1/chat/completions")]);
    }
    assert_eq!(36, id(without).unwrap().len());
}

#[test]
fn what_makes_no_sense_breaks_the_stream_with_a_sentence() {
    let trailers = || message(Happened::RequestTrailers(HttpTrailers::default()));
    let nonsense: [Vec<ProcessingRequest>; 5] = [
        vec![request_body("x", false)],
        vec![trailers()],
        vec![post(&[]), post(&[])],
        vec![post(&[]), request_body(CHAT, true), request_body("x", true)],
        vec![post(&[]), request_body(CHAT, true), trailers()],
    ];
    for messages in nonsense {
        let core = core();
        let mut exchange = exchange(&core);
        say(&mut exchange, messages);
        assert!(matches!(exchange.ended(), Some(Err(sentence)) if sentence.len() > 20));
        assert_eq!(0, in_flight(&core));
    }
}
