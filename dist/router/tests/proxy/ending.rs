//! Clients that go away, and a router that does.

use std::time::Duration;

use serde_json::json;

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, Client, eventually, live, post, router};

fn endless() -> Behaviour {
    Behaviour::stream(
        &["data: 1\n\n", "data: 2\n\n"],
        Duration::from_millis(1),
        End::Never,
    )
}

#[tokio::test]
async fn a_client_that_goes_away_before_the_head_takes_its_request_away() {
    let engine = Engine::start(Behaviour::Silent).await;
    let running = router(&[&engine]);
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    eventually("the engine works", || engine.running() == 1).await;
    assert_ne!(0, running.in_flight());
    drop(client);
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
}

#[tokio::test]
async fn a_client_that_goes_away_in_a_stream_takes_its_request_away() {
    let engine = Engine::start(endless()).await;
    let running = router(&[&engine]);
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    client.chunk().await.unwrap();
    drop(client);
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
}

#[tokio::test]
async fn a_client_that_goes_away_in_its_body_never_reaches_an_engine() {
    let engine = Engine::start(endless()).await;
    let running = router(&[&engine]);
    let mut client = Client::connect(&running.proxy).await;
    client
        .write(b"POST /v1/completions HTTP/1.1\r\nhost: r\r\ncontent-length: 100\r\n\r\n{")
        .await;
    drop(client);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((0, 0), (engine.got().len(), running.in_flight()));
}

#[tokio::test]
async fn a_drain_lets_what_runs_finish_and_takes_nothing_new() {
    let pieces = ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"];
    let slow = Behaviour::stream(&pieces, Duration::from_millis(200), End::Whole);
    let engine = Engine::start(slow).await;
    let running = router(&[&engine]);
    let mut idle = Client::connect(&running.proxy).await;
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    client.chunk().await.unwrap();
    let proxy = running.proxy.clone();
    let draining = tokio::task::spawn_blocking(move || {
        let all = running.router.drain(Duration::from_secs(5));
        (running, all)
    });
    assert!(idle.closed().await, "an idle connection stays open");
    let mut rest = Vec::new();
    while let Some(chunk) = client.chunk().await.filter(|chunk| !chunk.is_empty()) {
        rest.extend(chunk);
    }
    assert_eq!(b"data: 2\n\ndata: 3\n\n".to_vec(), rest);
    let (running, all) = draining.await.unwrap();
    assert!(all, "the drain did not end");
    assert!(client.closed().await);
    assert!(
        tokio::net::TcpStream::connect(&proxy).await.is_err(),
        "the listener is still open"
    );
    assert_eq!(0, running.in_flight());
}

#[tokio::test]
async fn a_drain_says_when_something_did_not_end() {
    let engine = Engine::start(endless()).await;
    let running = router(&[&engine]);
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    let stopped = tokio::task::spawn_blocking(move || {
        let all = running.router.drain(Duration::from_millis(100));
        running.router.stop();
        all
    });
    assert!(!stopped.await.unwrap());
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
}

#[tokio::test]
async fn settings_are_replaced_under_requests() {
    let pieces = ["data: 1\n\n", "data: 2\n\n"];
    let old = Engine::start(Behaviour::stream(
        &pieces,
        Duration::from_millis(100),
        End::Whole,
    ))
    .await;
    let new = Engine::start(Behaviour::plain(200, "{}")).await;
    let running = router(&[&old]);
    let mut client = Client::connect(&running.proxy).await;
    client.post(BODY).await;
    client.head().await.unwrap();
    running
        .router
        .apply(&live(&[&new.address], json!({})))
        .unwrap();
    assert_eq!(200, post(&running.proxy, BODY).await.status);
    assert_eq!((1, 1), (old.got().len(), new.got().len()));
    client.chunk().await.unwrap();
    assert_eq!(b"data: 2\n\n".to_vec(), client.chunk().await.unwrap());
    running.idle().await;
}

#[tokio::test]
async fn a_drain_ends_though_clients_keep_coming() {
    let engine = Engine::start(Behaviour::plain(200, "{}")).await;
    let running = router(&[&engine]);
    let proxy = running.proxy.clone();
    let coming = tokio::spawn(async move {
        while let Ok(stream) = tokio::net::TcpStream::connect(&proxy).await {
            drop(stream);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let drained = tokio::task::spawn_blocking(move || {
        let all = running.router.drain(Duration::from_secs(5));
        (running, all)
    });
    let (_running, all) = drained.await.unwrap();
    assert!(all, "the drain did not end");
    tokio::time::timeout(Duration::from_secs(5), coming)
        .await
        .expect("closed")
        .unwrap();
}
