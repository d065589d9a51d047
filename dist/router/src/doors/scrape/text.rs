//! What an engine says of itself, read from the text format of Prometheus.
//!
//! Only lines whose name is wanted are looked into; a page of a thousand lines costs microseconds. Lines
//! that make no sense are passed over: half a page is better than none.

use memchr::{memchr, memchr2};

use crate::core::{EngineMetrics, Signals};

/// What a series is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Waiting,
    Running,
    KvUsage,
    CacheInfo,
    LoraInfo,
    PrefixQueries,
    PrefixHits,
    BlockSize,
    Blocks,
}

/// Series to look for, of one engine.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    series: Vec<(Role, Selector)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Selector {
    name: String,
    label: Option<(String, String)>,
}

impl Selector {
    /// `name` or `name{label="value"}`; quotes may be left out.
    fn parse(text: &str) -> Option<Self> {
        let Some((name, rest)) = text.split_once('{') else {
            let name = text.trim().to_owned();
            return (!name.is_empty()).then_some(Self { name, label: None });
        };
        let (label, value) = rest.trim_end().strip_suffix('}')?.split_once('=')?;
        let value = value.trim().trim_matches('"');
        Some(Self {
            name: name.trim().to_owned(),
            label: Some((label.trim().to_owned(), value.to_owned())),
        })
    }

    fn fits(&self, series: &Series<'_>) -> bool {
        let Some((label, value)) = &self.label else {
            return true;
        };
        series.label(label).as_deref() == Some(value)
    }
}

impl Wanted {
    /// Look for these names.
    pub fn new(names: &EngineMetrics) -> Self {
        let series = [
            (Role::Waiting, &names.waiting),
            (Role::Running, &names.running),
            (Role::KvUsage, &names.kv_usage),
            (Role::CacheInfo, &names.cache_info),
            (Role::LoraInfo, &names.lora_info),
            (Role::PrefixQueries, &names.prefix_queries),
            (Role::PrefixHits, &names.prefix_hits),
            (Role::BlockSize, &names.block_size),
            (Role::Blocks, &names.blocks),
        ];
        let parsed = |(role, text): (Role, &String)| Some((role, Selector::parse(text)?));
        Self {
            series: series.into_iter().filter_map(parsed).collect(),
        }
    }

    /// Read a page. None: nothing that was wanted is on it.
    pub fn read(&self, page: &[u8]) -> Option<Signals> {
        let mut found = Found::default();
        let mut rest = page;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            self.read_line(line, &mut found);
        }
        found.any.then_some(found.signals)
    }

    fn read_line(&self, line: &[u8], found: &mut Found) {
        let Some(end) = memchr2(b'{', b' ', line) else {
            return;
        };
        let name = &line[..end];
        let mut series = None;
        for (role, selector) in &self.series {
            if selector.name.as_bytes() != name {
                continue;
            }
            if series.is_none() {
                series = Series::parse(&line[end..]);
            }
            if let Some(series) = &series
                && selector.fits(series)
            {
                found.take(*role, series);
            }
        }
    }
}

/// Labels and value of one line.
struct Series<'a> {
    labels: &'a str,
    value: f64,
}

impl<'a> Series<'a> {
    fn parse(rest: &'a [u8]) -> Option<Self> {
        let rest = std::str::from_utf8(rest).ok()?;
        let (labels, value) = match rest.strip_prefix('{') {
            Some(inside) => {
                let end = end_of_labels(inside)?;
                (&inside[..end], &inside[end + 1..])
            }
            None => ("", rest),
        };
        let value = value.split_ascii_whitespace().next()?.parse().ok()?;
        Some(Self { labels, value })
    }

    fn label(&self, wanted: &str) -> Option<String> {
        let mut rest = self.labels;
        loop {
            let (name, after) = rest.split_once("=\"")?;
            let end = end_of_value(after)?;
            if name.trim_start_matches([',', ' ']) == wanted {
                return Some(unescaped(&after[..end]));
            }
            rest = &after[end + 1..];
        }
    }

    fn number(&self, label: &str) -> u64 {
        self.label(label)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }

    fn names(&self, label: &str) -> Vec<String> {
        let text = self.label(label).unwrap_or_default();
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }
}

/// Where the brace is that closes the labels: not one inside a value.
fn end_of_labels(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let next = memchr2(b'"', b'}', &text.as_bytes()[at..])? + at;
        if text.as_bytes()[next] == b'}' {
            return Some(next);
        }
        at = next + 1;
        at += end_of_value(&text[at..])? + 1;
    }
}

/// Where the quote is that closes a value: not an escaped one.
fn end_of_value(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let next = memchr2(b'"', b'\\', bytes.get(at..)?)? + at;
        if bytes[next] == b'"' {
            return Some(next);
        }
        at = next + 2;
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for letter in text.chars() {
        match (escaped, letter) {
            (false, '\\') => escaped = true,
            (true, 'n') => {
                out.push('\n');
                escaped = false;
            }
            _ => {
                out.push(letter);
                escaped = false;
            }
        }
    }
    out
}

/// What a page said so far. An engine may have several series of a kind, one for each of its ranks.
#[derive(Default)]
struct Found {
    signals: Signals,
    any: bool,
    newest_lora: Option<f64>,
}

