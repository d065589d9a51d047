use super::*;
use crate::core::settings::EndpointSettings;

fn lines(text: &str, start: &str) -> Vec<String> {
    text.lines()
        .filter(|line| line.starts_with(start))
        .map(str::to_owned)
        .collect()
}

fn fleet() -> Fleet {
    Fleet::default().replaced(&[EndpointSettings {
        address: "10.0.0.1:8000".to_owned(),
        ..EndpointSettings::default()
    }])
}

#[test]
fn both_names_show_the_same_counters() {
    let telemetry = Telemetry::new("pool");
    let model = telemetry.of_model("m", "m-1");
    telemetry.chosen(&model, Some(0.5));
    let labels = r#"{model_name="m",target_model_name="m-1"} 1"#;
    let ours = telemetry.text(MetricNames::Plimsoll);
    let theirs = telemetry.text(MetricNames::LlmD);
    let actual = [
        lines(&ours, "plimsoll_router_requests_total"),
        lines(&ours, "plimsoll_router_model_rewrites_total"),
        lines(&theirs, "llm_d_epp_request_total"),
    ];
    let expected = [
        vec![format!("plimsoll_router_requests_total{labels}")],
        vec![format!("plimsoll_router_model_rewrites_total{labels}")],
        vec![format!("llm_d_epp_request_total{labels}")],
    ];
    assert_eq!(expected, actual);
}

#[test]
fn names_that_clients_choose_are_bounded() {
    let telemetry = Telemetry::new("pool");
    for name in 0..3000 {
        let name = format!("model-{name}");
        telemetry.chosen(&telemetry.of_model(&name, &name), None);
        telemetry.failed(&name, &name, 502);
    }
    let text = telemetry.text(MetricNames::Plimsoll);
    let requests = lines(&text, "plimsoll_router_requests_total");
    let other =
        r#"plimsoll_router_requests_total{model_name="other",target_model_name="other"} 2000"#;
    assert_eq!(
        (1001, true),
        (requests.len(), requests.iter().any(|line| line == other))
    );
    assert_eq!(
        1001,
        lines(&text, "plimsoll_router_request_errors_total").len()
    );
}

#[test]
fn endpoints_are_shown_as_they_are_when_asked() {
    let telemetry = Telemetry::new("pool");
    let fleet = fleet();
    telemetry.follow(&fleet);
    fleet.endpoints[0].take(70);
    let ours = telemetry.text(MetricNames::Plimsoll);
    let theirs = telemetry.text(MetricNames::LlmD);
    let actual = [
        lines(&ours, "plimsoll_router_endpoint_tokens_in_flight"),
        lines(&ours, "plimsoll_router_endpoint_requests_total"),
        lines(&theirs, "llm_d_epp_inflight_tokens"),
        lines(&theirs, "llm_d_epp_ready_endpoints"),
    ];
    let expected = [
        vec![
            r#"plimsoll_router_endpoint_tokens_in_flight{endpoint="10.0.0.1:8000"} 70.0"#
                .to_owned(),
        ],
        vec![r#"plimsoll_router_endpoint_requests_total{endpoint="10.0.0.1:8000"} 1"#.to_owned()],
        vec![
            r#"llm_d_epp_inflight_tokens{endpoint_name="10.0.0.1:8000",producer_name="inflight-load-producer"} 70.0"#
                .to_owned(),
        ],
        vec![r#"llm_d_epp_ready_endpoints{name="pool"} 1"#.to_owned()],
    ];
    assert_eq!(expected, actual);
}

#[test]
fn predictions_are_compared_with_what_was_cached() {
    let telemetry = Telemetry::new("pool");
    let model = telemetry.of_model("m", "m");
    let usage = Usage {
        prompt: 100,
        cached: 48,
        completion: 5,
    };
    telemetry.used(&model, usage, 64);
    telemetry.used(&model, usage, 640);
    assert_eq!((200, 164, 96), telemetry.compared());
}

#[test]
fn a_name_that_is_a_book_is_counted_as_other() {
    let telemetry = Telemetry::new("pool");
    telemetry.chosen(&telemetry.of_model(&"m".repeat(300), "m"), None);
    let text = telemetry.text(MetricNames::Plimsoll);
    let expected =
        r#"plimsoll_router_requests_total{model_name="other",target_model_name="m"} 1"#.to_owned();
    assert_eq!(
        vec![expected],
        lines(&text, "plimsoll_router_requests_total")
    );
}

#[test]
fn llm_d_s_labels_are_those_that_its_dashboards_ask_for() {
    let telemetry = Telemetry::new("pool");
    telemetry.follow(&fleet());
    telemetry.chosen(&telemetry.of_model("m", "m-1"), Some(0.5));
    telemetry.dropped("rejected-no-endpoints");
    telemetry.dropped("bad-request");
    for status in [503, 413, 502] {
        telemetry.failed("m", "m-1", status);
    }
    let text = telemetry.text(MetricNames::LlmD);
    let expected = [
        r#"llm_d_epp_model_rewrite_decisions_total{model_name="m",target_model="m-1"} 1"#,
        r#"llm_d_epp_scheduler_attempts_total{status="success",endpoint_name="10.0.0.1:8000"} 0"#,
        r#"llm_d_epp_scheduler_attempts_total{status="failure"} 1"#,
        r#"llm_d_epp_request_error_total{model_name="m",target_model_name="m-1",error_code="ServiceUnavailable"} 1"#,
        r#"llm_d_epp_request_error_total{model_name="m",target_model_name="m-1",error_code="BadRequest"} 1"#,
        r#"llm_d_epp_request_error_total{model_name="m",target_model_name="m-1",error_code="ModelServerError"} 1"#,
        r#"llm_d_epp_per_endpoint_queue_size{name="pool",model_server_endpoint="10.0.0.1:8000"} 0.0"#,
        r#"llm_d_epp_prefix_indexer_hit_ratio_count{plugin_name="approx-prefix-cache-producer",plugin_type="approx-prefix-cache-producer"} 1"#,
    ];
    for line in expected {
        assert_eq!(1, lines(&text, line).len(), "{line}\n{text}");
    }
    assert_eq!(1, lines(&text, "llm_d_epp_info{build_ref=").len());
}
