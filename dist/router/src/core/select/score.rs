//! The arithmetic of the scorers: one function each, numbers in, a value per candidate out.
//!
//! They are llm-d's, so that a configuration means the same here. Values are clamped to 0..=1 where
//! they are weighted and added, not here.

/// Queue and running requests: the fewest gets 1, the most 0; if all are equal, all get 1.
pub fn fewest(counts: &[f64]) -> Vec<f64> {
    let most = counts.iter().copied().fold(f64::MIN, f64::max);
    let least = counts.iter().copied().fold(f64::MAX, f64::min);
    counts
        .iter()
        .map(|count| match most > least {
            true => (most - count) / (most - least),
            false => 1.0,
        })
        .collect()
}

/// KV cache: what is free.
pub fn free(usages: &[f64]) -> Vec<f64> {
    usages.iter().map(|usage| 1.0 - usage).collect()
}

/// Requests in flight: idle gets 1, the busiest 0, the others up to `most_busy`.
pub fn active(counts: &[f64], idle: f64, most_busy: f64) -> Vec<f64> {
    let most = counts.iter().copied().fold(0.0, f64::max);
    counts
        .iter()
        .map(|count| match *count <= idle {
            true => 1.0,
            false => (most - count) / most * most_busy,
        })
        .collect()
}

/// Tokens in flight, this request's included: none gets 1, `threshold` or more 0.
pub fn token_load(tokens: &[f64], threshold: f64) -> Vec<f64> {
    tokens
        .iter()
        .map(|tokens| 1.0 - tokens.clamp(0.0, threshold) / threshold)
        .collect()
}

/// Waiting requests: none gets 0.5, `threshold` or more 0.
pub fn load_aware(waiting: &[f64], threshold: f64) -> Vec<f64> {
    waiting
        .iter()
        .map(|waiting| 0.5 * (1.0 - waiting.min(threshold) / threshold))
        .collect()
}

/// Prefix: the share of the prompt's blocks that match; by `length_weight` instead the square of the
/// matched length over `full_length`, both in tokens.
pub fn prefix(
    matched: &[f64],
    blocks: f64,
    block_tokens: f64,
    length_weight: f64,
    full_length: f64,
) -> Vec<f64> {
    matched
        .iter()
        .map(|matched| {
            if blocks == 0.0 {
                return 0.0;
            }
            let length = (matched * block_tokens / full_length).min(1.0).powi(2);
            length_weight * length + (1.0 - length_weight) * matched / blocks
        })
        .collect()
}

/// Prompts that nobody holds go to who got no such prompt for longest: `positions` says who was when
/// (0 first, `None` never). A prompt that somebody holds: 0.5 for all.
pub fn no_hit_lru(cold: bool, positions: &[Option<usize>]) -> Vec<f64> {
    let candidates = positions.len();
    if !cold {
        return vec![0.5; candidates];
    }
    if candidates == 1 {
        return vec![1.0];
    }
    let never = positions.iter().filter(|each| each.is_none()).count();
    let mut fresh = 0..;
    positions
        .iter()
        .map(|position| match position {
            None => fresh.next().unwrap_or_default(),
            Some(position) => never + position,
        })
        .map(|rank| (1.0 - rank as f64 / (candidates as f64 - 1.0)).max(0.0))
        .collect()
}

/// What an endpoint says of LoRA adapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adapters {
    /// The request's is loaded.
    pub running: bool,
    /// The request's waits to be loaded.
    pub waiting: bool,
    /// Loaded and waiting ones.
    pub count: usize,
    /// How many fit.
    pub most: usize,
}

/// LoRA: loaded, room to load it, waiting for it, full.
pub fn lora(adapters: &[Adapters]) -> Vec<f64> {
    adapters
        .iter()
        .map(|each| match each {
            each if each.running => 1.0,
            each if each.count < each.most => 0.8,
            each if each.waiting => 0.6,
            _ => 0.0,
        })
        .collect()
}

