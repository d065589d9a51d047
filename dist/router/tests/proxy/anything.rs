//! Whatever clients and engines do, nothing stays behind: no request in flight, no work at an engine.

use std::time::Duration;

use proptest::strategy::{Just, Strategy};
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use crate::engine::{Behaviour, End, Engine};
use crate::support::{BODY, CHAT, Client, eventually, router_with};

/// What a client does.
#[derive(Debug, Clone, Copy)]
enum Act {
    ReadsAll,
    LeavesAfter(u64),
    ClosesItsHalf,
    LeavesInItsBody,
    StopsReading(u64),
    AsksTwiceAtOnce,
}

fn clients() -> impl Strategy<Value = Act> {
    proptest::prop_oneof![
        Just(Act::ReadsAll),
        (0_u64..30).prop_map(Act::LeavesAfter),
        Just(Act::ClosesItsHalf),
        Just(Act::LeavesInItsBody),
        (0_u64..30).prop_map(Act::StopsReading),
        Just(Act::AsksTwiceAtOnce),
    ]
}

fn behaviours() -> impl Strategy<Value = Behaviour> {
    let end = proptest::prop_oneof![Just(End::Whole), Just(End::Broken), Just(End::Never)];
    let answer = (end, 0_u64..8, 1_usize..6, 0_usize..4).prop_map(|(end, gap, count, size)| {
        let piece = "x".repeat([1, 100, 10_000, 200_000][size]);
        let pieces: Vec<&str> = std::iter::repeat_n(piece.as_str(), count).collect();
        Behaviour::stream(&pieces, Duration::from_millis(gap), end)
    });
    proptest::prop_oneof![
        4 => answer,
        1 => Just(Behaviour::plain(503, "busy")),
        1 => Just(Behaviour::NoHead),
        1 => Just(Behaviour::Silent),
    ]
}

async fn act(proxy: &str, what: Act) {
    let mut client = Client::connect(proxy).await;
    let request = format!(
        "POST {CHAT} HTTP/1.1\r\nhost: r\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    match what {
        Act::LeavesInItsBody => {
            let _ = client
                .stream
                .write_all(&request.as_bytes()[..request.len() - 3])
                .await;
            sleep(Duration::from_millis(5)).await;
            return;
        }
        Act::AsksTwiceAtOnce => {
            let _ = client.stream.write_all(request.repeat(2).as_bytes()).await;
        }
        _ => {
            let _ = client.stream.write_all(request.as_bytes()).await;
        }
    }
    match what {
        Act::LeavesAfter(millis) => sleep(Duration::from_millis(millis)).await,
        Act::StopsReading(millis) => {
            let _ = client.head().await;
            sleep(Duration::from_millis(millis + 50)).await;
        }
        Act::ClosesItsHalf => {
            let _ = client.stream.shutdown().await;
            let _ = timeout(Duration::from_millis(300), client.reply()).await;
        }
        _ => {
            let _ = timeout(Duration::from_millis(300), client.reply()).await;
        }
    }
}

#[test]
fn nothing_stays_behind() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 24,
        max_shrink_iters: 8,
        ..Config::default()
    };
    let plans = proptest::collection::vec((behaviours(), clients()), 1..12);
    let ran = TestRunner::new(config).run(&plans, |plan| {
        runtime.block_on(async {
            let first = Engine::start(Behaviour::plain(200, "{}")).await;
            let second = Engine::start(Behaviour::plain(200, "{}")).await;
            let limits = json!({"upstream_header_seconds": 0.2, "idle_seconds": 0.2, "request_seconds": 0.2});
            let running = router_with(&[&first, &second], limits, json!({}));
            for pair in plan.chunks(4) {
                let mut acting = tokio::task::JoinSet::new();
                for (place, (behaviour, what)) in pair.iter().enumerate() {
                    let engine = if place % 2 == 0 { &first } else { &second };
                    engine.does(behaviour.clone());
                    let (proxy, what) = (running.proxy.clone(), *what);
                    acting.spawn(async move { act(&proxy, what).await });
                }
                while acting.join_next().await.is_some() {}
            }
            running.idle().await;
            eventually("no engine works", || first.running() + second.running() == 0).await;
        });
        Ok(())
    });
    ran.unwrap();
}
