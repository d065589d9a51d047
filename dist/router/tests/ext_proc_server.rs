//! The picker behind a socket: health, slow and absent readers, every end of a stream, the drain.

#![allow(clippy::unwrap_used, clippy::panic)]

mod picker;

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use picker::*;
use plimsoll_router::core::Core;
use plimsoll_router::doors::ext_proc::{PickerServer, SERVICE};
use plimsoll_router::doors::proto::*;
use plimsoll_router::doors::{Bootstrap, Drain};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Request, Status, Streaming};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

const SOON: Duration = Duration::from_secs(10);
const NOTICE: Duration = Duration::from_millis(300);

struct Served {
    core: Arc<Core>,
    drain: Drain,
    channel: Channel,
    address: String,
    task: tokio::task::JoinHandle<()>,
}

async fn serve(mut limits: serde_json::Value) -> Served {
    limits["notice_seconds"] = NOTICE.as_secs_f64().into();
    let json = serde_json::json!({"ext_proc": "127.0.0.1:0", "limits": limits});
    let bootstrap = Bootstrap::from_json(json.to_string().as_bytes()).unwrap();
    let core = core();
    let drain = Drain::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = PickerServer::new(core.clone(), &bootstrap, drain.clone());
    let task = tokio::spawn(async move { server.serve(listener, None, None).await.unwrap() });
    let address = format!("http://{address}");
    let channel = Channel::from_shared(address.clone()).unwrap();
    Served {
        core,
        drain,
        channel: channel.connect().await.unwrap(),
        address,
        task,
    }
}

type Sender = mpsc::Sender<ProcessingRequest>;

async fn stream(served: &Served) -> (Sender, Streaming<ProcessingResponse>) {
    let (sender, receiver) = mpsc::channel(1);
    sender.send(post(&[])).await.unwrap();
    let mut grpc = tonic::client::Grpc::new(served.channel.clone());
    grpc.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<ProcessingRequest, ProcessingResponse>::default();
    let path = http::uri::PathAndQuery::from_maybe_shared(format!("/{SERVICE}/Process")).unwrap();
    let request = Request::new(ReceiverStream::new(receiver));
    let response = grpc.streaming(request, path, codec).await.unwrap();
    (sender, response.into_inner())
}

/// A stream whose request is routed.
async fn routed(served: &Served) -> (Sender, Streaming<ProcessingResponse>) {
    let (sender, mut answers) = stream(served).await;
    sender.send(request_body(CHAT, true)).await.unwrap();
    for expected in ["request headers", "request body"] {
        assert_eq!(expected, word(&next(&mut answers).await.unwrap().unwrap()));
    }
    (sender, answers)
}

async fn next(
    answers: &mut Streaming<ProcessingResponse>,
) -> Option<Result<ProcessingResponse, Status>> {
    tokio::time::timeout(SOON, answers.next()).await.unwrap()
}

async fn health(served: &Served, service: &str) -> Result<i32, Code> {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = HealthClient::new(served.channel.clone())
        .check(request)
        .await;
    answer
        .map(|answer| answer.into_inner().status)
        .map_err(|status| status.code())
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let waited = tokio::time::timeout(SOON, async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what}");
}

#[tokio::test]
async fn health_knows_the_names_that_gateways_ask_for_and_no_other() {
    let served = serve(serde_json::json!({})).await;
    for name in ["", "liveness", "readiness", "inference-extension", SERVICE] {
        assert_eq!(
            Ok(ServingStatus::Serving.into()),
            health(&served, name).await,
            "{name}"
        );
    }
    assert_eq!(Err(Code::NotFound), health(&served, "other").await);
}

#[tokio::test]
async fn streams_of_a_connection_that_breaks_give_their_places_back() {
    let mut served = serve(serde_json::json!({})).await;
    let gateway = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let address = served.address.clone();
    let connected = gateway.spawn(async move {
        let channel = Channel::from_shared(address).unwrap();
        channel.connect().await.unwrap()
    });
    served.channel = connected.await.unwrap();
    let streams = [routed(&served).await, routed(&served).await];
    assert_eq!(2, in_flight(&served.core));
    gateway.shutdown_background();
    until("in flight after the break", || in_flight(&served.core) == 0).await;
    drop(streams);
}

