//! Clients that send too much, too slowly, or never read.

use std::time::Duration;

use serde_json::json;

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, CHAT, Client, ask, eventually, post, router, router_with};

fn good() -> Behaviour {
    Behaviour::plain(200, "{}")
}

#[tokio::test]
async fn a_head_that_is_too_long_is_431() {
    let engine = Engine::start(good()).await;
    let running = router_with(&[&engine], json!({"header_bytes": 8192}), json!({}));
    let long = "x".repeat(9000);
    let reply = ask(&running.proxy, "POST", CHAT, &[("x-long", &long)], BODY).await;
    assert_eq!(431, reply.status);
    let fits = "x".repeat(7000);
    assert_eq!(
        200,
        ask(&running.proxy, "POST", CHAT, &[("x-long", &fits)], BODY)
            .await
            .status
    );
}

#[tokio::test]
async fn a_body_that_is_too_long_is_413_whether_it_says_so_or_not() {
    let engine = Engine::start(good()).await;
    let running = router_with(&[&engine], json!({"body_bytes": 1000}), json!({}));
    let reply = post(&running.proxy, &" ".repeat(2000)).await;
    assert_eq!(
        (413, "request_too_large"),
        (
            reply.status,
            reply.json()["error"]["type"].as_str().unwrap()
        )
    );
    let mut client = Client::connect(&running.proxy).await;
    client
        .write(b"POST /v1/completions HTTP/1.1\r\nhost: r\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    for _ in 0..3 {
        client
            .write(format!("1f4\r\n{}\r\n", " ".repeat(500)).as_bytes())
            .await;
    }
    assert_eq!(413, client.reply().await.unwrap().status);
    assert_eq!(0, engine.got().len());
}

#[tokio::test]
async fn bodies_together_are_bounded() {
    let engine = Engine::start(Behaviour::Silent).await;
    let running = router_with(&[&engine], json!({"buffered_bytes": 100_000}), json!({}));
    let body = format!(r#"{{"model":"m","prompt":"{}"}}"#, "a".repeat(60_000));
    let mut first = Client::connect(&running.proxy).await;
    first.send("POST", "/v1/completions", &[], &body).await;
    eventually("the first is at the engine", || engine.running() == 1).await;
    let reply = ask(&running.proxy, "POST", "/v1/completions", &[], &body).await;
    assert_eq!(503, reply.status);
    drop(first);
    eventually("the first is gone", || engine.aborted() == 1).await;
    engine.does(good());
    assert_eq!(
        200,
        ask(&running.proxy, "POST", "/v1/completions", &[], &body)
            .await
            .status
    );
}

#[tokio::test]
async fn one_byte_at_a_time_is_408() {
    let engine = Engine::start(good()).await;
    let running = router_with(&[&engine], json!({"request_seconds": 0.3}), json!({}));
    let mut client = Client::connect(&running.proxy).await;
    client
        .write(b"POST /v1/completions HTTP/1.1\r\nhost: r\r\ncontent-length: 100\r\n\r\n")
        .await;
    for _ in 0..8 {
        client.write(b" ").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(408, client.reply().await.unwrap().status);
    assert_eq!(0, engine.got().len());
}

#[tokio::test]
async fn a_client_that_never_finishes_its_head_is_closed() {
    let engine = Engine::start(good()).await;
    let limits = json!({"request_seconds": 0.2, "idle_seconds": 0.3});
    let running = router_with(&[&engine], limits, json!({}));
    for beginning in [
        "",
        "P",
        "PRI",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST / HTTP/1.1\r\nhost",
    ] {
        let mut client = Client::connect(&running.proxy).await;
        client.write(beginning.as_bytes()).await;
        assert!(client.closed().await, "{beginning:?}");
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_bounded_and_given_up() {
    let piece = "x".repeat(64 << 10);
    let pieces: Vec<&str> = std::iter::repeat_n(piece.as_str(), 1000).collect();
    let engine = Engine::start(Behaviour::stream(&pieces, Duration::ZERO, End::Whole)).await;
    let running = router_with(&[&engine], json!({"idle_seconds": 0.5}), json!({}));
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        1,
        engine.running(),
        "64 MB went into a client that does not read"
    );
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
}

#[tokio::test]
async fn more_connections_than_allowed_wait() {
    let engine = Engine::start(good()).await;
    let running = router_with(&[&engine], json!({"connections": 1}), json!({}));
    let mut first = Client::connect(&running.proxy).await;
    first.post(BODY).await;
    assert_eq!(200, first.reply().await.unwrap().status);
    let mut second = Client::connect(&running.proxy).await;
    second.post(BODY).await;
    let early = tokio::time::timeout(Duration::from_millis(100), second.head()).await;
    assert!(early.is_err(), "a second connection was served");
    drop(first);
    assert_eq!(200, second.reply().await.unwrap().status);
}

#[tokio::test]
async fn big_prompts_and_deep_nesting_are_answered() {
    let engine = Engine::start(good()).await;
    let running = router(&[&engine]);
    let big = format!(r#"{{"model":"m","prompt":"{}"}}"#, "a".repeat(10 << 20));
    assert_eq!(
        200,
        ask(&running.proxy, "POST", "/v1/completions", &[], &big)
            .await
            .status
    );
    let deep = format!(r#"{{"model":"m","prompt":{}"#, "[".repeat(1 << 20));
    assert_eq!(
        400,
        ask(&running.proxy, "POST", "/v1/completions", &[], &deep)
            .await
            .status
    );
    assert_eq!(1, engine.got().len());
    running.idle().await;
}
