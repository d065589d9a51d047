//! Any bytes as a body, in any pieces, under any path: read or refused with a sentence, never a panic,
//! and the result does not depend on the pieces.

#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use plimsoll_router::core::{Body, Refusal, ScanSettings, parse};

const PATHS: [&str; 5] = [
    "/v1/completions",
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/anything",
];

#[derive(Debug, Arbitrary)]
struct Input {
    path: u8,
    cut: u16,
    body: Vec<u8>,
}

fuzz_target!(|input: Input| {
    let path = PATHS[usize::from(input.path) % PATHS.len()];
    let settings = ScanSettings::default();
    let whole = parse(path, &input.body, &settings);
    let mut pieces = Body::default();
    for piece in input.body.chunks(usize::from(input.cut).max(1)) {
        assert!(pieces.push(Bytes::copy_from_slice(piece), input.body.len()));
    }
    assert_eq!(whole, parse(path, &pieces.whole(), &settings));
    match whole {
        Ok(request) => {
            assert!(request.blocks.len() <= settings.shape.most);
            if let Some((start, end)) = request.model_span {
                assert!(start + 2 < end && input.body[start] == b'"' && input.body[end - 1] == b'"');
            }
        }
        Err(Refusal::BadRequest(sentence)) => assert!(sentence.len() < 2000),
        Err(other) => panic!("{other:?}"),
    }
});
