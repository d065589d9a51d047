//! Clients that speak HTTP/2 without TLS.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, CHAT, PATIENCE, eventually, router, router_with};

type Sender = SendRequest<Full<Bytes>>;

async fn connect(address: &str) -> (Sender, JoinHandle<bool>) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = Builder::new(TokioExecutor::new())
        .initial_stream_window_size(1 << 16)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    (
        sender,
        tokio::spawn(async move { connection.await.is_ok() }),
    )
}

async fn post(sender: &mut Sender) -> Response<Incoming> {
    let uri = format!("http://router{CHAT}");
    let request = Request::post(uri).body(Full::from(BODY)).unwrap();
    timeout(PATIENCE, sender.send_request(request))
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn requests_share_a_connection_and_streams_pass() {
    let pieces = ["data: 1\n\n", "data: 2\n\n"];
    let engine = Engine::start(Behaviour::stream(
        &pieces,
        Duration::from_millis(50),
        End::Whole,
    ))
    .await;
    let running = router(&[&engine]);
    let (mut sender, _connection) = connect(&running.proxy).await;
    let (mut first, second) = (post(&mut sender).await, post(&mut sender).await);
    let frame = first.frame().await.unwrap().unwrap();
    assert_eq!(b"data: 1\n\n"[..], frame.into_data().unwrap());
    for (response, expected) in [(first, "data: 2\n\n"), (second, "data: 1\n\ndata: 2\n\n")] {
        let rest = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(expected.as_bytes(), rest);
    }
    running.idle().await;
}

#[tokio::test]
async fn a_client_that_resets_its_stream_takes_its_request_away() {
    let engine = Engine::start(Behaviour::stream(
        &["data: 1\n\n"],
        Duration::ZERO,
        End::Never,
    ))
    .await;
    let running = router(&[&engine]);
    let (mut sender, _connection) = connect(&running.proxy).await;
    let mut response = post(&mut sender).await;
    response.frame().await.unwrap().unwrap();
    drop(response);
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
    engine.does(Behaviour::plain(200, "{}"));
    assert_eq!(200, post(&mut sender).await.status());
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_bounded_and_given_up() {
    let piece = "x".repeat(64 << 10);
    let pieces: Vec<&str> = std::iter::repeat_n(piece.as_str(), 1000).collect();
    let engine = Engine::start(Behaviour::stream(&pieces, Duration::ZERO, End::Whole)).await;
    let running = router_with(&[&engine], json!({"idle_seconds": 0.5}), json!({}));
    let (mut sender, _connection) = connect(&running.proxy).await;
    let response = post(&mut sender).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        1,
        engine.running(),
        "64 MB went into a client that takes nothing"
    );
    eventually("the engine sees the abort", || engine.aborted() == 1).await;
    running.idle().await;
    drop(response);
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let engine = Engine::start(Behaviour::plain(200, "{}")).await;
    let running = router_with(&[&engine], json!({"idle_seconds": 0.3}), json!({}));
    let (mut sender, connection) = connect(&running.proxy).await;
    assert_eq!(200, post(&mut sender).await.status());
    timeout(PATIENCE, connection)
        .await
        .expect("closed in time")
        .unwrap();
}

#[tokio::test]
async fn a_drain_finishes_streams_and_says_goodbye() {
    let pieces = ["data: 1\n\n", "data: 2\n\n"];
    let engine = Engine::start(Behaviour::stream(
        &pieces,
        Duration::from_millis(300),
        End::Whole,
    ))
    .await;
    let running = router(&[&engine]);
    let (mut sender, connection) = connect(&running.proxy).await;
    let response = post(&mut sender).await;
    let draining = tokio::task::spawn_blocking(move || running.router.drain(PATIENCE));
    let whole = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(b"data: 1\n\ndata: 2\n\n"[..], whole);
    assert!(draining.await.unwrap(), "the drain did not end");
    assert!(
        timeout(PATIENCE, connection).await.unwrap().unwrap(),
        "no orderly end"
    );
}

#[tokio::test]
async fn headers_that_are_too_long_are_431() {
    let engine = Engine::start(Behaviour::plain(200, "{}")).await;
    let running = router_with(&[&engine], json!({"header_bytes": 8192}), json!({}));
    let (mut sender, _connection) = connect(&running.proxy).await;
    let request = Request::post(format!("http://router{CHAT}"))
        .header("x-long", "x".repeat(9000))
        .body(Full::from(BODY))
        .unwrap();
    let response = timeout(PATIENCE, sender.send_request(request))
        .await
        .unwrap();
    assert_eq!(431, response.unwrap().status());
    assert_eq!(0, engine.got().len());
}
