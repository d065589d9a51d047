//! Settings that can be read and still make no sense: each is named, with what to write instead.

use super::{FilterSettings, HandlerSettings, LiveSettings, ScorerKind, SettingsError};
use crate::core::endpoint::MOST_ENDPOINTS;

const MOST_WEIGHT: u32 = 1_000_000;

type Check = Result<(), SettingsError>;

fn refuse(sentence: String) -> Check {
    Err(SettingsError(sentence))
}

impl LiveSettings {
    /// Say what does not fit together.
    pub fn check(&self) -> Check {
        self.check_endpoints()?;
        self.check_profiles()?;
        self.check_handler()?;
        self.check_rewrites()?;
        self.check_index()
    }

    fn check_endpoints(&self) -> Check {
        if self.endpoints.len() > MOST_ENDPOINTS {
            let given = self.endpoints.len();
            return refuse(format!(
                "{given} endpoints are given, and one router holds {MOST_ENDPOINTS}: run another router for the rest"
            ));
        }
        let mut seen = std::collections::BTreeSet::new();
        for endpoint in &self.endpoints {
            let address = &endpoint.address;
            if address.is_empty() {
                return refuse(format!(
                    "an endpoint has no address (its url is {:?}): give host:port",
                    endpoint.url
                ));
            }
            if !seen.insert(address) {
                return refuse(format!(
                    "endpoint {address} is given twice: an address names one endpoint"
                ));
            }
        }
        Ok(())
    }

    fn check_profiles(&self) -> Check {
        for (name, profile) in &self.profiles {
            for filter in &profile.filters {
                check_filter(name, filter)?;
            }
            for scorer in &profile.scorers {
                if !scorer.weight.is_finite() || scorer.weight < 0.0 {
                    return refuse(format!(
                        "profile {name}: the weight of a scorer is {}, and must be 0 or more",
                        scorer.weight
                    ));
                }
                check_scorer(name, &scorer.kind)?;
            }
        }
        Ok(())
    }

    fn check_handler(&self) -> Check {
        match &self.handler {
            HandlerSettings::Single { profile } => self.has_profile(profile),
            HandlerSettings::Header {
                profiles, default, ..
            } => profiles
                .values()
                .chain([default])
                .try_for_each(|profile| self.has_profile(profile)),
        }
    }

    fn has_profile(&self, name: &str) -> Check {
        if self.profiles.contains_key(name) {
            return Ok(());
        }
        let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
        refuse(format!(
            "the handler names profile {name:?}, which is not there: the profiles are {}",
            known.join(", ")
        ))
    }

