//! What endpoints say of themselves reaches the core.

use std::time::Duration;

use serde_json::json;

use crate::engine::{Behaviour, Engine};
use crate::support::{BODY, eventually, post, router, router_with};

const PAGE: &str =
    "vllm:num_requests_running{engine=\"0\"} 3.0\nvllm:num_requests_waiting{engine=\"0\"} 2.0\n";

#[tokio::test]
async fn load_is_read_again_and_again() {
    let engine = Engine::start(Behaviour::plain(200, "{}")).await;
    engine.metrics_are(Behaviour::plain(200, PAGE));
    let running = router(&[&engine]);
    let signals = |key: &str| {
        running.endpoint(&engine.address)["signals"][key]
            .as_u64()
            .unwrap()
    };
    eventually("the page is read", || {
        (signals("running"), signals("waiting")) == (3, 2)
    })
    .await;
    let first = signals("read_at");
    engine.metrics_are(Behaviour::plain(200, &PAGE.replace("3.0", "4.0")));
    eventually("the page is read again", || signals("running") == 4).await;
    assert!(signals("read_at") > first);
}

#[tokio::test]
async fn an_endpoint_without_metrics_is_used() {
    for metrics in [
        Behaviour::plain(404, ""),
        Behaviour::plain(500, ""),
        Behaviour::NoHead,
    ] {
        let engine = Engine::start(Behaviour::plain(200, "{}")).await;
        engine.metrics_are(metrics);
        let running = router(&[&engine]);
        tokio::time::sleep(Duration::from_millis(400)).await;
        let endpoint = running.endpoint(&engine.address);
        assert_eq!(json!(true), endpoint["healthy"]);
        assert_eq!(json!(0), endpoint["signals"]["read_at"]);
    }
}

#[tokio::test]
async fn an_endpoint_that_is_not_well_is_not_used_until_it_is() {
    for bad in [Behaviour::plain(503, ""), Behaviour::NoHead] {
        let engine = Engine::start(Behaviour::plain(200, "{}")).await;
        engine.health_is(bad);
        let running = router(&[&engine]);
        let healthy = || running.endpoint(&engine.address)["healthy"] == true;
        eventually("it is not used", || !healthy()).await;
        assert_eq!(503, post(&running.proxy, BODY).await.status);
        engine.health_is(Behaviour::plain(404, ""));
        eventually("it is used again", healthy).await;
    }
}

#[tokio::test]
async fn metrics_may_be_elsewhere_and_of_another_engine() {
    let engine = Engine::start(Behaviour::plain(200, "{}")).await;
    let beside = Engine::start(Behaviour::plain(200, "mine 7\n")).await;
    let endpoints = json!([{
        "address": engine.address, "url": format!("http://{}", engine.address), "engine": "mine",
        "metrics_url": format!("http://{}/load", beside.address),
    }]);
    let scrape = json!({"interval_ms": 20, "engines": {"mine": {"waiting": "mine"}}});
    let running = router_with(
        &[],
        json!({}),
        json!({"endpoints": endpoints, "scrape": scrape}),
    );
    eventually("the page is read", || {
        running.endpoint(&engine.address)["signals"]["waiting"] == 7
    })
    .await;
    assert_eq!("/load", beside.got()[0].path);
}
