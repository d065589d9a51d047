//! What a decision costs: scan, hash, look up, score, record, for chats of several sizes and for 8, 64 and
//! 512 endpoints. Prints nanoseconds (medians, the best of several rounds), and memory with a full index.
//!
//! `cargo run --release --no-default-features --example decision_cost`

use std::time::Instant;

use plimsoll_router::core::{Core, Hints, LiveSettings};

const SIZES: [usize; 4] = [800, 4096, 65_536, 262_144];
const FLEETS: [usize; 3] = [8, 64, 512];
const ROUNDS: usize = 7;

fn main() {
    println!("bytes  endpoints  scan+hash ns  lookup+score ns  record ns  all ns");
    for endpoints in FLEETS {
        for size in SIZES {
            cost(size, endpoints);
        }
    }
    memory();
}

fn address(endpoint: usize) -> String {
    format!("10.0.{}.{}:8000", endpoint / 256, endpoint % 256)
}

/// The profile of the measurements: prefix 3, queue 2, KV cache 2, requests in flight 1.
fn core(endpoints: usize) -> std::sync::Arc<Core> {
    let rows: Vec<String> = (0..endpoints)
        .map(|each| format!(r#"{{"address": "{}"}}"#, address(each)))
        .collect();
    let json = format!(
        r#"{{"endpoints": [{}], "profiles": {{"default": {{"scorers": [
            {{"type": "prefix-cache-scorer", "weight": 3}}, {{"type": "queue-scorer", "weight": 2}},
            {{"type": "kv-cache-utilization-scorer", "weight": 2}},
            {{"type": "active-request-scorer"}}]}}}}}}"#,
        rows.join(",")
    );
    let settings = LiveSettings::from_json(json.as_bytes()).expect("settings of the benchmark");
    Core::new(&settings, None).expect("settings of the benchmark")
}

/// Half of the text is shared within one of 16 groups, a counter in the middle makes the rest new.
fn body(size: usize, count: usize) -> Vec<u8> {
    let half = size / 2;
    let first: String = (0..half / 8)
        .map(|word| format!("{:07} ", word * 7 + count % 16))
        .collect();
    let second: String = (0..half / 8)
        .map(|word| format!("{:07} ", word * 3))
        .collect();
    serde_json::json!({"model": "m", "stream": true, "messages": [
        {"role": "system", "content": first},
        {"role": "user", "content": format!("{count} {second}")}]})
    .to_string()
    .into_bytes()
}

fn cost(size: usize, endpoints: usize) {
    let core = core(endpoints);
    let requests = (4_000_000 / size).clamp(20, 2000);
    let mut best = [f64::MAX; 4];
    for round in 0..ROUNDS {
        let bodies: Vec<Vec<u8>> = (0..requests)
            .map(|each| body(size, round * requests + each))
            .collect();
        let mut taken: [Vec<f64>; 4] = Default::default();
        for body in &bodies {
            let start = Instant::now();
            let request = core
                .scan("/v1/chat/completions", body, Hints::default())
                .expect("a good body");
            let scanned = start.elapsed();
            let decision = core.decide(&request).expect("an endpoint");
            let decided = start.elapsed();
            let ticket = core.admit(&decision);
            let all = start.elapsed();
            drop(ticket);
            let spans = [scanned, decided - scanned, all - decided, all];
            for (taken, span) in taken.iter_mut().zip(spans) {
                taken.push(span.as_nanos() as f64);
            }
        }
        for (best, mut taken) in best.iter_mut().zip(taken) {
            taken.sort_by(f64::total_cmp);
            *best = best.min(taken[taken.len() / 2]);
        }
    }
    let [scan, decide, record, all] = best;
    println!("{size:>6} {endpoints:>10} {scan:>13.0} {decide:>16.0} {record:>10.0} {all:>7.0}");
}

fn memory() {
    let core = core(64);
    let before = resident();
    let hints = |address: String| Hints {
        subset: Some(vec![address]),
        ..Hints::default()
    };
    // Unique prompts of 32 000 bytes are 125 blocks: 250 of them fill an endpoint.
    for endpoint in 0..64 {
        for prompt in 0..250 {
            let text = format!("{endpoint} {prompt} ").repeat(32_000 / 4);
            let body = serde_json::json!({"model": "m", "prompt": &text[..32_000]}).to_string();
            let hints = hints(address(endpoint));
            let request = core.scan("/v1/completions", body.as_bytes(), hints);
            let decision = core
                .decide(&request.expect("a good body"))
                .expect("an endpoint");
            core.admit(&decision);
        }
    }
    let text = core.metrics(plimsoll_router::core::MetricNames::Plimsoll);
    let shown = text
        .lines()
        .filter(|line| line.starts_with("plimsoll_router_index"));
    shown.for_each(|line| println!("{line}"));
    println!(
        "resident: {before:.0} MB before, {:.0} MB with a full index",
        resident()
    );
}

/// Megabytes of resident memory; 0 where the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .trim()
                .split(' ')
                .next()?
                .parse::<f64>()
                .ok()
        })
        .map_or(0.0, |kilobytes| kilobytes / 1000.0)
}
