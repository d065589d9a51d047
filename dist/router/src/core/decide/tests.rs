use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::core::endpoint::Signals;
use crate::core::policy::Policy;
use crate::core::request::Hints;
use crate::core::settings::LiveSettings;
use crate::core::telemetry::MetricNames;
use crate::core::ticket::Usage;

mod lasting;
mod sequences;

const DEFAULT: &str = r#"{"scorers": [
    {"type": "queue-scorer", "weight": 2},
    {"type": "kv-cache-utilization-scorer", "weight": 2},
    {"type": "prefix-cache-scorer", "weight": 3}]}"#;

const STICKY: &str = r#"{"filters": [{"type": "prefix-cache-affinity-filter"}],
    "scorers": [{"type": "token-load-scorer"}]}"#;

/// Settings with endpoints a:1, b:1 ... and one profile.
fn settings(endpoints: &[&str], profile: &str, more: &str) -> LiveSettings {
    let endpoints: Vec<String> = endpoints
        .iter()
        .map(|fields| format!("{{{fields}}}"))
        .collect();
    let json = format!(
        r#"{{"endpoints": [{}], "profiles": {{"default": {profile}}}, "seed": 1{more}}}"#,
        endpoints.join(",")
    );
    LiveSettings::from_json(json.as_bytes()).expect("settings of a test")
}

fn core(endpoints: &[&str], profile: &str, more: &str) -> Arc<Core> {
    Core::new(&settings(endpoints, profile, more), None).expect("settings of a test")
}

const THREE: [&str; 3] = [
    r#""address": "a:1""#,
    r#""address": "b:1""#,
    r#""address": "c:1""#,
];

fn chat(core: &Core, prompt: &str, hints: Hints) -> Request {
    let body = serde_json::json!({"model": "m", "prompt": prompt}).to_string();
    core.scan("/v1/completions", body.as_bytes(), hints)
        .expect("a good request")
}

fn said(core: &Core, address: &str, signals: Signals) {
    let fleet = core.fleet();
    let endpoint = fleet.by_address(address).expect("an endpoint");
    endpoint.signals.store(Arc::new(signals));
}

fn load(waiting: u64, kv_usage: f64) -> Signals {
    Signals {
        waiting,
        kv_usage,
        read_at: 1,
        ..Signals::default()
    }
}

fn first(decision: &Result<Decision, Refusal>) -> String {
    match decision {
        Ok(decision) => decision.choices[0].address(),
        Err(refusal) => format!("{refusal:?}"),
    }
}

fn all(decision: &Decision) -> Vec<String> {
    decision.choices.iter().map(|one| one.address()).collect()
}

fn send(core: &Core, prompt: &str, hints: Hints) -> String {
    let decision = core.decide(&chat(core, prompt, hints));
    let address = first(&decision);
    if let Ok(decision) = decision {
        core.admit(&decision);
    }
    address
}

fn subset(addresses: &[&str]) -> Hints {
    Hints {
        subset: Some(addresses.iter().map(|one| (*one).to_owned()).collect()),
        ..Hints::default()
    }
}

#[test]
fn llm_d_default_weighs_queue_cache_and_prefix() {
    let prompt = "x".repeat(2560);
    // Of a, b and c: waiting, KV usage, and who holds the prompt; then who is chosen.
    let table = [
        ([(0, 0.1), (0, 0.2), (0, 0.3)], None, "a:1"),
        ([(4, 0.0), (2, 0.0), (0, 0.0)], None, "c:1"),
        // Prefix 3 against queue 2 and half a cache.
        ([(0, 0.0), (9, 0.4), (0, 0.0)], Some("b:1"), "b:1"),
        // Queue 2 and KV 1.2 against prefix 3.
        ([(0, 0.0), (9, 0.6), (0, 0.1)], Some("b:1"), "a:1"),
    ];
    for (signals, holder, expected) in table {
        let core = core(&THREE, DEFAULT, "");
        if let Some(holder) = holder {
            assert_eq!(holder, send(&core, &prompt, subset(&[holder])));
        }
        for (address, (waiting, kv)) in ["a:1", "b:1", "c:1"].into_iter().zip(signals) {
            said(&core, address, load(waiting, kv));
        }
        assert_eq!(
            expected,
            send(&core, &prompt, Hints::default()),
            "{signals:?}"
        );
    }
}

#[test]
fn llm_d_sticky_stays_until_waiting_costs_more_than_computing() {
    let core = core(&THREE, STICKY, "");
    let prompt = "x".repeat(2560);
    assert_eq!("b:1", send(&core, &prompt, subset(&["b:1"])));
    let busy = core.fleet().by_address("b:1").expect("an endpoint").clone();
    busy.take(286_000);
    assert_eq!("b:1", send(&core, &prompt, Hints::default()));
    busy.take(1000);
    assert_ne!("b:1", send(&core, &prompt, Hints::default()));
}