    fn check_rewrites(&self) -> Check {
        for rewrite in &self.rewrites {
            let model = &rewrite.model;
            if rewrite.targets.is_empty() {
                return refuse(format!("the rewrite of model {model:?} has no targets"));
            }
            for target in &rewrite.targets {
                if target.model.is_empty() || !(1..=MOST_WEIGHT).contains(&target.weight) {
                    return refuse(format!(
                        "the rewrite of model {model:?} has target {:?} with weight {}: give a name, and a weight from 1 to {MOST_WEIGHT}",
                        target.model, target.weight
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_index(&self) -> Check {
        let index = &self.index;
        for (name, value) in [
            ("block_size_tokens", index.block_size_tokens),
            ("lru_capacity_per_server", index.lru_capacity_per_server),
            ("max_entries", index.max_entries),
        ] {
            if value == 0 {
                return refuse(format!("index.{name} is 0, and must be 1 or more"));
            }
        }
        if self.session.capacity == 0 {
            return refuse("session.capacity is 0, and must be 1 or more".to_owned());
        }
        Ok(())
    }
}

fn check_filter(profile: &str, filter: &FilterSettings) -> Check {
    let FilterSettings::PrefixCacheAffinity {
        affinity_threshold,
        exploration_probability,
        max_ttft_penalty_ms,
        peak_prefill_throughput,
    } = filter
    else {
        return Ok(());
    };
    share(profile, "affinity_threshold", *affinity_threshold)?;
    share(profile, "exploration_probability", *exploration_probability)?;
    positive(profile, "max_ttft_penalty_ms", *max_ttft_penalty_ms, true)?;
    let free = *max_ttft_penalty_ms == 0.0;
    positive(
        profile,
        "peak_prefill_throughput",
        *peak_prefill_throughput,
        free,
    )
}

fn check_scorer(profile: &str, scorer: &ScorerKind) -> Check {
    match scorer {
        ScorerKind::ActiveRequest { max_busy_score, .. } => {
            share(profile, "max_busy_score", *max_busy_score)
        }
        ScorerKind::PrefixCache {
            prefix_length_weight,
            max_model_len,
        } => {
            positive(profile, "max_model_len", *max_model_len as f64, false)?;
            share(profile, "prefix_length_weight", *prefix_length_weight)
        }
        ScorerKind::TokenLoad {
            queue_threshold_tokens,
        } => positive(
            profile,
            "queue_threshold_tokens",
            *queue_threshold_tokens as f64,
            false,
        ),
        ScorerKind::LoadAware { threshold } => {
            positive(profile, "threshold", *threshold as f64, false)
        }
        _ => Ok(()),
    }
}

fn share(profile: &str, name: &str, value: f64) -> Check {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    refuse(format!(
        "profile {profile}: {name} is {value}, and must be from 0 to 1"
    ))
}

fn positive(profile: &str, name: &str, value: f64, zero: bool) -> Check {
    if value.is_finite() && (value > 0.0 || (zero && value == 0.0)) {
        return Ok(());
    }
    let least = if zero { "0 or more" } else { "more than 0" };
    refuse(format!(
        "profile {profile}: {name} is {value}, and must be {least}"
    ))
}

#[cfg(test)]
mod tests {
    use crate::core::settings::LiveSettings;

    fn refusal(json: &str) -> String {
        match LiveSettings::from_json(json.as_bytes()) {
            Ok(settings) => format!("accepted: {settings:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_with_what_is_wrong() {
        let table = [
            (r#"{"endpoint": []}"#, "unknown field `endpoint`"),
            (r#"{"endpoints": [{"url": "http://a"}]}"#, "has no address"),
            (
                r#"{"endpoints": [{"address": "a:1"}, {"address": "a:1"}]}"#,
                "a:1 is given twice",
            ),
            (
                r#"{"profiles": {"p": {}}, "handler": {"type": "single", "profile": "q"}}"#,
                "names profile \"q\", which is not there: the profiles are p",
            ),
            (
                r#"{"profiles": {"default": {"scorers": [{"type": "queue-scorer", "weight": -1}]}}}"#,
                "must be 0 or more",
            ),
            (
                r#"{"profiles": {"default": {"scorers": [{"type": "quue-scorer"}]}}}"#,
                "unknown variant `quue-scorer`",
            ),
            (
                r#"{"profiles": {"default": {"scorers": [{"type": "queue-scorer", "wait": 1}]}}}"#,
                "unknown field `wait`",
            ),
            (
                r#"{"profiles": {"default": {"filters": [{"type": "prefix-cache-affinity-filter", "affinity_threshold": 1.5}]}}}"#,
                "affinity_threshold is 1.5",
            ),
            (r#"{"rewrites": [{"model": "a"}]}"#, "has no targets"),
            (
                r#"{"rewrites": [{"model": "a", "targets": [{"model": "b", "weight": 0}]}]}"#,
                "a weight from 1 to 1000000",
            ),
            (r#"{"index": {"max_entries": 0}}"#, "index.max_entries is 0"),
            ("[", "cannot be read"),
        ];
        for (json, expected) in table {
            let actual = refusal(json);
            assert!(actual.contains(expected), "{json}: {actual}");
        }
    }

    #[test]
    fn a_whole_document_is_read() {
        let json = r#"{
            "endpoints": [{"address": "10.0.0.1:8000", "url": "http://10.0.0.1:8000",
                "labels": {"llm-d.ai/role": "decode"}, "models": ["m"], "adapters": ["sql"]}],
            "profiles": {"default": {
                "filters": [{"type": "decode-filter"}, {"type": "prefix-cache-affinity-filter"}],
                "scorers": [{"type": "token-load-scorer", "weight": 2}],
                "picker": {"type": "max-score-picker", "max_num_of_endpoints": 2}}},
            "handler": {"type": "header", "header": "epp-profile",
                "profiles": {"decode": "default"}, "default": "default"},
            "parsers": ["openai", "passthrough"],
            "rewrites": [{"model": "m", "targets": [{"model": "m-1", "weight": 9}, {"model": "m-2"}]}],
            "scrape": {"interval_ms": 100, "engines": {"mine": {"waiting": "w"}}},
            "index": {"block_size_tokens": 32},
            "policy": {"timeout_ms": 5}}"#;
        let actual = LiveSettings::from_json(json.as_bytes()).map(|settings| {
            (
                settings.endpoints.len(),
                settings.profiles["default"].scorers[0].weight,
                settings.index.lru_capacity_per_server,
            )
        });
        assert_eq!(Ok((1, 2.0, 31_250)), actual);
    }
}
