//! Models: one list of all endpoints', each of it by its name, and what is said of those that nobody has.

use serde_json::{Value, json};

use crate::engine::{Behaviour, Engine};
use crate::support::{Running, ask, get, live, post, router_with, start};

fn models(ids: &[&str]) -> Behaviour {
    let data: Vec<Value> = ids
        .iter()
        .map(|id| json!({"id": id, "object": "model"}))
        .collect();
    Behaviour::plain(200, &json!({"object": "list", "data": data}).to_string())
}

#[tokio::test]
async fn models_of_all_endpoints_are_one_list() {
    let first = Engine::start(Behaviour::plain(200, "{}")).await;
    first.models_are(models(&["a", "b"]));
    let second = Engine::start(models(&["b", "c"])).await;
    let broken = Engine::start(Behaviour::plain(500, "")).await;
    let silent = Engine::start(Behaviour::Silent).await;
    let rewrites = json!({"rewrites": [
        {"model": "canary", "targets": [{"model": "a"}]}, {"model": "b", "targets": [{"model": "c"}]},
    ]});
    let running = router_with(&[&first, &second, &broken, &silent], json!({}), rewrites);
    let key = [("authorization", "Bearer key")];
    let reply = ask(&running.proxy, "GET", "/v1/models", &key, "").await;
    let list = reply.json();
    let ids: Vec<&str> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["id"].as_str().unwrap())
        .collect();
    assert_eq!((200, vec!["a", "b", "c", "canary"]), (reply.status, ids));
    assert_eq!("Bearer key", first.got()[0].headers["authorization"]);
}

#[tokio::test]
async fn a_model_is_found_whichever_endpoint_has_it() {
    let first = Engine::start(models(&["a"])).await;
    let second = Engine::start(models(&["org/b"])).await;
    let rewrites = json!({"rewrites": [{"model": "canary", "targets": [{"model": "a"}]}]});
    let running = router_with(&[&first, &second], json!({}), rewrites);
    for (path, id) in [
        ("a", "a"),
        ("org/b", "org/b"),
        ("org%2Fb", "org/b"),
        ("canary", "canary"),
    ] {
        let reply = get(&running.proxy, &format!("/v1/models/{path}")).await;
        assert_eq!(
            (200, json!(id)),
            (reply.status, reply.json()["id"].clone()),
            "{path}"
        );
    }
    is_unknown(&get(&running.proxy, "/v1/models/x").await);
}

/// Two endpoints, each with a model of its own.
async fn told_apart(engines: [&Engine; 2]) -> Running {
    let mut settings = live(&[&engines[0].address, &engines[1].address], json!({}));
    for (endpoint, model) in settings.endpoints.iter_mut().zip(["m", "n"]) {
        endpoint.models = vec![model.to_owned()];
    }
    let bootstrap = json!({"listen": "127.0.0.1:0", "metrics": "127.0.0.1:0"});
    start(&bootstrap, &settings)
}

fn is_unknown(reply: &crate::support::Reply) {
    let error = reply.json()["error"].clone();
    assert_eq!(
        (404, json!("model_not_found"), json!("model")),
        (reply.status, error["code"].clone(), error["param"].clone()),
        "{error}"
    );
}

#[tokio::test]
async fn a_model_that_nobody_serves_is_404_as_openai_says_it() {
    let (first, second) = (
        Engine::start(Behaviour::plain(200, "{}")).await,
        Engine::start(Behaviour::plain(200, "{}")).await,
    );
    let running = told_apart([&first, &second]).await;
    is_unknown(&post(&running.proxy, r#"{"model":"x","messages":[]}"#).await);
    assert_eq!(
        200,
        post(&running.proxy, r#"{"model":"n","messages":[]}"#)
            .await
            .status
    );
    assert_eq!((0, 1), (first.got().len(), second.got().len()));
    let text = get(&running.metrics, "/metrics").await.text();
    assert!(
        text.contains(r#"dropped_total{reason="model-not-found"} 1"#),
        "{text}"
    );
}