#[test]
fn a_request_goes_to_fewest_uncached_tokens_with_llm_d_sticky() {
    let core = core(&THREE, STICKY, "");
    let busy = |address: &str, tokens| {
        let fleet = core.fleet();
        fleet.by_address(address).expect("an endpoint").take(tokens);
    };
    for (address, tokens) in [("a:1", 500), ("b:1", 20), ("c:1", 100)] {
        busy(address, tokens);
    }
    assert_eq!("b:1", send(&core, "hi", Hints::default()));
}

#[test]
fn endpoints_that_say_nothing_count_as_the_mean_of_those_that_do() {
    let profile = r#"{"scorers": [{"type": "queue-scorer"}]}"#;
    let core = core(&THREE, profile, "");
    said(&core, "a:1", load(0, 0.0));
    said(&core, "b:1", load(10, 0.0));
    // c:1 never said anything, and counts as 5.
    let decision = core.decide(&chat(&core, "", Hints::default()));
    let expected = ["a:1", "c:1", "b:1"].map(str::to_owned).to_vec();
    assert_eq!(Ok(expected), decision.map(|decision| all(&decision)));
    // a:1 fell silent, and counts as b:1 does.
    core.tick(2002);
    said(
        &core,
        "b:1",
        Signals {
            read_at: 2000,
            ..load(10, 0.0)
        },
    );
    let seen: BTreeSet<String> = (0..50)
        .map(|_| send(&core, "", subset(&["a:1", "b:1"])))
        .collect();
    assert_eq!(2, seen.len());
}

#[test]
fn no_scorer_gives_less_than_nothing() {
    let profile = r#"{"scorers": [{"type": "kv-cache-utilization-scorer"},
        {"type": "queue-scorer", "weight": 0.1}]}"#;
    let core = core(&THREE[..2], profile, "");
    said(&core, "a:1", load(0, 3.0));
    said(&core, "b:1", load(1, 1.0));
    assert_eq!("a:1", send(&core, "", Hints::default()));
}

#[test]
fn only_endpoints_of_the_subset_that_are_healthy_are_chosen() {
    let core = core(&THREE, DEFAULT, "");
    let choices = |hints: Hints| {
        (0..50)
            .map(|_| send(&core, "", hints.clone()))
            .collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|one| (*one).to_owned()).collect();
    let expected: BTreeSet<String> = set(&["a:1", "c:1"]);
    assert_eq!(expected, choices(subset(&["c:1", "a:1", "c:1", "x:9"])));
    core.fleet()
        .by_address("a:1")
        .expect("an endpoint")
        .set_healthy(false);
    let expected: BTreeSet<String> = set(&["b:1", "c:1"]);
    assert_eq!(expected, choices(Hints::default()));
}

#[test]
fn without_a_candidate_there_are_no_endpoints() {
    let refused = Err(Refusal::NoEndpoints);
    for (endpoints, hints) in [
        (&[][..], Hints::default()),
        (&THREE[..], subset(&[])),
        (&THREE[..], subset(&["x:9"])),
    ] {
        let core = core(endpoints, DEFAULT, "");
        let request = chat(&core, "hi", hints);
        let actual = core.decide(&request).map(|decision| all(&decision));
        assert_eq!(refused, actual);
    }
}

