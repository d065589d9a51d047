//! What a response cost, read from its last bytes alone.
//!
//! Model servers put `usage` behind the answer, in a plain response as in the last event of a stream; so
//! nothing before it needs to be read. A string of the answer cannot pose as it: its quotes are escaped.

use std::collections::VecDeque;

use bytes::Bytes;
use serde::Deserialize;

use crate::core::Usage;

/// How much of a response's end is kept, in bytes and in pieces: what follows `usage` is short, and
/// every piece keeps alive the buffer that it was read into.
const TAIL: usize = 8 * 1024;
const PIECES: usize = 32;
const KEY: &[u8] = b"\"usage\"";

/// The end of a response while it streams past.
#[derive(Debug, Default)]
pub struct Tail {
    pieces: VecDeque<Bytes>,
    length: usize,
}

impl Tail {
    /// Note the next piece. It is shared, not copied; small ones are gathered by the caller's buffers.
    pub fn push(&mut self, piece: &Bytes) {
        let piece = piece.slice(piece.len().saturating_sub(TAIL)..);
        if piece.is_empty() {
            return;
        }
        self.length += piece.len();
        self.pieces.push_back(piece);
        while let Some(first) = self.pieces.front() {
            if self.length - first.len() < TAIL && self.pieces.len() <= PIECES {
                break;
            }
            self.length -= first.len();
            self.pieces.pop_front();
        }
    }

    /// What the response says it cost, if it says so.
    pub fn usage(&self) -> Option<Usage> {
        let mut bytes = Vec::with_capacity(self.length);
        for piece in &self.pieces {
            bytes.extend_from_slice(piece);
        }
        last_usage(&bytes)
    }
}

#[derive(Deserialize)]
struct Reported {
    #[serde(alias = "input_tokens")]
    prompt_tokens: u64,
    #[serde(default, alias = "output_tokens")]
    completion_tokens: Option<u64>,
    #[serde(default, alias = "input_tokens_details")]
    prompt_tokens_details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

/// The last `"usage": {…}` of some JSON text that may be cut off in front.
pub fn last_usage(bytes: &[u8]) -> Option<Usage> {
    let mut end = bytes.len();
    while let Some(at) = rfind(&bytes[..end]) {
        let after = bytes[at + KEY.len()..].trim_ascii_start();
        let value = after.strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        if let Some(value) = value.filter(|value| value.starts_with(b"{")) {
            let mut values = serde_json::Deserializer::from_slice(value).into_iter::<Reported>();
            if let Some(Ok(reported)) = values.next() {
                return Some(Usage {
                    prompt: reported.prompt_tokens,
                    cached: reported
                        .prompt_tokens_details
                        .and_then(|details| details.cached_tokens)
                        .unwrap_or(0),
                    completion: reported.completion_tokens.unwrap_or(0),
                });
            }
        }
        end = at;
    }
    None
}

fn rfind(bytes: &[u8]) -> Option<usize> {
    bytes.windows(KEY.len()).rposition(|window| window == KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(prompt: u64, cached: u64, completion: u64) -> Option<Usage> {
        Some(Usage {
            prompt,
            cached,
            completion,
        })
    }

    #[test]
    fn the_usage_of_a_plain_response() {
        let body = br#"{"choices":[{"text":"\"usage\":{\"prompt_tokens\":9}"}],
            "usage" : {"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,
            "prompt_tokens_details":{"cached_tokens":4}}}"#;
        assert_eq!(usage(7, 4, 3), last_usage(body));
    }

    #[test]
    fn the_usage_of_a_stream_is_the_last_that_is_not_null() {
        let body = b"data: {\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":1}}\n\n\
            data: {\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"prompt_tokens_details\":null}}\n\n\
            data: {\"usage\":null}\n\ndata: [DONE]\n\n";
        assert_eq!(usage(7, 0, 2), last_usage(body));
    }

    #[test]
    fn the_names_of_the_responses_endpoint() {
        let body = br#"{"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":2},"output_tokens":6}}"#;
        assert_eq!(usage(5, 2, 6), last_usage(body));
    }

    #[test]
    fn no_usage_and_nonsense_are_none() {
        for body in [
            &b""[..],
            b"{}",
            b"\"usage\"",
            b"\"usage\":{",
            b"\"usage\":[1]",
            b"\xff\"usage\":{}",
        ] {
            assert_eq!(None, last_usage(body));
        }
    }

    #[test]
    fn the_tail_is_bounded_and_crosses_pieces() {
        let mut tail = Tail::default();
        for _ in 0..100 {
            tail.push(&Bytes::from(vec![b'x'; 10_000]));
        }
        for piece in ["{\"us", "age\":{\"prompt_tok", "ens\":1}}"] {
            tail.push(&Bytes::copy_from_slice(piece.as_bytes()));
        }
        assert_eq!(usage(1, 0, 0), tail.usage());
        assert!(tail.length <= TAIL + 10_000);
    }
}
