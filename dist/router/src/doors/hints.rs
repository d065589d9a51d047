//! What a client says to the router in headers: the same at every door.

use crate::core::{HintHeaders, Hints};

/// Whether a header speaks to the router alone; an endpoint never sees those.
pub fn speaks_to_the_router(name: &str) -> bool {
    CONTROL.iter().any(|each| each.eq_ignore_ascii_case(name))
}

const CONTROL: [&str; 15] = [
    "x-llm-d-inference-fairness-id",
    "x-llm-d-inference-objective",
    "x-llm-d-model-name-rewrite",
    "x-llm-d-slo-ttft-ms",
    "x-llm-d-slo-tpot-ms",
    "x-llm-d-video-fps",
    "x-llm-d-video-duration-seconds",
    "x-llm-d-video-resolution",
    "x-gateway-inference-fairness-id",
    "x-gateway-inference-objective",
    "x-gateway-model-name-rewrite",
    "x-slo-ttft-ms",
    "x-slo-tpot-ms",
    "x-gateway-destination-endpoint",
    "x-gateway-destination-endpoint-subset",
];

/// Read hints. `text` is the value of a header, `prefer` are all values of `Prefer`, and `asked` the
/// headers that the settings ask for.
pub fn read<'a>(
    text: impl Fn(&str) -> Option<&'a str>,
    prefer: impl Iterator<Item = &'a str>,
    asked: &HintHeaders,
) -> Hints {
    let owned = |name: &str| text(name).map(str::to_owned);
    let mut preferences = prefer.flat_map(|value| value.split(','));
    Hints {
        subset: None,
        model_rewrite: owned("x-llm-d-model-name-rewrite")
            .or_else(|| owned("x-gateway-model-name-rewrite")),
        session: asked.session.as_deref().and_then(owned),
        if_available: preferences.any(|each| each.trim() == "if-available"),
        profile: asked.profile.as_deref().and_then(owned),
    }
}
