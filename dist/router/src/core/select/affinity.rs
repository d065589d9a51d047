//! The prefix-cache-affinity filter: stay with endpoints that hold most of the prompt, until waiting for
//! them would cost more than computing it elsewhere.

use super::{Candidate, Context, Kept};
use crate::core::settings::FilterSettings;

/// The filter's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Affinity {
    threshold: f64,
    exploration: f64,
    /// Milliseconds; 0: no limit.
    most_penalty: f64,
    /// Prompt tokens per second.
    throughput: f64,
}

impl Affinity {
    /// From its settings; `None`: they are another filter's.
    pub fn new(settings: &FilterSettings) -> Option<Self> {
        match settings {
            FilterSettings::PrefixCacheAffinity {
                affinity_threshold,
                exploration_probability,
                max_ttft_penalty_ms,
                peak_prefill_throughput,
            } => Some(Self {
                threshold: *affinity_threshold,
                exploration: *exploration_probability,
                most_penalty: *max_ttft_penalty_ms,
                throughput: *peak_prefill_throughput,
            }),
            _ => None,
        }
    }

    /// Keep those that hold enough, if any do and they are not too slow. The others become spare.
    pub fn narrow(&self, kept: &mut Kept<'_>, context: &Context<'_>) {
        if kept.first.len() <= 1 || self.threshold <= 0.0 || context.blocks == 0 {
            return;
        }
        if self.exploration > 0.0 && context.random.share() < self.exploration {
            return;
        }
        let holds =
            |one: &Candidate<'_>| f64::from(one.matched) / context.blocks as f64 >= self.threshold;
        let sticky = self.best(kept.first.iter().filter(|one| holds(one)));
        let others = self.best(kept.first.iter().filter(|one| !holds(one)));
        let (Some(sticky), Some(others)) = (sticky, others) else {
            return;
        };
        if self.most_penalty > 0.0 && sticky - others > self.most_penalty {
            return;
        }
        let (first, spare) = std::mem::take(&mut kept.first)
            .into_iter()
            .partition(|one| holds(one));
        kept.first = first;
        kept.spare.extend::<Vec<Candidate<'_>>>(spare);
    }

    /// The lowest estimated time to first token, in milliseconds.
    fn best<'a, 'b: 'a>(&self, of: impl Iterator<Item = &'a Candidate<'b>>) -> Option<f64> {
        of.map(|one| match self.throughput > 0.0 {
            true => one.tokens / self.throughput * 1000.0,
            false => 0.0,
        })
        .min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::core::endpoint::Endpoint;
    use crate::core::random::Random;
    use crate::core::settings::EndpointSettings;

    /// Slots that stay, of endpoints given as (matched blocks of 10, tokens in flight).
    fn stay(affinity: &Affinity, endpoints: &[(u32, i64)]) -> (Vec<usize>, Vec<usize>) {
        let endpoints: Vec<_> = endpoints
            .iter()
            .enumerate()
            .map(|(slot, (matched, tokens))| {
                let endpoint = Arc::new(Endpoint::new(EndpointSettings::default(), slot));
                endpoint.take(*tokens);
                (endpoint, *matched)
            })
            .collect();
        let first = endpoints
            .iter()
            .enumerate()
            .map(|(position, (endpoint, matched))| {
                Candidate::new(endpoint, position, *matched, None)
            })
            .collect();
        let context = Context {
            model: "",
            blocks: 10,
            block_tokens: 64,
            prompt_tokens: 640,
            pinned: None,
            cold_order: &[],
            random: &Random::new(5),
        };
        let mut kept = Kept::all(first);
        affinity.narrow(&mut kept, &context);
        let slots = |of: &[Candidate<'_>]| of.iter().map(|one| one.endpoint.slot).collect();
        (slots(&kept.first), slots(&kept.spare))
    }

    fn standard() -> Affinity {
        Affinity {
            threshold: 0.8,
            exploration: 0.0,
            most_penalty: 18_000.0,
            throughput: 15_928.0,
        }
    }

    #[test]
    fn endpoints_that_hold_enough_stay_unless_they_are_too_slow() {
        // 18 s at 15 928 tokens per second are 286 704 tokens.
        type Row = (&'static [(u32, i64)], Vec<usize>, Vec<usize>);
        let table: [Row; 7] = [
            (&[(8, 0), (7, 0), (10, 0)], vec![0, 2], vec![1]),
            (&[(7, 0), (0, 0)], vec![0, 1], vec![]),
            (&[(10, 0), (10, 0)], vec![0, 1], vec![]),
            (&[(10, 286_704), (0, 0)], vec![0], vec![1]),
            (&[(10, 286_705), (0, 0)], vec![0, 1], vec![]),
            (&[(10, 900_000), (9, 1000), (0, 0)], vec![0, 1], vec![2]),
            (&[(10, 900_000)], vec![0], vec![]),
        ];
        for (endpoints, first, spare) in table {
            assert_eq!(
                (first, spare),
                stay(&standard(), endpoints),
                "{endpoints:?}"
            );
        }
    }

    #[test]
    fn without_a_limit_it_always_stays() {
        let affinity = Affinity {
            most_penalty: 0.0,
            ..standard()
        };
        assert_eq!(
            (vec![0], vec![1]),
            stay(&affinity, &[(10, 9_000_000), (0, 0)])
        );
    }

    #[test]
    fn exploring_does_not_narrow() {
        let affinity = Affinity {
            exploration: 1.0,
            ..standard()
        };
        assert_eq!((vec![0, 1], vec![]), stay(&affinity, &[(10, 0), (0, 0)]));
    }
}
