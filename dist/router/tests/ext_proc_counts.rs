//! What the picker counts, and what it holds in memory for all requests together.

#![allow(clippy::unwrap_used, clippy::panic)]

mod picker;

use std::sync::Arc;

use picker::*;
use plimsoll_router::core::{Core, MetricNames};
use plimsoll_router::doors::ResponseMode;
use plimsoll_router::doors::ext_proc::Exchange;
use plimsoll_router::doors::proto::*;

const USAGE: &str = r#"{"choices":[],"usage":{"prompt_tokens":70,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":40}}}"#;

/// The value of a metric; of several with this name and these words in their labels the sum.
fn metric(core: &Arc<Core>, name: &str, labels: &str) -> f64 {
    let text = core.telemetry().text(MetricNames::Plimsoll);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .filter(|(series, _)| {
            let (found, rest) = series.split_once('{').unwrap_or((series, ""));
            found == format!("plimsoll_router_{name}") && rest.contains(labels)
        })
        .filter_map(|(_, value)| value.parse::<f64>().ok())
        .sum()
}

fn routed(core: &Arc<Core>, response: BodySendMode) -> Exchange {
    let mut exchange = Exchange::new(core.clone(), settings(ResponseMode::Auto));
    let mut first = post(&[]);
    first.protocol_config = Some(modes(BodySendMode::FullDuplexStreamed, response));
    say(&mut exchange, [first, request_body(CHAT, true)]);
    exchange
}

#[test]
fn what_a_response_cost_is_counted_in_both_modes_that_show_it() {
    for mode in [BodySendMode::Streamed, BodySendMode::FullDuplexStreamed] {
        let core = core();
        let mut exchange = routed(&core, mode);
        let headers = response_headers(&[(":status", "200")]);
        let (first, second) = USAGE.split_at(50);
        say(
            &mut exchange,
            [
                headers,
                response_body(first, false),
                response_body(second, true),
            ],
        );
        let (prompt, _, cached) = core.telemetry().compared();
        assert_eq!((70, 40), (prompt, cached), "{mode:?}");
    }
}

#[test]
fn an_answer_that_is_an_error_is_counted_by_its_status() {
    let core = core();
    let mut exchange = routed(&core, BodySendMode::None);
    say(&mut exchange, [response_headers(&[(":status", "502")])]);
    assert!((metric(&core, "request_errors_total", r#"error_code="502""#) - 1.0).abs() < 0.1);
    let sent = r#"target_model_name="m",error_code="502""#;
    assert!((metric(&core, "request_errors_total", sent) - 1.0).abs() < 0.1);
}

#[test]
fn a_request_that_is_refused_is_an_error_of_its_model_where_that_could_be_read() {
    let core = core();
    let errors = |labels: &str| metric(&core, "request_errors_total", labels);
    let subset = with_subset(post(&[]), text(""));
    say(&mut exchange(&core), [subset, request_body(CHAT, true)]);
    assert!((errors(r#"model_name="m",target_model_name="m",error_code="503""#) - 1.0).abs() < 0.1);
    say(&mut exchange(&core), [post(&[]), request_body("{", true)]);
    assert!((errors(r#"error_code="400""#) - 1.0).abs() < 0.1);
    let long = request_body(vec![b' '; MOST_BODY + 1], false);
    say(&mut exchange(&core), [post(&[]), long]);
    assert!((errors(r#"error_code="413""#) - 1.0).abs() < 0.1);
}

#[test]
fn a_request_that_is_dismissed_is_counted_by_its_reason() {
    let core = core();
    let subset = with_subset(post(&[]), text(""));
    say(&mut exchange(&core), [subset, request_body(CHAT, true)]);
    let dropped = metric(
        &core,
        "requests_dropped_total",
        r#"reason="rejected-no-endpoints""#,
    );
    assert!((dropped - 1.0).abs() < 0.1);
    say(
        &mut exchange(&core),
        [post(&[]), request_body(vec![b' '; MOST_BODY + 1], false)],
    );
    let dropped = metric(
        &core,
        "requests_dropped_total",
        r#"reason="request_too_large""#,
    );
    assert!((dropped - 1.0).abs() < 0.1);
}

#[test]
fn bodies_beyond_what_all_may_hold_are_503_until_there_is_room() {
    let core = core();
    let shared = settings(ResponseMode::Auto);
    let piece = vec![b' '; MOST_BODY];
    let mut held: Vec<Exchange> = (0..BUDGET / MOST_BODY)
        .map(|_| {
            let mut exchange = Exchange::new(core.clone(), shared.clone());
            let said = say(
                &mut exchange,
                [post(&[]), request_body(piece.clone(), false)],
            );
            assert!(said.is_empty());
            exchange
        })
        .collect();
    let ask = || {
        let mut exchange = Exchange::new(core.clone(), shared.clone());
        say(&mut exchange, [post(&[]), request_body(CHAT, true)])
    };
    assert_eq!(Some(HttpStatus { code: 503 }), immediate(&ask()).status);
    held.pop();
    assert_eq!("request headers", word(&ask()[0]));
}
