//! The text of JSON strings, decoded piece by piece into the block hashes: no string is built.

use memchr::memchr;

use super::cursor::Raw;
use crate::core::blocks::Blocks;

/// Push a string's text.
pub fn push(blocks: &mut Blocks, raw: Raw<'_>) {
    if blocks.full() {
        blocks.count(raw.text.len());
    } else if raw.escaped {
        decode(raw.text, |piece| blocks.push(piece));
    } else {
        blocks.push(raw.text);
    }
}

/// A short string, decoded; `None` if it is no UTF-8.
pub fn owned(raw: Raw<'_>) -> Option<String> {
    if !raw.escaped {
        return std::str::from_utf8(raw.text).ok().map(str::to_owned);
    }
    let mut text = Vec::with_capacity(raw.text.len());
    decode(raw.text, |piece| text.extend_from_slice(piece));
    String::from_utf8(text).ok()
}

/// Hand on the decoded text in pieces. What is no valid escape is handed on as it stands.
fn decode(text: &[u8], mut piece: impl FnMut(&[u8])) {
    let mut rest = text;
    while let Some(at) = memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(at);
        piece(plain);
        let mut buffer = [0; 4];
        let (decoded, length) = decode_escape(escape, &mut buffer);
        piece(decoded);
        rest = escape.get(length..).unwrap_or_default();
    }
    piece(rest);
}

/// One escape: its text, and the bytes that it takes.
fn decode_escape<'a>(escape: &'a [u8], buffer: &'a mut [u8; 4]) -> (&'a [u8], usize) {
    let plain: &[u8] = match escape.get(1) {
        Some(b'n') => b"\n",
        Some(b't') => b"\t",
        Some(b'r') => b"\r",
        Some(b'b') => b"\x08",
        Some(b'f') => b"\x0c",
        Some(b'"' | b'\\' | b'/') => &escape[1..2],
        Some(b'u') => {
            return match decode_unicode(escape) {
                Some((letter, length)) => (letter.encode_utf8(buffer).as_bytes(), length),
                None => (&escape[..2], 2),
            };
        }
        _ => {
            let length = escape.len().min(2);
            return (&escape[..length], length);
        }
    };
    (plain, 2)
}

fn decode_unicode(escape: &[u8]) -> Option<(char, usize)> {
    let high = unit(escape)?;
    if let Some(letter) = char::from_u32(high) {
        return Some((letter, 6));
    }
    let low = unit(escape.get(6..)?)?;
    if !(0xD800..0xDC00).contains(&high) || !(0xDC00..0xE000).contains(&low) {
        return None;
    }
    let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    char::from_u32(code).map(|letter| (letter, 12))
}

fn unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(text: &[u8]) -> Vec<u8> {
        let mut result = Vec::new();
        decode(text, |piece| result.extend_from_slice(piece));
        result
    }

    #[test]
    fn escapes_are_decoded_as_json_says() {
        let table: [(&str, &str); 6] = [
            (r"a\nb\tc\rd\be\ff", "a\nb\tc\rd\u{8}e\u{c}f"),
            (r#"\"\\\/"#, "\"\\/"),
            (r"\u00e9\u4E2d", "é中"),
            (r"\ud83d\ude00!", "😀!"),
            ("plain", "plain"),
            (r"\\n", "\\n"),
        ];
        for (text, expected) in table {
            assert_eq!(expected.as_bytes(), decoded(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_stays_as_it_is() {
        for text in [r"\ud83d", r"\ud83dx\ude00", r"\u12", r"\q", r"\qa\qb", r"\"] {
            assert_eq!(text, String::from_utf8_lossy(&decoded(text.as_bytes())));
        }
    }

    proptest! {
        #[test]
        fn what_serde_json_escapes_comes_back(text in ".*") {
            let json = serde_json::to_string(&text).unwrap_or_default();
            let inside = json.as_bytes().get(1..json.len() - 1).unwrap_or_default();
            prop_assert_eq!(text.as_bytes(), &decoded(inside)[..]);
        }

        #[test]
        fn no_bytes_make_it_panic_or_grow(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(decoded(&bytes).len() <= bytes.len());
        }
    }
}
