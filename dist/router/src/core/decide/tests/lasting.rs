//! What decisions leave behind, and what becomes of it.

use super::*;

#[test]
fn sessions_stay_with_their_endpoint_while_it_can_be_chosen() {
    let profile = r#"{"scorers": [{"type": "session-affinity-scorer"}]}"#;
    let core = core(&THREE, profile, "");
    let hints = |subset: Option<&str>| Hints {
        session: Some("s".to_owned()),
        subset: subset.map(|one| vec![one.to_owned()]),
        ..Hints::default()
    };
    core.tick(1000);
    assert_eq!("b:1", send(&core, "hi", hints(Some("b:1"))));
    for now in [1000, 200_000, 400_000] {
        core.tick(now);
        assert_eq!("b:1", send(&core, "hi", hints(None)));
    }
    // Its endpoint is no candidate: the session moves, and stays there.
    assert_eq!("c:1", send(&core, "hi", hints(Some("c:1"))));
    let stays: BTreeSet<String> = (0..20).map(|_| send(&core, "hi", hints(None))).collect();
    assert_eq!(BTreeSet::from(["c:1".to_owned()]), stays);
    core.tick(1_000_000);
    let request = chat(&core, "hi", hints(None));
    let seen: BTreeSet<String> = (0..50).map(|_| first(&core.decide(&request))).collect();
    assert_eq!(3, seen.len());
}

fn session() -> Hints {
    Hints {
        session: Some("s".to_owned()),
        ..Hints::default()
    }
}

#[test]
fn a_session_does_not_move_because_another_endpoint_scored_higher_once() {
    let profile = r#"{"scorers": [{"type": "session-affinity-scorer"},
        {"type": "kv-cache-utilization-scorer", "weight": 5}]}"#;
    let core = core(&THREE[..2], profile, "");
    let usage = |one: f64, two: f64| {
        said(&core, "a:1", load(0, one));
        said(&core, "b:1", load(0, two));
        send(&core, "hi", session())
    };
    let actual = [usage(0.9, 0.0), usage(0.0, 0.9), usage(0.5, 0.5)];
    assert_eq!(["b:1", "a:1", "b:1"], actual.each_ref().map(String::as_str));
}

#[test]
fn a_session_does_not_pass_to_the_endpoint_that_gets_the_place_of_its_own() {
    let profile = r#"{"scorers": [{"type": "session-affinity-scorer"}]}"#;
    let core = core(&THREE[..1], profile, "");
    send(&core, "hi", session());
    core.apply(&settings(&THREE[1..], profile, ""))
        .expect("settings");
    let request = chat(&core, "hi", session());
    let seen: BTreeSet<String> = (0..50).map(|_| first(&core.decide(&request))).collect();
    assert_eq!(2, seen.len());
}

#[test]
fn cold_prompts_go_round_by_no_hit_lru() {
    let profile = r#"{"scorers": [{"type": "no-hit-lru-scorer"}]}"#;
    let core = core(&THREE, profile, "");
    let seen: Vec<String> = (0..6)
        .map(|turn| {
            send(
                &core,
                &format!("{turn} {}", "x".repeat(600)),
                Hints::default(),
            )
        })
        .collect();
    let round: BTreeSet<&String> = seen[..3].iter().collect();
    assert_eq!((3, &seen[..3]), (round.len(), &seen[3..]));
}

#[test]
fn what_counts_at_an_endpoint_is_given_back_once() {
    let core = core(&THREE, STICKY, "");
    let counts = |address: &str| {
        let fleet = core.fleet();
        let one = fleet.by_address(address).expect("an endpoint");
        (one.in_flight(), one.in_flight_tokens())
    };
    let request = chat(&core, &"x".repeat(2560), subset(&["a:1"]));
    let decision = core.decide(&request).expect("a decision");
    let mut ticket = core.admit(&decision).expect("a ticket");
    assert_eq!((1, 640), counts("a:1"));
    let other = core.fleet().by_address("b:1").expect("an endpoint").clone();
    ticket.move_to(other);
    assert_eq!([(0, 0), (1, 640)], [counts("a:1"), counts("b:1")]);
    ticket.started();
    ticket.started();
    assert_eq!((1, 0), counts("b:1"));
    drop(ticket);
    assert_eq!((0, 0), counts("b:1"));
    // The prompt is known at both now, and only what is not cached counts.
    let ticket = core.admit(&core.decide(&request).expect("a decision"));
    assert_eq!((1, 0), counts("a:1"));
    drop(ticket);
}