/// Session: 1 for its endpoint.
pub fn session(slots: &[usize], pinned: Option<usize>) -> Vec<f64> {
    let value = |slot: &usize| f64::from(u8::from(Some(*slot) == pinned));
    slots.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_and_running_requests() {
        let table: [(&[f64], &[f64]); 5] = [
            (&[0.0, 5.0, 10.0], &[1.0, 0.5, 0.0]),
            (&[10.0, 4.0, 2.0], &[0.0, 0.75, 1.0]),
            (&[3.0, 3.0], &[1.0, 1.0]),
            (&[7.0], &[1.0]),
            (&[], &[]),
        ];
        for (counts, expected) in table {
            assert_eq!(expected, fewest(counts));
        }
    }

    #[test]
    fn kv_cache_utilization() {
        assert_eq!(vec![1.0, 0.75, 0.0], free(&[0.0, 0.25, 1.0]));
    }

    #[test]
    fn active_requests() {
        let table: [(&[f64], f64, f64, &[f64]); 4] = [
            (&[0.0, 2.0, 4.0], 0.0, 1.0, &[1.0, 0.5, 0.0]),
            (&[0.0, 2.0, 4.0], 0.0, 0.5, &[1.0, 0.25, 0.0]),
            (&[0.0, 2.0, 4.0], 2.0, 1.0, &[1.0, 1.0, 0.0]),
            (&[0.0, 0.0], 0.0, 1.0, &[1.0, 1.0]),
        ];
        for (counts, idle, most_busy, expected) in table {
            assert_eq!(expected, active(counts, idle, most_busy));
        }
    }

    #[test]
    fn tokens_in_flight() {
        let actual = token_load(&[0.0, 1_048_576.0, 4_194_304.0, 9e9, -1.0], 4_194_304.0);
        assert_eq!(vec![1.0, 0.75, 0.0, 0.0, 1.0], actual);
    }

    #[test]
    fn load_is_never_above_a_half() {
        let actual = load_aware(&[0.0, 32.0, 128.0, 500.0], 128.0);
        assert_eq!(vec![0.5, 0.375, 0.0, 0.0], actual);
    }

    #[test]
    fn prefixes() {
        let table: [(&[f64], f64, f64, &[f64]); 4] = [
            (&[0.0, 2.0, 8.0], 8.0, 0.0, &[0.0, 0.25, 1.0]),
            (&[0.0, 64.0], 64.0, 1.0, &[0.0, 0.25]),
            (&[64.0, 200.0], 256.0, 0.5, &[0.25, 0.890_625]),
            (&[0.0], 0.0, 0.0, &[0.0]),
        ];
        for (matched, blocks, weight, expected) in table {
            assert_eq!(expected, prefix(matched, blocks, 64.0, weight, 8192.0));
        }
    }

    #[test]
    fn cold_prompts() {
        type Row = (bool, &'static [Option<usize>], &'static [f64]);
        let table: [Row; 6] = [
            (false, &[Some(0), None], &[0.5, 0.5]),
            (true, &[Some(4)], &[1.0]),
            (true, &[None, None, None], &[1.0, 0.5, 0.0]),
            (true, &[Some(0), None, Some(1)], &[0.5, 1.0, 0.0]),
            (true, &[Some(1), Some(0)], &[0.0, 1.0]),
            (true, &[Some(7), Some(9)], &[0.0, 0.0]),
        ];
        for (cold, positions, expected) in table {
            assert_eq!(expected, no_hit_lru(cold, positions), "{positions:?}");
        }
    }

    #[test]
    fn lora_adapters() {
        let table = [
            (true, false, 2, 2, 1.0),
            (false, false, 1, 2, 0.8),
            (false, true, 1, 2, 0.8),
            (false, true, 2, 2, 0.6),
            (false, false, 2, 2, 0.0),
            (false, false, 0, 0, 0.0),
        ];
        for (running, waiting, count, most, expected) in table {
            let adapters = Adapters {
                running,
                waiting,
                count,
                most,
            };
            assert_eq!(vec![expected], lora(&[adapters]), "{adapters:?}");
        }
    }

    #[test]
    fn sessions() {
        assert_eq!(vec![0.0, 1.0], session(&[4, 2], Some(2)));
        assert_eq!(vec![0.0, 0.0], session(&[4, 2], None));
    }
}
