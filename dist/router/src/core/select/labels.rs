//! Filters that look at labels only: what they keep is known as soon as endpoints are.

use std::collections::BTreeMap;

use crate::core::settings::{Expression, FilterSettings, Operator};

/// The label that says what an endpoint can do.
const ROLE: &str = "llm-d.ai/role";

const PREFILL: &[&str] = &[
    "prefill",
    "encode-prefill",
    "prefill-decode",
    "both",
    "encode-prefill-decode",
];
const DECODE: &[&str] = &["decode", "prefill-decode", "both", "encode-prefill-decode"];
const ENCODE: &[&str] = &["encode", "encode-prefill", "encode-prefill-decode"];

type Labels = BTreeMap<String, String>;

impl FilterSettings {
    /// Whether the filter keeps an endpoint with these labels; `None`: it does not go by labels.
    pub fn keeps(&self, labels: &Labels) -> Option<bool> {
        let role = |roles: &[&str]| labels.get(ROLE).map(|role| roles.contains(&role.as_str()));
        Some(match self {
            Self::Prefill {} => role(PREFILL).unwrap_or(false),
            Self::Decode {} => role(DECODE).unwrap_or(true),
            Self::Encode {} => role(ENCODE).unwrap_or(false),
            Self::ByLabel {
                label,
                valid_values,
                allows_no_label,
            } => match labels.get(label) {
                Some(value) => valid_values.contains(value),
                None => *allows_no_label,
            },
            Self::LabelSelector {
                match_labels,
                match_expressions,
            } => {
                let equal = |(key, value)| labels.get::<String>(key) == Some(value);
                match_labels.iter().all(equal)
                    && match_expressions.iter().all(|each| each.holds(labels))
            }
            Self::PrefixCacheAffinity { .. } => return None,
        })
    }
}

impl Expression {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        let among = value.is_some_and(|value| self.values.contains(value));
        match self.operator {
            Operator::In => among,
            Operator::NotIn => !among,
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(filter: &str, labels: &[&str]) -> Vec<Option<bool>> {
        let filter: Result<FilterSettings, _> = serde_json::from_str(filter);
        labels
            .iter()
            .map(|labels| {
                let labels: Labels = labels
                    .split(' ')
                    .filter_map(|each| each.split_once('='))
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .collect();
                filter
                    .as_ref()
                    .ok()
                    .and_then(|filter| filter.keeps(&labels))
            })
            .collect()
    }

    #[test]
    fn roles() {
        let labels = [
            "",
            "llm-d.ai/role=decode",
            "llm-d.ai/role=prefill",
            "llm-d.ai/role=encode",
            "llm-d.ai/role=both",
            "llm-d.ai/role=prefill-decode",
            "llm-d.ai/role=encode-prefill",
            "llm-d.ai/role=encode-prefill-decode",
            "llm-d.ai/role=else",
        ];
        let table = [
            ("decode-filter", [1, 1, 0, 0, 1, 1, 0, 1, 0]),
            ("prefill-filter", [0, 0, 1, 0, 1, 1, 1, 1, 0]),
            ("encode-filter", [0, 0, 0, 1, 0, 0, 1, 1, 0]),
        ];
        for (name, expected) in table {
            let expected: Vec<_> = expected.iter().map(|each| Some(*each == 1)).collect();
            let filter = format!(r#"{{"type": "{name}"}}"#);
            assert_eq!(expected, kept(&filter, &labels), "{name}");
        }
    }

    #[test]
    fn one_label() {
        let filter = r#"{"type": "by-label", "label": "zone", "valid_values": ["a", "b"], "allows_no_label": true}"#;
        let expected = vec![Some(true), Some(false), Some(true)];
        assert_eq!(expected, kept(filter, &["zone=a", "zone=c", "x=y"]));
    }

    #[test]
    fn selectors_mean_what_they_mean_in_kubernetes() {
        let labels = ["a=1", "a=1 b=2", "b=3", ""];
        let table = [
            (r#""match_labels": {"a": "1"}"#, [1, 1, 0, 0]),
            (
                r#""match_expressions": [{"key": "b", "operator": "In", "values": ["2", "4"]}]"#,
                [0, 1, 0, 0],
            ),
            (
                r#""match_expressions": [{"key": "b", "operator": "NotIn", "values": ["2"]}]"#,
                [1, 0, 1, 1],
            ),
            (
                r#""match_expressions": [{"key": "b", "operator": "Exists"}]"#,
                [0, 1, 1, 0],
            ),
            (
                r#""match_labels": {"a": "1"}, "match_expressions": [{"key": "b", "operator": "DoesNotExist"}]"#,
                [1, 0, 0, 0],
            ),
        ];
        for (fields, expected) in table {
            let expected: Vec<_> = expected.iter().map(|each| Some(*each == 1)).collect();
            let filter = format!(r#"{{"type": "label-selector-filter", {fields}}}"#);
            assert_eq!(expected, kept(&filter, &labels), "{fields}");
        }
    }
}
