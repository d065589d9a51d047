//! Any bytes as a body, in any pieces, under any path: read or refused with a sentence, never a panic.
//! The result does not depend on the pieces; it is what a JSON reader finds; renaming the model changes
//! the model alone.

#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use plimsoll_router::core::{Body, Kind, Refusal, Request, ScanSettings, parse};
use serde_json::Value;

const PATHS: [&str; 5] = [
    "/v1/completions",
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/anything",
];

/// Tokens for each byte of a body, at most: a picture of six bytes counts as 256.
const MOST_TOKENS: u64 = 256 / 6 + 1;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    path: u8,
    cut: u16,
    /// All further bytes of the input, as they are.
    body: &'a [u8],
}

/// The model and whether to stream, as a JSON reader sees them.
fn by_reader(body: &[u8]) -> Option<(String, bool)> {
    let read: Value = serde_json::from_slice(body).ok()?;
    let model = read.get("model")?.as_str()?;
    let stream = read.get("stream") == Some(&Value::Bool(true));
    (!model.is_empty()).then(|| (model.to_owned(), stream))
}

fn check_renaming(path: &str, body: &[u8], request: &Request, settings: &ScanSettings) {
    let name = "\"another\"\n";
    let to = Request {
        target_model: name.to_owned(),
        ..request.clone()
    };
    let Some(renamed) = to.renamed(body) else {
        return assert!(request.model == name || request.model_span.is_none());
    };
    match parse(path, &renamed, settings) {
        Ok(again) => assert_eq!(
            (name, &request.blocks),
            (again.model.as_str(), &again.blocks)
        ),
        Err(refusal) => panic!("a renamed body is refused: {refusal:?}"),
    }
}

fuzz_target!(|input: Input<'_>| {
    let path = PATHS[usize::from(input.path) % PATHS.len()];
    let settings = ScanSettings::default();
    let whole = parse(path, input.body, &settings);
    let mut pieces = Body::default();
    for piece in input.body.chunks(usize::from(input.cut).max(1)) {
        assert!(pieces.push(Bytes::copy_from_slice(piece), input.body.len()));
    }
    assert_eq!(whole, parse(path, &pieces.whole(), &settings));
    match whole {
        Ok(request) => {
            assert!(request.blocks.len() <= settings.shape.most);
            assert!(request.model.len() <= input.body.len());
            assert!(request.prompt_tokens <= MOST_TOKENS * input.body.len() as u64);
            if request.kind != Kind::Passthrough
                && let Some(read) = by_reader(input.body)
            {
                assert_eq!(read, (request.model.clone(), request.stream));
            }
            check_renaming(path, input.body, &request, &settings);
        }
        Err(Refusal::BadRequest(sentence)) => {
            assert!(sentence.len() < 2000);
            assert_eq!(None, by_reader(input.body), "{sentence}");
        }
        Err(other) => panic!("{other:?}"),
    }
});
