//! Whatever happens in whatever order: counts return to zero, and only candidates are chosen.

use proptest::prelude::*;

use super::*;
use crate::core::endpoint::Endpoint;
use crate::core::ticket::Ticket;

const PROFILES: [&str; 4] = [
    DEFAULT,
    STICKY,
    r#"{"scorers": [{"type": "session-affinity-scorer"}, {"type": "no-hit-lru-scorer"},
        {"type": "lora-affinity-scorer"}, {"type": "load-aware-scorer"},
        {"type": "running-requests-size-scorer"}],
        "picker": {"type": "weighted-random-picker", "max_num_of_endpoints": 2}}"#,
    r#"{"filters": [{"type": "decode-filter"}], "scorers": [{"type": "active-request-scorer"}],
        "picker": {"type": "random-picker"}}"#,
];

#[derive(Debug, Clone)]
enum Step {
    Send {
        prompt: usize,
        subset: Option<u8>,
        session: u8,
    },
    Move {
        ticket: usize,
        to: usize,
    },
    Start(usize),
    Use(usize),
    End(usize),
    Health {
        endpoint: usize,
        healthy: bool,
    },
    Apply {
        endpoints: u8,
        profile: usize,
    },
    Tick(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..5_usize, proptest::option::of(any::<u8>()), 0..4_u8)
            .prop_map(|(prompt, subset, session)| Step::Send { prompt, subset, session }),
        2 => (0..9_usize, 0..8_usize).prop_map(|(ticket, to)| Step::Move { ticket, to }),
        2 => (0..9_usize).prop_map(Step::Start),
        1 => (0..9_usize).prop_map(Step::Use),
        4 => (0..9_usize).prop_map(Step::End),
        1 => (0..8_usize, any::<bool>())
            .prop_map(|(endpoint, healthy)| Step::Health { endpoint, healthy }),
        1 => (any::<u8>(), 0..PROFILES.len())
            .prop_map(|(endpoints, profile)| Step::Apply { endpoints, profile }),
        1 => (0..400_000_u64).prop_map(Step::Tick),
    ]
}

/// Addresses of the bits that are set.
fn named(bits: u8) -> Vec<String> {
    (0..8)
        .filter(|bit| bits & (1 << bit) != 0)
        .map(|bit| format!("e{bit}:1"))
        .collect()
}

fn settings_of(bits: u8, profile: usize) -> LiveSettings {
    let endpoints: Vec<String> = named(bits)
        .iter()
        .map(|one| format!(r#""address": "{one}""#))
        .collect();
    let endpoints: Vec<&str> = endpoints.iter().map(String::as_str).collect();
    settings(&endpoints, PROFILES[profile], "")
}

struct World {
    core: Arc<Core>,
    seen: Vec<Arc<Endpoint>>,
    tickets: Vec<Ticket>,
}

impl World {
    fn note(&mut self) {
        for endpoint in self.core.fleet().endpoints {
            if !self.seen.iter().any(|known| Arc::ptr_eq(known, &endpoint)) {
                self.seen.push(endpoint);
            }
        }
    }

    fn send(&mut self, prompt: usize, subset: Option<u8>, session: u8) -> Result<(), String> {
        let hints = Hints {
            subset: subset.map(named),
            session: Some(session.to_string()),
            ..Hints::default()
        };
        let request = chat(&self.core, &"x".repeat(prompt * 700), hints);
        let fleet = self.core.fleet();
        let allowed = |one: &Endpoint| {
            let named = subset.is_none_or(|bits| named(bits).contains(&one.address()));
            named && one.healthy()
        };
        let any = fleet.endpoints.iter().any(|one| allowed(one));
        match self.core.decide(&request) {
            Err(Refusal::NoEndpoints) if !any => Ok(()),
            Err(refusal) => Err(format!("{refusal:?}")),
            Ok(decision) => {
                let distinct: BTreeSet<String> = all(&decision).into_iter().collect();
                if !decision.choices.iter().all(|one| allowed(one))
                    || distinct.len() != decision.choices.len()
                    || !(1..=decision.choices.len()).contains(&decision.picked)
                {
                    return Err(format!("{decision:?}"));
                }
                let ticket = self.core.admit(&decision).ok_or("no ticket")?;
                self.tickets.push(ticket);
                Ok(())
            }
        }
    }

    fn take(&mut self, step: Step) -> Result<(), String> {
        let count = self.tickets.len();
        let fleet = self.core.fleet().endpoints;
        match step {
            Step::Send {
                prompt,
                subset,
                session,
            } => return self.send(prompt, subset, session),
            Step::Move { ticket, to } if count > 0 && !fleet.is_empty() => {
                self.tickets[ticket % count].move_to(fleet[to % fleet.len()].clone());
            }
            Step::Start(ticket) if count > 0 => self.tickets[ticket % count].started(),
            Step::Use(ticket) if count > 0 => {
                let usage = Usage {
                    prompt: 10,
                    cached: 4,
                    completion: 1,
                };
                self.tickets[ticket % count].usage(usage);
            }
            Step::End(ticket) if count > 0 => drop(self.tickets.remove(ticket % count)),
            Step::Health { endpoint, healthy } if !fleet.is_empty() => {
                fleet[endpoint % fleet.len()].set_healthy(healthy);
            }
            Step::Apply { endpoints, profile } => {
                let settings = settings_of(endpoints, profile);
                self.core
                    .apply(&settings)
                    .map_err(|error| error.to_string())?;
                self.note();
            }
            Step::Tick(now) => self.core.tick(now),
            _ => {}
        }
        Ok(())
    }

    /// What the endpoints count, and what the tickets hold.
    fn counts(&self) -> (i64, i64, bool) {
        let requests = self.seen.iter().map(|one| one.in_flight()).sum();
        let tokens = self.seen.iter().map(|one| one.in_flight_tokens()).sum();
        let sound = self
            .seen
            .iter()
            .all(|one| one.in_flight() >= 0 && one.in_flight_tokens() >= 0);
        (requests, tokens, sound)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn counts_return_to_zero_after_any_sequence(
        profile in 0..PROFILES.len(),
        steps in proptest::collection::vec(step(), 0..60),
    ) {
        let core = Core::new(&settings_of(0b111, profile), None).expect("settings of a test");
        let mut world = World { core, seen: Vec::new(), tickets: Vec::new() };
        world.note();
        for step in steps {
            let taken = world.take(step);
            prop_assert_eq!(Ok(()), taken);
            let (requests, _, sound) = world.counts();
            prop_assert_eq!((world.tickets.len() as i64, true), (requests, sound));
        }
        world.tickets.clear();
        prop_assert_eq!((0, 0, true), world.counts());
        let model = world.core.telemetry().of_model("m", "m");
        prop_assert_eq!(0, model.running());
    }
}