impl Found {
    fn take(&mut self, role: Role, series: &Series<'_>) {
        if series.value.is_nan() {
            return;
        }
        self.any = true;
        let signals = &mut self.signals;
        match role {
            Role::Waiting => signals.waiting += whole(series.value),
            Role::Running => signals.running += whole(series.value),
            Role::KvUsage => signals.kv_usage = signals.kv_usage.max(series.value.clamp(0.0, 1.0)),
            Role::PrefixQueries => signals.prefix_queries += whole(series.value),
            Role::PrefixHits => signals.prefix_hits += whole(series.value),
            Role::BlockSize => signals.block_size = whole(series.value),
            Role::Blocks => signals.blocks += whole(series.value),
            Role::CacheInfo => {
                signals.block_size = series.number("block_size");
                signals.blocks += series.number("num_gpu_blocks");
            }
            Role::LoraInfo => self.lora(series),
        }
    }

    /// Old sets of labels stay on the page; the value is the time at which a set was true.
    fn lora(&mut self, series: &Series<'_>) {
        if self
            .newest_lora
            .is_some_and(|newest| newest >= series.value)
        {
            return;
        }
        self.newest_lora = Some(series.value);
        self.signals.adapters_most = series.number("max_lora");
        self.signals.adapters_running = series.names("running_lora_adapters");
        self.signals.adapters_waiting = series.names("waiting_lora_adapters");
    }
}

/// Counts are written as floating point; what cannot be one is the nearest that can.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> u64 {
    value.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::scrape::engines::built_in;
    use proptest::prelude::*;

    fn read(engine: &str, page: &str) -> Option<Signals> {
        Wanted::new(&built_in(engine).unwrap()).read(page.as_bytes())
    }

    #[test]
    fn vllm() {
        let page = r#"# HELP vllm:num_requests_running x
vllm:num_requests_running{engine="0",model_name="a}\" b"} 4.0
vllm:num_requests_running{engine="1",model_name="a"} 1.0
vllm:num_requests_waiting{engine="0"} 2.0
vllm:num_requests_waiting_by_reason{engine="0",reason="capacity"} 9.0
vllm:kv_cache_usage_perc{engine="0"} 0.25
vllm:kv_cache_usage_perc{engine="1"} 0.5
vllm:prefix_cache_queries_total{engine="0"} 1e3
vllm:prefix_cache_hits_total{engine="0"} 600.0
vllm:cache_config_info{block_size="32",num_gpu_blocks="16384",hash_block_size="None"} 1.0
vllm:lora_requests_info{max_lora="2",running_lora_adapters="sql, chat",waiting_lora_adapters=""} 20.5
vllm:lora_requests_info{max_lora="2",running_lora_adapters="old",waiting_lora_adapters="old"} 10.5
"#;
        let expected = Signals {
            waiting: 2,
            running: 5,
            kv_usage: 0.5,
            block_size: 32,
            blocks: 16384,
            adapters_running: vec!["sql".to_owned(), "chat".to_owned()],
            adapters_waiting: Vec::new(),
            adapters_most: 2,
            prefix_queries: 1000,
            prefix_hits: 600,
            read_at: 0,
        };
        assert_eq!(Some(expected), read("vllm", page));
    }

    #[test]
    fn triton_tells_series_apart_by_a_label() {
        let page = "nv_trt_llm_request_metrics{model=\"m\",request_type=\"waiting\",version=\"1\"} 3\n\
            nv_trt_llm_request_metrics{model=\"m\",request_type=\"scheduled\",version=\"1\"} 7\n\
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=\"fraction\"} 0.125 1700000000000\n\
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=\"tokens_per\"} 64\n\
            nv_trt_llm_kv_cache_block_metrics{kv_cache_block_type=\"max\"} 500";
        let expected = Signals {
            waiting: 3,
            running: 7,
            kv_usage: 0.125,
            block_size: 64,
            blocks: 500,
            ..Signals::default()
        };
        assert_eq!(Some(expected), read("triton-tensorrt-llm", page));
    }

    #[test]
    fn sglang() {
        let page = "sglang:num_queue_reqs 1\nsglang:num_running_reqs{a=\"b\"} 2\nsglang:token_usage 0.75\n";
        let expected = Signals {
            waiting: 1,
            running: 2,
            kv_usage: 0.75,
            ..Signals::default()
        };
        assert_eq!(Some(expected), read("sglang", page));
    }

    #[test]
    fn a_page_of_another_engine_says_nothing() {
        assert_eq!(None, read("sglang", "vllm:num_requests_running 4\n"));
    }

    #[test]
    fn lines_that_make_no_sense_are_passed_over() {
        let page = "vllm:num_requests_running{a=\"b\nvllm:num_requests_running{a=\"\\\nvllm:num_requests_running NaN\n\
            vllm:num_requests_running\n\nvllm:num_requests_running x\nvllm:num_requests_running -4\n\
            vllm:num_requests_running{} 3";
        assert_eq!(Some(3), read("vllm", page).map(|signals| signals.running));
    }

    proptest! {
        #[test]
        fn no_page_makes_it_panic(rest in "[ -~\\n\\\\\"{}é]{0,80}") {
            let _ = read("vllm", &format!("vllm:lora_requests_info{rest}\nvllm:cache_config_info{{{rest}"));
        }
    }
}