#[test]
fn a_request_that_moved_is_remembered_where_it_went_and_predicts_nothing_there() {
    let core = core(&THREE, STICKY, "");
    let prompt = "x".repeat(2560);
    send(&core, &prompt, subset(&["a:1"]));
    let decision = core
        .decide(&chat(&core, &prompt, Hints::default()))
        .expect("a decision");
    let mut ticket = core.admit(&decision).expect("a ticket");
    ticket.started();
    let other = core.fleet().by_address("b:1").expect("an endpoint").clone();
    ticket.move_to(other.clone());
    ticket.usage(Usage {
        prompt: 640,
        cached: 0,
        completion: 1,
    });
    assert_eq!((640, 0, 0), core.telemetry().compared());
    assert_eq!(0, other.in_flight_tokens());
    let again = core.decide(&chat(&core, &prompt, subset(&["b:1"])));
    assert_eq!(Ok(640), again.map(|one| one.predicted_cached));
}

#[test]
fn predicted_hits_are_compared_with_what_the_engine_says() {
    let core = core(&THREE, STICKY, "");
    let prompt = "x".repeat(2560);
    for cached in [0, 600] {
        let decision = core.decide(&chat(&core, &prompt, Hints::default()));
        let mut ticket = core
            .admit(&decision.expect("a decision"))
            .expect("a ticket");
        let usage = Usage {
            prompt: 650,
            cached,
            completion: 3,
        };
        ticket.usage(usage);
        ticket.usage(usage);
    }
    assert_eq!((1300, 640, 600), core.telemetry().compared());
}

struct Fixed(Result<usize, PolicyOutcome>);

impl Policy for Fixed {
    fn choose(&self, view: &PolicyView) -> Result<usize, PolicyOutcome> {
        assert_eq!(view.addresses.len(), view.scores.len());
        assert!(view.best < view.addresses.len());
        self.0
    }
}

