//! Sessions: an answer says where it came from, and the next request goes there again.

use serde_json::json;

use crate::engine::{Behaviour, Engine};
use crate::support::{BODY, CHAT, Reply, Running, ask, router_with};

const TOKEN: &str = "x-session-token";

async fn two() -> [Engine; 2] {
    let start = || Engine::start(Behaviour::plain(200, "{}"));
    [start().await, start().await]
}

fn sticky(engines: &[Engine; 2], token: bool) -> Running {
    let settings = json!({
        "profiles": {"default": {"scorers": [{"type": "session-affinity-scorer"}]}},
        "session": {"header": TOKEN, "token": token},
    });
    router_with(&[&engines[0], &engines[1]], json!({}), settings)
}

async fn chat(running: &Running, session: &str) -> Reply {
    ask(&running.proxy, "POST", CHAT, &[(TOKEN, session)], BODY).await
}

#[tokio::test]
async fn the_token_of_an_answer_brings_the_next_request_to_the_same_endpoint() {
    let engines = two().await;
    let running = sticky(&engines, true);
    let first = chat(&running, "").await;
    let token = first.headers[TOKEN].to_str().unwrap().to_owned();
    for _ in 0..20 {
        let next = chat(&running, &token).await;
        assert_eq!(token, next.headers[TOKEN]);
    }
    let mut counts = engines.each_ref().map(|engine| engine.got().len());
    counts.sort_unstable();
    assert_eq!([0, 21], counts);
}

#[tokio::test]
async fn a_token_says_the_endpoint_and_needs_nothing_remembered() {
    let engines = two().await;
    let token = {
        let before = sticky(&engines, true);
        let answer = chat(&before, "").await;
        answer.headers[TOKEN].to_str().unwrap().to_owned()
    };
    let had = usize::from(engines[0].got().is_empty());
    let after = sticky(&engines, true);
    for _ in 0..20 {
        chat(&after, &token).await;
    }
    assert_eq!(21, engines[had].got().len());
}

#[tokio::test]
async fn a_name_of_the_clients_own_is_remembered_and_no_token_is_written_unless_asked_for() {
    for written in [false, true] {
        let engines = two().await;
        let running = sticky(&engines, written);
        for _ in 0..20 {
            let reply = chat(&running, "chat-7").await;
            assert_eq!(written, reply.headers.contains_key(TOKEN));
        }
        let counts = engines.each_ref().map(|engine| engine.got().len());
        assert!(counts.contains(&20), "{counts:?}");
    }
}
