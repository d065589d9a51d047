//! The name under which a model is sent on: by rule and weight, so that a new version can get a share.

use super::random::Random;
use super::settings::RewriteSettings;

/// The name to send instead of `model`; `None`: no rule names it. A rule that names the model comes
/// before one for any model; of two such rules the first counts.
pub fn target<'a>(rules: &'a [RewriteSettings], model: &str, random: &Random) -> Option<&'a str> {
    let named = |name: &str| rules.iter().find(|rule| rule.model == name);
    let rule = named(model).or_else(|| named(""))?;
    let total: u64 = rule.targets.iter().map(|each| u64::from(each.weight)).sum();
    let mut draw = random.below(usize::try_from(total).unwrap_or(usize::MAX)) as u64;
    for each in &rule.targets {
        let weight = u64::from(each.weight);
        if draw < weight {
            return Some(&each.model);
        }
        draw -= weight;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str) -> Vec<RewriteSettings> {
        serde_json::from_str(json).unwrap_or_default()
    }

    #[test]
    fn the_rule_that_names_the_model_counts_then_the_one_for_any() {
        let rules = rules(
            r#"[{"model": "", "targets": [{"model": "any"}]},
                {"model": "a", "targets": [{"model": "a-1"}]},
                {"model": "a", "targets": [{"model": "a-2"}]}]"#,
        );
        let random = Random::new(0);
        let actual = ["a", "b"].map(|model| target(&rules, model, &random));
        assert_eq!([Some("a-1"), Some("any")], actual);
        assert_eq!(None, target(&[], "a", &random));
    }

    #[test]
    fn weights_are_shares() {
        let rules = rules(
            r#"[{"model": "a", "targets": [{"model": "old", "weight": 9}, {"model": "new"}]}]"#,
        );
        let random = Random::new(2);
        let new = (0..10_000)
            .filter(|_| target(&rules, "a", &random) == Some("new"))
            .count();
        assert!((900..1100).contains(&new), "{new}");
    }
}
