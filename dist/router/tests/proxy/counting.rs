//! What is counted of requests.

use std::time::Duration;

use serde_json::json;

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, Running, get, post, router, router_with};

async fn metric(running: &Running, line: &str) -> f64 {
    let text = get(&running.metrics, "/metrics").await.text();
    let found = text.lines().find_map(|each| each.strip_prefix(line));
    found.map_or(0.0, |value| value.trim().parse().unwrap())
}

#[tokio::test]
async fn usage_at_the_end_of_a_stream_is_counted() {
    let pieces = [
        "data: {\"choices\":[],\"usage\":null}\n\n",
        "data: {\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":7,",
        "\"prompt_tokens_details\":{\"cached_tokens\":32}}}\n\n",
        "data: [DONE]\n\n",
    ];
    let engine = Engine::start(Behaviour::stream(
        &pieces,
        Duration::from_millis(2),
        End::Whole,
    ))
    .await;
    let running = router(&[&engine]);
    assert_eq!(200, post(&running.proxy, BODY).await.status);
    running.idle().await;
    let model = "{model_name=\"m\",target_model_name=\"m\"}";
    let text = get(&running.metrics, "/metrics").await.text();
    for (name, expected) in [
        ("plimsoll_router_prompt_tokens_sum", 50.0),
        ("plimsoll_router_cached_tokens_sum", 32.0),
        ("plimsoll_router_output_tokens_sum", 7.0),
        ("plimsoll_router_request_seconds_count", 1.0),
        ("plimsoll_router_first_token_seconds_count", 1.0),
    ] {
        let line = format!("{name}{model}");
        assert_eq!(expected, metric(&running, &line).await, "{line} in {text}");
    }
}

#[tokio::test]
async fn errors_are_counted_by_status() {
    let engine = Engine::start(Behaviour::plain(404, "{}")).await;
    let running = router(&[&engine]);
    post(&running.proxy, BODY).await;
    engine.does(Behaviour::NoHead);
    post(&running.proxy, BODY).await;
    let text = get(&running.metrics, "/metrics").await.text();
    for status in [404, 502] {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(&format!("\"{status}\"")))
            .collect();
        assert_eq!(1, lines.len(), "{status} in {text}");
        assert!(lines[0].ends_with(" 1"), "{lines:?}");
        assert!(lines[0].contains("target_model_name=\"m\""), "{lines:?}");
    }
}

#[tokio::test]
async fn dismissals_are_counted_by_reason() {
    let running = router_with(&[], json!({"body_bytes": 100}), json!({}));
    assert_eq!(503, post(&running.proxy, BODY).await.status);
    assert_eq!(400, post(&running.proxy, "{").await.status);
    assert_eq!(413, post(&running.proxy, &" ".repeat(101)).await.status);
    let text = get(&running.metrics, "/metrics").await.text();
    let once = |what: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| line.contains(what)).collect();
        assert_eq!(1, lines.len(), "{what} in {text}");
        assert!(lines[0].ends_with(" 1"), "{lines:?}");
    };
    for reason in ["rejected-no-endpoints", "bad-request", "request_too_large"] {
        once(reason);
    }
    for status in [503, 400, 413] {
        once(&format!("error_code=\"{status}\""));
    }
}
