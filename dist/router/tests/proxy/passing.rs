//! What passes through, and what does not.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, CHAT, Client, ask, get, post, router, router_with};

const ANSWER: &str = r#"{"id":"1","model":"m","usage":{"prompt_tokens":5,"completion_tokens":1}}"#;

#[tokio::test]
async fn a_response_arrives_as_the_endpoint_gave_it() {
    let engine = Engine::start(Behaviour::plain(200, ANSWER)).await;
    let running = router(&[&engine]);
    let reply = post(&running.proxy, BODY).await;
    assert_eq!((200, ANSWER.to_owned()), (reply.status, reply.text()));
    assert_eq!("yes", reply.headers["x-engine"]);
    let got = engine.got().remove(0);
    assert_eq!(("POST", CHAT), (got.method.as_str(), got.path.as_str()));
    assert_eq!(BODY.as_bytes(), got.body);
    assert_eq!(engine.address, got.headers["host"].to_str().unwrap());
    running.idle().await;
}

#[tokio::test]
async fn errors_of_the_endpoint_arrive_as_they_are() {
    let engine = Engine::start(Behaviour::plain(
        404,
        r#"{"error":{"message":"no such model"}}"#,
    ))
    .await;
    let running = router(&[&engine]);
    let reply = post(&running.proxy, BODY).await;
    assert_eq!(
        (404, "no such model"),
        (
            reply.status,
            reply.json()["error"]["message"].as_str().unwrap()
        )
    );
    assert_eq!(1, engine.got().len());
}

#[tokio::test]
async fn the_first_piece_of_a_stream_arrives_before_the_last_is_written() {
    let gap = Duration::from_millis(150);
    let pieces = ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"];
    let engine = Engine::start(Behaviour::stream(&pieces, gap, End::Whole)).await;
    let running = router(&[&engine]);
    let mut client = Client::connect(&running.proxy).await;
    let start = Instant::now();
    client.post(BODY).await;
    client.head().await.unwrap();
    assert_eq!(b"data: 1\n\n".to_vec(), client.chunk().await.unwrap());
    assert!(
        start.elapsed() < gap,
        "the first piece took {:?}",
        start.elapsed()
    );
    assert_eq!(1, running.in_flight().min(1));
    assert_eq!(b"data: 2\n\n".to_vec(), client.chunk().await.unwrap());
    assert_eq!(b"data: 3\n\n".to_vec(), client.chunk().await.unwrap());
    assert!(start.elapsed() >= 2 * gap);
    assert!(client.chunk().await.unwrap().is_empty());
    running.idle().await;
}

#[tokio::test]
async fn headers_pass_but_for_those_that_speak_to_the_router() {
    let engine = Engine::start(Behaviour::plain(200, ANSWER)).await;
    let running = router(&[&engine]);
    let headers = [
        ("authorization", "Bearer key"),
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("x-request-id", "mine"),
        ("x-request-id", "another"),
        ("x-gateway-destination-endpoint", "127.0.0.1:1"),
        ("x-llm-d-inference-objective", "batch"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
    ];
    let reply = ask(&running.proxy, "POST", CHAT, &headers, BODY).await;
    assert_eq!("mine", reply.headers["x-request-id"]);
    let got = engine.got().remove(0);
    let mut names: Vec<&str> = got.headers.keys().map(http::HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        vec![
            "authorization",
            "content-length",
            "host",
            "traceparent",
            "x-request-id"
        ],
        names
    );
    assert_eq!(
        vec!["mine"],
        got.headers
            .get_all("x-request-id")
            .iter()
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn connections_to_the_endpoint_are_kept() {
    let engine = Engine::start(Behaviour::plain(200, ANSWER)).await;
    let running = router_with(&[&engine], json!({}), json!({"scrape": {"interval_ms": 0}}));
    let mut client = Client::connect(&running.proxy).await;
    for _ in 0..20 {
        client.post(BODY).await;
        assert_eq!(200, client.reply().await.unwrap().status);
    }
    assert_eq!((20, 1), (engine.got().len(), engine.connections()));
}

#[tokio::test]
async fn the_model_is_renamed_on_the_way_in_and_back_on_the_way_out() {
    let answer = r#"{"model":"m-canary","choices":[{"text":"\"model\":\"m-canary\""}]}"#;
    let engine = Engine::start(Behaviour::plain(200, answer)).await;
    let rewrites = json!({"rewrites": [{"model": "m", "targets": [{"model": "m-canary"}]}]});
    let running = router_with(&[&engine], json!({}), rewrites);
    let reply = post(&running.proxy, BODY).await;
    let expected = r#"{"model":"m","choices":[{"text":"\"model\":\"m-canary\""}]}"#;
    assert_eq!(expected, reply.text());
    let got = engine.got().remove(0);
    let sent = BODY.replace(r#""model":"m""#, r#""model":"m-canary""#);
    assert_eq!(sent.as_bytes(), got.body);
    assert_eq!(
        sent.len().to_string(),
        got.headers["content-length"].to_str().unwrap()
    );
}

#[tokio::test]
async fn bodies_that_make_no_sense_are_refused_with_a_sentence() {
    let engine = Engine::start(Behaviour::plain(200, ANSWER)).await;
    let running = router(&[&engine]);
    for (body, expected) in [("{", "byte 1"), (r#"{"prompt":"a"}"#, "model")] {
        let reply = post(&running.proxy, body).await;
        let error = reply.json()["error"].clone();
        assert_eq!(36, reply.headers["x-request-id"].len());
        assert_eq!(
            (400, "invalid_request_error"),
            (reply.status, error["type"].as_str().unwrap())
        );
        assert!(
            error["message"].as_str().unwrap().contains(expected),
            "{error}"
        );
    }
    assert_eq!(0, engine.got().len());
}

#[tokio::test]
async fn other_paths_are_passed_on_unread() {
    let engine = Engine::start(Behaviour::plain(200, "{}")).await;
    let running = router(&[&engine]);
    assert_eq!(200, get(&running.proxy, "/version?a=b").await.status);
    let reply = ask(&running.proxy, "POST", "/tokenize", &[], "no json").await;
    assert_eq!(200, reply.status);
    let got: Vec<String> = engine
        .got()
        .iter()
        .map(|got| format!("{} {}", got.method, got.path))
        .collect();
    assert_eq!(vec!["GET /version?a=b", "POST /tokenize"], got);
    assert_eq!(b"no json".to_vec(), engine.got()[1].body);
}

#[tokio::test]
async fn health_is_the_routers_own() {
    let mut engine = Engine::start(Behaviour::plain(500, "")).await;
    let running = router(&[&engine]);
    assert_eq!(200, get(&running.proxy, "/health").await.status);
    assert_eq!(200, get(&running.metrics, "/health").await.status);
    assert_eq!(404, get(&running.metrics, "/v1/models").await.status);
    assert_eq!(0, engine.got().len());
    engine.die().await;
    crate::support::eventually("the endpoint is down", || {
        running.endpoint(&engine.address)["healthy"] == false
    })
    .await;
    assert_eq!(503, get(&running.proxy, "/health").await.status);
    assert_eq!(503, get(&running.metrics, "/health").await.status);
}

#[tokio::test]
async fn metrics_are_not_for_clients() {
    let engine = Engine::start(Behaviour::plain(200, "of the engine")).await;
    let running = router(&[&engine]);
    assert_eq!(200, get(&running.metrics, "/metrics").await.status);
    let reply = get(&running.metrics, "/state").await;
    assert_eq!(
        engine.address,
        reply.json()["endpoints"][0]["address"].as_str().unwrap()
    );
}
