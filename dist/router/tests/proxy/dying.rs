//! Endpoints that die before, during and after their head; another one takes over while it can.

use std::time::Duration;

use serde_json::json;

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, Client, eventually, get, post, router, router_with};

fn good() -> Behaviour {
    Behaviour::plain(200, "{}")
}

#[tokio::test]
async fn a_dead_endpoint_costs_no_request() {
    let mut dead = Engine::start(good()).await;
    let alive = Engine::start(good()).await;
    // Nobody asks for metrics: only requests find out.
    let running = router_with(
        &[&dead, &alive],
        json!({}),
        json!({"scrape": {"interval_ms": 0}}),
    );
    dead.die().await;
    for _ in 0..20 {
        assert_eq!(200, post(&running.proxy, BODY).await.status);
    }
    assert_eq!(20, alive.got().len());
    running.idle().await;
}

#[tokio::test]
async fn a_dead_endpoint_is_used_again_when_it_is_back() {
    let mut engine = Engine::start(good()).await;
    let running = router(&[&engine]);
    engine.die().await;
    assert_eq!(503, post(&running.proxy, BODY).await.status);
    let again = Engine::start_at(&engine.address, good()).await;
    eventually("the endpoint is used again", || {
        running.endpoint(&again.address)["healthy"] == true
    })
    .await;
    assert_eq!(200, post(&running.proxy, BODY).await.status);
}

#[tokio::test]
async fn no_head_is_tried_elsewhere() {
    let broken = Engine::start(Behaviour::NoHead).await;
    let alive = Engine::start(good()).await;
    let running = router(&[&broken, &alive]);
    for _ in 0..20 {
        assert_eq!(200, post(&running.proxy, BODY).await.status);
    }
    assert!(
        !broken.got().is_empty(),
        "the broken endpoint was never asked"
    );
    running.idle().await;
}

#[tokio::test]
async fn a_busy_endpoint_is_asked_once_and_then_another() {
    let busy = Engine::start(Behaviour::plain(503, r#"{"error":{"message":"full"}}"#)).await;
    let alive = Engine::start(good()).await;
    let running = router(&[&busy, &alive]);
    for _ in 0..20 {
        assert_eq!(200, post(&running.proxy, BODY).await.status);
    }
    assert!(!busy.got().is_empty(), "the busy endpoint was never asked");
    assert_eq!(20, alive.got().len());
    running.idle().await;
}

#[tokio::test]
async fn the_last_busy_endpoint_speaks_for_itself() {
    let busy = Engine::start(Behaviour::plain(503, r#"{"error":{"message":"full"}}"#)).await;
    let running = router(&[&busy]);
    let reply = post(&running.proxy, BODY).await;
    assert_eq!(
        (503, "full"),
        (
            reply.status,
            reply.json()["error"]["message"].as_str().unwrap()
        )
    );
}

#[tokio::test]
async fn a_response_that_breaks_off_is_cut_and_never_repeated() {
    let gap = Duration::from_millis(5);
    let broken = Engine::start(Behaviour::stream(&["data: 1\n\n"], gap, End::Broken)).await;
    let alive = Engine::start(Behaviour::stream(&["data: 1\n\n"], gap, End::Broken)).await;
    let running = router(&[&broken, &alive]);
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    assert_eq!(200, client.head().await.unwrap().0);
    assert_eq!(b"data: 1\n\n".to_vec(), client.chunk().await.unwrap());
    assert_eq!(None, client.chunk().await);
    assert_eq!(1, broken.got().len() + alive.got().len());
    running.idle().await;
}

#[tokio::test]
async fn a_response_shorter_than_its_length_is_cut() {
    let short = Behaviour::Answer {
        status: 200,
        pieces: vec![b"{".to_vec(), b"}".to_vec()],
        gap: Duration::from_millis(50),
        end: End::Whole,
        length: true,
    };
    let mut engine = Engine::start(short).await;
    let running = router(&[&engine]);
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    client.exactly(1).await.unwrap();
    engine.die().await;
    assert!(client.closed().await);
    running.idle().await;
}

#[tokio::test]
async fn all_dead_is_503_with_the_reason() {
    let mut engines = [Engine::start(good()).await, Engine::start(good()).await];
    let running = router(&[&engines[0], &engines[1]]);
    for engine in &mut engines {
        engine.die().await;
    }
    for _ in 0..3 {
        let reply = post(&running.proxy, BODY).await;
        assert_eq!(503, reply.status);
        assert_eq!(
            "rejected-no-endpoints",
            reply.headers["x-llm-d-request-dropped-reason"]
        );
        assert_eq!("service_unavailable", reply.json()["error"]["type"]);
    }
    assert_eq!(503, get(&running.proxy, "/v1/models").await.status);
    running.idle().await;
}

#[tokio::test]
async fn no_endpoint_at_all_is_503() {
    let running = router(&[]);
    assert_eq!(503, post(&running.proxy, BODY).await.status);
}

#[tokio::test]
async fn a_silent_endpoint_is_504_and_is_told_to_stop() {
    let engine = Engine::start(Behaviour::Silent).await;
    let running = router_with(
        &[&engine],
        json!({"upstream_header_seconds": 0.2}),
        json!({}),
    );
    assert_eq!(504, post(&running.proxy, BODY).await.status);
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
}

#[tokio::test]
async fn an_endpoint_that_falls_silent_in_a_stream_is_given_up() {
    let gap = Duration::from_millis(1);
    let engine = Engine::start(Behaviour::stream(&["data: 1\n\n"], gap, End::Never)).await;
    let running = router_with(
        &[&engine],
        json!({"upstream_header_seconds": 0.2}),
        json!({}),
    );
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    client.chunk().await.unwrap();
    assert_eq!(None, client.chunk().await);
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
}
