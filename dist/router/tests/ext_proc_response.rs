//! The response's side of an exchange: what is passed on, and when the request stops counting.

#![allow(clippy::unwrap_used, clippy::panic)]

mod picker;

use std::sync::Arc;

use picker::*;
use plimsoll_router::core::Core;
use plimsoll_router::doors::ResponseMode;
use plimsoll_router::doors::ext_proc::{Exchange, LOAD_BALANCING, SERVED};
use plimsoll_router::doors::proto::*;

fn routed(core: &Arc<Core>, response: BodySendMode) -> Exchange {
    let mut exchange = Exchange::new(core.clone(), settings(ResponseMode::Auto));
    let mut first = post(&[]);
    first.protocol_config = Some(modes(BodySendMode::FullDuplexStreamed, response));
    say(&mut exchange, [first, request_body(CHAT, true)]);
    assert_eq!(1, in_flight(core));
    exchange
}

fn headers() -> ProcessingRequest {
    response_headers(&[(":status", "200"), ("content-type", "text/event-stream")])
}

fn trailers() -> ProcessingRequest {
    message(Happened::ResponseTrailers(HttpTrailers::default()))
}

#[test]
fn a_request_counts_until_its_response_has_ended() {
    let ends: [Vec<ProcessingRequest>; 3] = [
        vec![
            headers(),
            response_body("x", false),
            response_body("", true),
        ],
        vec![headers(), response_body("x", false), trailers()],
        vec![{
            let mut only = headers();
            if let Some(Happened::ResponseHeaders(headers)) = &mut only.request {
                headers.end_of_stream = true;
            }
            only
        }],
    ];
    for mut messages in ends {
        let core = core();
        let mut exchange = routed(&core, BodySendMode::FullDuplexStreamed);
        let last = messages.pop();
        say(&mut exchange, messages);
        assert_eq!(1, in_flight(&core));
        say(&mut exchange, last);
        assert_eq!(0, in_flight(&core));
        drop(exchange);
        assert_eq!(0, in_flight(&core));
    }
}

#[test]
fn a_request_stops_counting_when_its_stream_is_dropped_at_any_point() {
    let messages = [
        headers(),
        response_body("x", false),
        response_body("y", false),
    ];
    for count in 0..=messages.len() {
        let core = core();
        let mut exchange = routed(&core, BodySendMode::FullDuplexStreamed);
        say(&mut exchange, messages[..count].to_vec());
        drop(exchange);
        assert_eq!(0, in_flight(&core));
    }
}

#[test]
fn the_gateway_says_where_the_request_went_and_it_counts_there() {
    let core = core();
    let mut exchange = Exchange::new(core.clone(), settings(ResponseMode::Auto));
    let said = say(&mut exchange, [post(&[]), request_body(CHAT, true)]);
    let list = destinations(&said[0]).0;
    let second = list.split(',').nth(1).unwrap();
    let mut moved = headers();
    moved.metadata_context = Some(metadata(
        "envoy.lb",
        "x-gateway-destination-endpoint-served",
        text(second),
    ));
    say(&mut exchange, [moved]);
    assert_eq!(1, core.fleet().by_address(second).unwrap().in_flight());
    assert_eq!(1, in_flight(&core));
    drop(exchange);
    assert_eq!(0, in_flight(&core));
}

#[test]
fn an_unknown_served_endpoint_changes_nothing() {
    let core = core();
    let mut exchange = routed(&core, BodySendMode::None);
    let mut odd = headers();
    odd.metadata_context = Some(metadata(
        "envoy.lb",
        "x-gateway-destination-endpoint-served",
        text("6.6.6.6:666"),
    ));
    assert_eq!(vec!["response headers"], words(&say(&mut exchange, [odd])));
    assert_eq!(1, in_flight(&core));
}

#[test]
fn in_full_duplex_every_piece_is_sent_back_at_once() {
    let mut exchange = routed(&core(), BodySendMode::FullDuplexStreamed);
    assert_eq!(
        vec!["response headers"],
        words(&say(&mut exchange, [headers()]))
    );
    let piece = "data: {\"model\":\"m\"}\n\n";
    let said = say(&mut exchange, [response_body(piece, false)]);
    assert_eq!(piece.as_bytes(), joined(&streamed(&said)));
    let said = say(&mut exchange, [response_body("", true)]);
    assert!(streamed(&said)[0].end_of_stream);
}

#[test]
fn a_piece_that_envoy_keeps_is_not_sent_back() {
    let mut exchange = routed(&core(), BodySendMode::Streamed);
    let said = say(
        &mut exchange,
        [headers(), response_body("data: {}\n\n", true)],
    );
    assert_eq!(vec!["response headers", "response body"], words(&said));
    assert_eq!(CommonResponse::default(), common(&said[1]));
}

#[test]
fn trailers_end_a_response_whose_body_is_not_shown() {
    let core = core();
    let mut exchange = routed(&core, BodySendMode::None);
    let said = say(&mut exchange, [headers(), trailers()]);
    assert_eq!(vec!["response headers", "response trailers"], words(&said));
    assert_eq!(0, in_flight(&core));
}