#[test]
fn filters_that_take_all_away_mean_saturated() {
    let core = core(&THREE, r#"{"filters": [{"type": "prefill-filter"}]}"#, "");
    assert_eq!("Saturated", send(&core, "hi", Hints::default()));
    let text = core.metrics(MetricNames::Plimsoll);
    let line = r#"plimsoll_router_requests_dropped_total{reason="rejected-saturated"} 1"#;
    assert!(text.contains(line), "{text}");
}

#[test]
fn if_available_refuses_unless_an_endpoint_holds_the_prompt() {
    let core = core(&THREE, STICKY, "");
    let prompt = "x".repeat(2560);
    let hints = Hints {
        if_available: true,
        ..Hints::default()
    };
    assert_eq!("NotAvailable", send(&core, &prompt, hints.clone()));
    send(&core, &prompt, subset(&["c:1"]));
    assert_eq!("c:1", send(&core, &prompt, hints));
}

#[test]
fn a_request_without_body_goes_anywhere() {
    let core = core(&THREE, r#"{"filters": [{"type": "prefill-filter"}]}"#, "");
    let seen: BTreeSet<String> = (0..100)
        .map(|_| first(&core.decide(&Request::without_body(Hints::default()))))
        .collect();
    assert_eq!(3, seen.len());
}

#[test]
fn models_go_where_they_are_served() {
    let endpoints = [
        r#""address": "a:1", "models": ["m"], "adapters": ["sql"]"#,
        r#""address": "b:1", "models": ["n"]"#,
    ];
    let core = core(&endpoints, DEFAULT, "");
    let choose = |model: &str| {
        let request = Request {
            model: model.to_owned(),
            ..Request::default()
        };
        first(&core.decide(&request))
    };
    let actual = ["m", "n", "sql"].map(choose);
    assert_eq!(["a:1", "b:1", "a:1"], actual.each_ref().map(String::as_str));
    let unknown = choose("x");
    assert!(unknown.contains("UnknownModel"), "{unknown}");
    assert!(unknown.contains("no endpoint serves the model") && unknown.contains("m, n, sql"));
}

#[test]
fn an_endpoint_without_models_serves_those_that_no_other_names() {
    let endpoints = [
        r#""address": "a:1", "models": ["m"]"#,
        r#""address": "b:1""#,
    ];
    let core = core(&endpoints, DEFAULT, "");
    let request = Request {
        model: "x".to_owned(),
        ..Request::default()
    };
    assert_eq!("b:1", first(&core.decide(&request)));
}

#[test]
fn a_header_chooses_the_profile() {
    let settings = LiveSettings::from_json(
        br#"{"endpoints": [{"address": "p:1", "labels": {"llm-d.ai/role": "prefill"}},
                {"address": "d:1", "labels": {"llm-d.ai/role": "decode"}}],
            "profiles": {"p": {"filters": [{"type": "prefill-filter"}]},
                "d": {"filters": [{"type": "decode-filter"}]}},
            "handler": {"type": "header", "header": "EPP-Profile",
                "profiles": {"prefill": "p", "decode": "d"}, "default": "d"}}"#,
    );
    let core = Core::new(&settings.expect("settings"), None).expect("a core");
    let choose = |profile: Option<&str>| {
        let hints = Hints {
            profile: profile.map(str::to_owned),
            ..Hints::default()
        };
        send(&core, "hi", hints)
    };
    let actual = [None, Some("prefill"), Some(" decode ")].map(choose);
    assert_eq!(["d:1", "p:1", "d:1"], actual.each_ref().map(String::as_str));
    assert!(choose(Some("x")).contains("use one of decode, prefill"));
    assert_eq!(Some("epp-profile"), core.hint_headers().profile.as_deref());
}

#[test]
fn fallbacks_follow_what_the_picker_returned() {
    let core = core(&THREE, STICKY, r#", "fallbacks": 1"#);
    let prompt = "x".repeat(2560);
    send(&core, &prompt, subset(&["c:1"]));
    let decision = core.decide(&chat(&core, &prompt, Hints::default()));
    let decision = decision.expect("a decision");
    assert_eq!(
        (2, 1, "c:1"),
        (
            decision.choices.len(),
            decision.picked,
            all(&decision)[0].as_str()
        )
    );
}

#[test]
fn what_a_filter_took_away_is_no_fallback() {
    let profile =
        r#"{"filters": [{"type": "prefix-cache-affinity-filter"}, {"type": "decode-filter"}]}"#;
    let prefill = r#""address": "p:1", "labels": {"llm-d.ai/role": "prefill"}"#;
    let core = core(&[THREE[0], prefill, THREE[1]], profile, "");
    let prompt = "x".repeat(2560);
    send(&core, &prompt, subset(&["b:1"]));
    let decision = core.decide(&chat(&core, &prompt, Hints::default()));
    let expected = ["b:1", "a:1"].map(str::to_owned).to_vec();
    assert_eq!(Ok(expected), decision.map(|decision| all(&decision)));
}

#[test]
fn canaries_get_their_share_and_their_own_prefixes() {
    let rewrites = r#", "rewrites": [{"model": "m", "targets": [
        {"model": "m-1", "weight": 9}, {"model": "m-2", "weight": 1}]}]"#;
    let core = core(&THREE, STICKY, rewrites);
    let mut counts = BTreeMap::new();
    for _ in 0..1000 {
        let request = chat(&core, "hi", Hints::default());
        *counts.entry(request.target_model).or_insert(0) += 1;
    }
    assert!(
        (50..150).contains(&counts["m-2"]) && counts.len() == 2,
        "{counts:?}"
    );
    let asked = Hints {
        model_rewrite: Some("m-3".to_owned()),
        ..Hints::default()
    };
    assert_eq!("m-3", chat(&core, "hi", asked).target_model);
}

#[test]
fn models_do_not_share_prefixes() {
    let core = core(&THREE, STICKY, "");
    let prompt = "x".repeat(2560);
    send(&core, &prompt, subset(&["b:1"]));
    let mut request = chat(&core, &prompt, Hints::default());
    let predicted = |request: &Request| core.decide(request).map(|one| one.predicted_cached);
    assert_eq!(Ok(640), predicted(&request));
    request.target_model = "n".to_owned();
    assert_eq!(Ok(0), predicted(&request));
}