#[tokio::test]
async fn a_stream_that_is_half_closed_gives_its_place_back_and_ends_with_ok() {
    let served = serve(serde_json::json!({})).await;
    let (sender, mut answers) = routed(&served).await;
    drop(sender);
    assert!(next(&mut answers).await.is_none());
    assert_eq!(0, in_flight(&served.core));
}

#[tokio::test]
async fn nonsense_ends_the_stream_as_an_invalid_argument() {
    let served = serve(serde_json::json!({})).await;
    let (sender, mut answers) = stream(&served).await;
    sender.send(post(&[])).await.unwrap();
    let status = next(&mut answers).await.unwrap().unwrap_err();
    assert_eq!(Code::InvalidArgument, status.code());
}

#[tokio::test]
async fn a_client_that_sends_half_a_request_is_dismissed_in_time() {
    let served = serve(serde_json::json!({"request_seconds": 0.1})).await;
    let (sender, mut answers) = stream(&served).await;
    sender.send(request_body("{", false)).await.unwrap();
    let said = next(&mut answers).await.unwrap().unwrap();
    assert_eq!(Some(HttpStatus { code: 408 }), immediate(&[said]).status);
    assert!(next(&mut answers).await.is_none());
}

#[tokio::test]
async fn a_response_may_take_longer_than_a_request() {
    let served = serve(serde_json::json!({"request_seconds": 0.1})).await;
    let (sender, mut answers) = routed(&served).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    sender
        .send(response_headers(&[(":status", "200")]))
        .await
        .unwrap();
    assert_eq!(
        "response headers",
        word(&next(&mut answers).await.unwrap().unwrap())
    );
}

#[tokio::test]
async fn a_reader_that_never_reads_stops_the_sender() {
    let served = serve(serde_json::json!({})).await;
    let (sender, _answers) = routed(&served).await;
    let piece = vec![b'x'; 60_000];
    let mut sent = 0;
    sender.send(response_headers(&[])).await.unwrap();
    while sent < 256 << 20 {
        let send = sender.send(response_body(piece.clone(), false));
        match tokio::time::timeout(Duration::from_millis(500), send).await {
            Ok(result) => result.unwrap(),
            Err(_) => break,
        }
        sent += piece.len();
    }
    assert!(sent < 32 << 20, "{sent} bytes were taken");
}

#[tokio::test]
async fn a_drain_announces_itself_serves_on_and_ends_streams_with_ok() {
    let served = serve(serde_json::json!({})).await;
    let (kept, mut kept_answers) = routed(&served).await;
    let (sender, mut answers) = routed(&served).await;
    sender.send(response_headers(&[])).await.unwrap();
    assert!(next(&mut answers).await.unwrap().is_ok());
    served.drain.begin();
    let mut status = Ok(1);
    for _ in 0..20 {
        status = health(&served, SERVICE).await;
        if status != Ok(1) {
            break;
        }
    }
    assert_eq!(Ok(ServingStatus::NotServing.into()), status);
    assert_eq!(
        Ok(ServingStatus::Serving.into()),
        health(&served, "liveness").await
    );
    let (_late, _) = routed(&served).await;
    tokio::time::sleep(2 * NOTICE).await;
    for _ in 0..3 {
        sender
            .send(response_body("data: {}\n\n", false))
            .await
            .unwrap();
        assert_eq!(
            "response body",
            word(&next(&mut answers).await.unwrap().unwrap())
        );
    }
    sender.send(response_body("", true)).await.unwrap();
    assert_eq!(
        "response body",
        word(&next(&mut answers).await.unwrap().unwrap())
    );
    assert!(next(&mut answers).await.is_none(), "ended with OK");
    served.drain.cut();
    assert!(next(&mut kept_answers).await.is_none(), "ended with OK");
    drop(kept);
    tokio::time::timeout(SOON, served.task)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(0, in_flight(&served.core));
}
