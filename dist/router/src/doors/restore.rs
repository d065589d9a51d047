//! Puts the model's name that the client used back into a response, byte by byte, without parsing it.
//!
//! `"model"` followed by a colon cannot stand inside a JSON string, where its quotes would be escaped:
//! what matches is a key, in a plain response and in every event of a stream alike. A match may be cut by
//! the border between two pieces; what could still become one is held back, and is never longer than the
//! pattern and a few spaces.

use bytes::{Bytes, BytesMut};

const KEY: &[u8] = b"\"model\"";
/// More spaces than this between key, colon and value are no match.
const MOST_SPACES: usize = 8;

/// State of one response.
#[derive(Debug)]
pub struct Restorer {
    sent: Vec<u8>,
    asked: Vec<u8>,
    held: BytesMut,
}

enum Match {
    No,
    /// The value's place.
    Value(std::ops::Range<usize>),
    /// The piece ends before this is decided.
    Cut,
}

impl Restorer {
    /// `sent` is what the endpoint was asked for, `asked` what the client named.
    pub fn new(sent: &str, asked: &str) -> Self {
        Self {
            sent: quoted(sent),
            asked: quoted(asked),
            held: BytesMut::new(),
        }
    }

    /// The next piece, restored. At the end nothing is held back.
    pub fn push(&mut self, piece: Bytes, end: bool) -> Bytes {
        if self.held.is_empty() && !interesting(&piece) {
            return piece;
        }
        let mut whole = std::mem::take(&mut self.held);
        whole.extend_from_slice(&piece);
        let mut out = BytesMut::with_capacity(whole.len() + self.asked.len());
        let mut copied = 0;
        let mut at = 0;
        while let Some(quote) = position(&whole[at..], b'"') {
            at += quote;
            match self.matched(&whole, at) {
                Match::No => at += 1,
                Match::Value(value) => {
                    out.extend_from_slice(&whole[copied..value.start]);
                    out.extend_from_slice(&self.asked);
                    (at, copied) = (value.end, value.end);
                }
                Match::Cut if end => at += 1,
                Match::Cut => {
                    self.held.extend_from_slice(&whole[at..]);
                    whole.truncate(at);
                    break;
                }
            }
        }
        out.extend_from_slice(&whole[copied..]);
        out.freeze()
    }

    /// What is held back, as it came: for a response that is left alone from here on.
    pub fn release(&mut self) -> Bytes {
        self.held.split().freeze()
    }

    fn matched(&self, whole: &[u8], at: usize) -> Match {
        let after_key = match literal(whole, at, KEY) {
            Ok(next) => next,
            Err(other) => return other,
        };
        let colon = match spaces(whole, after_key) {
            Ok(next) => next,
            Err(other) => return other,
        };
        if whole[colon] != b':' {
            return Match::No;
        }
        let value = match spaces(whole, colon + 1) {
            Ok(next) => next,
            Err(other) => return other,
        };
        match literal(whole, value, &self.sent) {
            Ok(end) => Match::Value(value..end),
            Err(other) => other,
        }
    }
}

fn quoted(name: &str) -> Vec<u8> {
    serde_json::Value::from(name).to_string().into_bytes()
}

fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().position(|byte| *byte == wanted)
}

/// Whether a piece has the key, or ends in what may be its beginning or that of its value.
fn interesting(piece: &[u8]) -> bool {
    let tail = &piece[piece.len().saturating_sub(KEY.len() - 1)..];
    (1..=tail.len()).any(|length| KEY.starts_with(&tail[tail.len() - length..]))
        || piece.windows(KEY.len()).any(|window| window == KEY)
}

fn literal(whole: &[u8], at: usize, wanted: &[u8]) -> Result<usize, Match> {
    let there = &whole[at..];
    if there.starts_with(wanted) {
        Ok(at + wanted.len())
    } else if wanted.starts_with(there) {
        Err(Match::Cut)
    } else {
        Err(Match::No)
    }
}

fn spaces(whole: &[u8], at: usize) -> Result<usize, Match> {
    let there = &whole[at..];
    match there.iter().position(|byte| !byte.is_ascii_whitespace()) {
        Some(count) if count <= MOST_SPACES => Ok(at + count),
        Some(_) => Err(Match::No),
        None if there.len() <= MOST_SPACES => Err(Match::Cut),
        None => Err(Match::No),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn restored(pieces: &[&str]) -> String {
        let mut restorer = Restorer::new("tuned-v2", "cat\"fish");
        let mut out = String::new();
        for (index, piece) in pieces.iter().enumerate() {
            let piece = Bytes::copy_from_slice(piece.as_bytes());
            out += std::str::from_utf8(&restorer.push(piece, index + 1 == pieces.len())).unwrap();
        }
        out
    }

    #[test]
    fn the_name_is_restored_wherever_the_pieces_are_cut() {
        let sent = r#"data: {"model" : "tuned-v2","x":"\"model\":\"tuned-v2\""}"#;
        let expected = r#"data: {"model" : "cat\"fish","x":"\"model\":\"tuned-v2\""}"#;
        for first in 0..=sent.len() {
            for second in first..=sent.len() {
                let cut = [&sent[..first], &sent[first..second], &sent[second..]];
                assert_eq!(expected, restored(&cut));
            }
        }
    }

    #[test]
    fn another_model_and_another_key_stay() {
        for sent in [
            r#"{"model":"tuned-v"}"#,
            r#"{"modelx":"tuned-v2"}"#,
            r#"{"model":["tuned-v2"]}"#,
        ] {
            assert_eq!(sent, restored(&[sent]));
        }
    }

    #[test]
    fn what_is_cut_off_at_the_end_still_arrives() {
        assert_eq!(r#"{"model":"tun"#, restored(&[r#"{"mod"#, r#"el":"tun"#]));
    }

    #[test]
    fn little_is_held_back() {
        let mut restorer = Restorer::new("tuned-v2", "m");
        let spaces = " ".repeat(1 << 20);
        restorer.push(Bytes::from(format!("\"model\"{spaces}")), false);
        assert!(restorer.held.len() < 64);
    }

    #[test]
    fn a_piece_without_the_key_is_not_copied() {
        let mut restorer = Restorer::new("tuned-v2", "m");
        let piece = Bytes::from_static(b"data: {\"choices\":[]}\n\n");
        assert_eq!(piece.as_ptr(), restorer.push(piece.clone(), false).as_ptr());
    }
}
