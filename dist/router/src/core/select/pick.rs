//! Pickers: from scores to an order. All of them order every candidate; how many are used is up to the
//! caller, and those after them are the fallbacks.

use crate::core::random::Random;
use crate::core::settings::PickerSettings;

impl PickerSettings {
    /// How many endpoints it returns.
    pub fn count(&self) -> usize {
        let (Self::MaxScore {
            max_num_of_endpoints,
        }
        | Self::Random {
            max_num_of_endpoints,
        }
        | Self::WeightedRandom {
            max_num_of_endpoints,
        }) = self;
        (*max_num_of_endpoints).max(1)
    }

    /// Indices of the scores, first choice first; at most `most` of them.
    pub fn order(&self, scores: &[f64], most: usize, random: &Random) -> Vec<usize> {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        random.shuffle(&mut order);
        match self {
            Self::Random { .. } => order.truncate(most),
            Self::MaxScore { .. } => highest(&mut order, scores, most),
            Self::WeightedRandom { .. } => highest(&mut order, &draws(scores, random), most),
        }
        order
    }
}

/// Weighted drawing without putting back: by `u^(1/weight)`, largest first. Where no score is above 0
/// all are equal.
fn draws(scores: &[f64], random: &Random) -> Vec<f64> {
    scores
        .iter()
        .map(|score| match *score > 0.0 {
            true => random.share().max(1e-10).powf(1.0 / score),
            false => 0.0,
        })
        .collect()
}

/// Bring the `most` highest to the front, in order; of equal ones, whichever comes first now. Few are
/// wanted of many, so this is faster than sorting all.
fn highest(order: &mut Vec<usize>, values: &[f64], most: usize) {
    let most = most.min(order.len());
    for place in 0..most {
        let mut best = place;
        for at in place + 1..order.len() {
            if values[order[at]] > values[order[best]] {
                best = at;
            }
        }
        order[place..=best].rotate_right(1);
    }
    order.truncate(most);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firsts(picker: &PickerSettings, scores: &[f64]) -> Vec<u32> {
        let random = Random::new(3);
        let mut counts = vec![0; scores.len()];
        for _ in 0..6000 {
            let order = picker.order(scores, 1, &random);
            counts[order[0]] += 1;
        }
        counts
    }

    fn near(expected: &[u32], actual: &[u32]) {
        let close = |(one, two): (&u32, &u32)| one.abs_diff(*two) < 200;
        assert!(expected.iter().zip(actual).all(close), "{actual:?}");
    }

    #[test]
    fn max_score_takes_the_highest_and_breaks_ties_at_random() {
        let picker = PickerSettings::MaxScore {
            max_num_of_endpoints: 2,
        };
        near(&[0, 3000, 3000], &firsts(&picker, &[0.2, 0.7, 0.7]));
        let order = picker.order(&[0.1, 0.3, 0.2], 2, &Random::new(1));
        assert_eq!((vec![1, 2], 2), (order, picker.count()));
    }

    #[test]
    fn random_does_not_look_at_scores() {
        let picker = PickerSettings::Random {
            max_num_of_endpoints: 1,
        };
        near(&[2000, 2000, 2000], &firsts(&picker, &[0.0, 9.0, 1.0]));
    }

    #[test]
    fn weighted_random_draws_by_score() {
        let picker = PickerSettings::WeightedRandom {
            max_num_of_endpoints: 1,
        };
        near(&[0, 1500, 4500], &firsts(&picker, &[0.0, 1.0, 3.0]));
        near(&[3000, 3000], &firsts(&picker, &[0.0, 0.0]));
    }
}