#[test]
fn a_policy_chooses_and_where_it_does_not_the_built_in_choice_stands() {
    let table = [
        (Ok(2), "c:1", "used"),
        (Ok(3), "b:1", "bad-index"),
        (Err(PolicyOutcome::Declined), "b:1", "declined"),
        (Err(PolicyOutcome::Failed), "b:1", "failed"),
        (Err(PolicyOutcome::Late), "b:1", "late"),
    ];
    let prompt = "x".repeat(2560);
    for (answer, expected, outcome) in table {
        let policy: Arc<dyn Policy> = Arc::new(Fixed(answer));
        let core = Core::new(&settings(&THREE, DEFAULT, ""), Some(policy)).expect("a core");
        for address in ["a:1", "c:1"] {
            said(&core, address, load(5, 0.5));
        }
        said(&core, "b:1", load(0, 0.0));
        assert_eq!(expected, send(&core, &prompt, Hints::default()));
        let line = format!(r#"policy_decisions_total{{outcome="{outcome}"}} 1"#);
        assert!(core.metrics(MetricNames::Plimsoll).contains(&line));
    }
}

#[test]
fn new_settings_keep_what_stays_and_forget_what_goes() {
    let core = core(&THREE, STICKY, "");
    let prompt = "x".repeat(2560);
    let decision = core.decide(&chat(&core, &prompt, subset(&["a:1", "b:1"])));
    let decision = decision.expect("a decision");
    let ticket = core.admit(&decision);
    let (stays, goes) = match first(&Ok(decision.clone())).as_str() {
        "a:1" => (THREE[0], r#""address": "b:1""#),
        _ => (THREE[1], r#""address": "a:1""#),
    };
    core.apply(&settings(&[stays], STICKY, ""))
        .expect("settings");
    let request = chat(&core, &prompt, Hints::default());
    assert_eq!(
        Ok(640),
        core.decide(&request).map(|one| one.predicted_cached)
    );
    assert_eq!(1, core.fleet().endpoints[0].in_flight());
    // Another endpoint takes the place: under its slot nothing may be found.
    core.apply(&settings(&[goes], STICKY, ""))
        .expect("settings");
    core.apply(&settings(
        &[r#""address": "n:1""#, r#""address": "o:1""#],
        STICKY,
        "",
    ))
    .expect("settings");
    assert_eq!(Ok(0), core.decide(&request).map(|one| one.predicted_cached));
    // A late retry to an endpoint that is gone is not remembered.
    drop(ticket);
    core.admit(&decision);
    assert_eq!(Ok(0), core.decide(&request).map(|one| one.predicted_cached));
}

#[test]
fn settings_that_cannot_be_used_change_nothing() {
    let core = core(&THREE, STICKY, "");
    let mut bad = settings(&THREE[..1], STICKY, "");
    bad.profiles.clear();
    assert!(core.apply(&bad).is_err());
    assert_eq!(3, core.fleet().endpoints.len());
}

#[test]
fn prompts_are_not_hashed_when_no_profile_asks() {
    let core = core(&THREE, r#"{"scorers": [{"type": "queue-scorer"}]}"#, "");
    let request = chat(&core, &"x".repeat(2560), Hints::default());
    assert_eq!((0, 640), (request.blocks.len(), request.prompt_tokens));
}

#[test]
fn an_endpoint_that_says_how_large_its_cache_is_has_that_capacity() {
    let core = core(&THREE[..1], STICKY, "");
    let signals = Signals {
        blocks: 40,
        block_size: 16,
        ..Signals::default()
    };
    said(&core, "a:1", signals);
    let prompt = "x".repeat(256 * 30);
    send(&core, &prompt, Hints::default());
    let request = chat(&core, &prompt, Hints::default());
    assert_eq!(
        Ok(640),
        core.decide(&request).map(|one| one.predicted_cached)
    );
}

#[test]
fn all_endpoints_can_be_replaced_at_once() {
    let rows = |name: &str| -> Vec<String> {
        (0..512)
            .map(|each| format!(r#""address": "{name}{each}:1""#))
            .collect()
    };
    let of = |rows: &[String]| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        settings(&rows, STICKY, "")
    };
    let core = Core::new(&of(&rows("a")), None).expect("a core");
    let prompt = "x".repeat(2560);
    (0..600).for_each(|_| drop(send(&core, &prompt, Hints::default())));
    core.apply(&of(&rows("b"))).expect("settings");
    let decision = core.decide(&chat(&core, &prompt, subset(&["b511:1"])));
    let decision = decision.expect("a decision");
    assert_eq!(
        (0, vec!["b511:1".to_owned()]),
        (decision.predicted_cached, all(&decision))
    );
    assert_eq!(512, core.fleet().endpoints.len());
}

#[test]
fn threads_do_not_lose_counts_while_settings_change() {
    let core = core(&THREE, STICKY, "");
    let all = core.fleet().endpoints;
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let core = &core;
            scope.spawn(move || {
                for turn in 0..200 {
                    let prompt = "x".repeat(300 * (turn % 5 + thread));
                    let decision = core.decide(&chat(core, &prompt, Hints::default()));
                    let mut ticket = core
                        .admit(&decision.expect("a decision"))
                        .expect("a ticket");
                    if turn % 3 == 0 {
                        ticket.started();
                    }
                }
            });
        }
        for turn in 0..50 {
            let some = if turn % 2 == 0 {
                &THREE[..2]
            } else {
                &THREE[..]
            };
            core.apply(&settings(some, STICKY, "")).expect("settings");
            core.metrics(MetricNames::LlmD);
        }
    });
    let later = core.fleet().endpoints;
    let counts = |one: &Arc<Endpoint>| (one.in_flight(), one.in_flight_tokens());
    assert!(all.iter().chain(&later).all(|one| counts(one) == (0, 0)));
}

#[test]
fn all_endpoints_together_remember_no_more_than_the_settings_allow() {
    let core = core(&THREE, STICKY, r#", "index": {"max_entries": 12}"#);
    let prompt = "x".repeat(2560);
    send(&core, &prompt, subset(&["a:1"]));
    let again = core.decide(&chat(&core, &prompt, subset(&["a:1"])));
    assert_eq!(Ok(4 * 64), again.map(|one| one.predicted_cached));
}