#[test]
fn a_stream_can_be_left_only_when_nothing_is_lost_by_it() {
    let core = core();
    let mut collecting = exchange(&core);
    say(&mut collecting, [post(&[]), request_body("{", false)]);
    assert!(!collecting.can_end(), "the picker holds the body");

    let mut duplex = routed(&core, BodySendMode::FullDuplexStreamed);
    say(&mut duplex, [headers(), response_body("x", false)]);
    assert!(!duplex.can_end(), "pieces on their way would be lost");
    say(&mut duplex, [response_body("y", true)]);
    assert!(duplex.can_end());

    for mode in [BodySendMode::None, BodySendMode::Streamed] {
        let mut kept = routed(&core, mode);
        say(&mut kept, [headers()]);
        assert!(kept.can_end(), "{mode:?}");
    }
}

#[test]
fn a_model_that_is_sent_under_another_name_comes_back_under_its_own() {
    let core = core();
    let mut exchange = exchange(&core);
    let first = post(&[("x-llm-d-model-name-rewrite", "tuned")]);
    let said = say(&mut exchange, [first, request_body(CHAT, true)]);
    let sent = CHAT.replacen("\"m\"", "\"tuned\"", 1);
    assert_eq!(sent.as_bytes(), joined(&streamed(&said)));
    let mutation = common(&said[0]).header_mutation;
    assert_eq!(
        Some(sent.len().to_string()),
        set(mutation.as_ref(), "content-length")
    );

    let said = say(&mut exchange, [headers()]);
    let mutation = common(&said[0]).header_mutation.unwrap();
    assert_eq!(vec!["content-length"], mutation.remove_headers);
    let pieces = ["data: {\"model\":\"tu", "ned\"}\n\n"];
    let mut back = Vec::new();
    for piece in pieces {
        back.extend(joined(&streamed(&say(
            &mut exchange,
            [response_body(piece, false)],
        ))));
    }
    assert_eq!(&b"data: {\"model\":\"m\"}\n\n"[..], back);
}

#[test]
fn what_is_held_back_arrives_before_trailers_and_before_the_picker_leaves() {
    for leave in [false, true] {
        let core = core();
        let mut exchange = exchange(&core);
        let first = post(&[("x-llm-d-model-name-rewrite", "tuned")]);
        say(&mut exchange, [first, request_body(CHAT, true), headers()]);
        let mut said = say(&mut exchange, [response_body("{\"model\":\"tu", false)]);
        if leave {
            exchange.let_go();
        } else {
            exchange.take(trailers());
        }
        said.extend(say(&mut exchange, []));
        said.retain(|each| word(each) == "response body");
        assert_eq!(&b"{\"model\":\"tu"[..], joined(&streamed(&said)), "{leave}");
    }
}

#[test]
fn what_has_arrived_together_is_said_together() {
    let core = core();
    let mut exchange = routed(&core, BodySendMode::FullDuplexStreamed);
    let said = say(
        &mut exchange,
        [
            headers(),
            response_body("one", false),
            response_body("", true),
        ],
    );
    let words: Vec<&str> = said.iter().map(word).collect();
    assert_eq!(vec!["response headers", "response body"], words);
    let pieces = streamed(&said);
    assert_eq!(
        (b"one".as_slice(), true),
        (&pieces[0].body[..], pieces[0].end_of_stream)
    );
}

#[test]
fn a_piece_waits_for_no_other_and_trailers_come_behind_it() {
    let core = core();
    let mut exchange = routed(&core, BodySendMode::FullDuplexStreamed);
    say(&mut exchange, [headers()]);
    exchange.take(response_body("one", false));
    assert!(exchange.say().is_none() && exchange.pause());
    let said: Vec<_> = std::iter::from_fn(|| exchange.say()).collect();
    assert_eq!(b"one".to_vec(), joined(&streamed(&said)));
    assert!(!exchange.pause());
    let said = say(&mut exchange, [response_body("two", false), trailers()]);
    let words: Vec<&str> = said.iter().map(word).collect();
    assert_eq!(vec!["response body", "response trailers"], words);
}

#[test]
fn long_pieces_are_not_copied_into_one() {
    let core = core();
    let mut exchange = routed(&core, BodySendMode::FullDuplexStreamed);
    let long = vec![b'x'; 16_000];
    let messages = [
        headers(),
        response_body(long.clone(), false),
        response_body(long, true),
    ];
    assert_eq!(2, streamed(&say(&mut exchange, messages)).len());
}

#[test]
fn an_answer_tells_the_token_of_the_endpoint_that_served_where_sessions_have_tokens() {
    let core = core_with(serde_json::json!({
        "endpoints": [{"address": FIRST}, {"address": SECOND}],
        "session": {"header": "x-session-token", "token": true},
        "profiles": {"default": {"scorers": [{"type": "session-affinity-scorer"}]}},
    }));
    for address in [FIRST, SECOND] {
        let mut exchange = routed(&core, BodySendMode::FullDuplexStreamed);
        let mut headers = headers();
        headers.metadata_context = Some(metadata(LOAD_BALANCING, SERVED, text(address)));
        let said = say(&mut exchange, [headers]);
        let set = common(&said[0]).header_mutation.unwrap().set_headers;
        let header = set[0].header.clone().unwrap();
        assert_eq!(
            (1, b"x-session-token".as_slice()),
            (set.len(), &header.key[..])
        );
        let endpoint = core.fleet().by_address(address).unwrap().clone();
        let (_, token) = core.session_token(&endpoint).unwrap();
        assert_eq!(token.as_bytes(), &header.raw_value[..]);
    }
}
