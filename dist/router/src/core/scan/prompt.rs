//! What of a body is the prompt, in the order in which model servers put it together.
//!
//! Tools come first, then what was said; a role and the text that belongs to it are kept apart from the
//! next by a zero byte. Parts that are no text (images, audio) stand in as tokens made of their hash:
//! equal pictures match, and their bytes do not count as text.

use xxhash_rust::xxh64::xxh64;

use super::cursor::{Cursor, Fault, Raw, Value};
use super::text;
use crate::core::blocks::{BYTES_PER_TOKEN, Blocks};

/// Tokens that a picture or a sound counts as.
const MEDIA_TOKENS: usize = 256;

/// Writes values of one body into its blocks.
pub struct Prompt<'a, 'b> {
    /// The whole body.
    pub body: &'a [u8],
    /// Where the prompt's text goes.
    pub blocks: &'b mut Blocks,
}

impl<'a> Prompt<'a, '_> {
    fn at(&self, value: &Value<'a>) -> Cursor<'a> {
        Cursor::new(self.body, value.span.start)
    }

    fn kind(&self, value: &Value<'_>) -> u8 {
        self.body.get(value.span.start).copied().unwrap_or_default()
    }

    /// The value as it stands: for what the server turns into text itself.
    pub fn json(&mut self, value: &Value<'a>) {
        self.blocks
            .push(self.body.get(value.span.clone()).unwrap_or_default());
    }

    /// A prompt or embedding input: text, token numbers, or arrays of either.
    pub fn input(&mut self, value: &Value<'a>) -> Result<(), Fault> {
        match (value.string, self.kind(value)) {
            (Some(raw), _) => text::push(self.blocks, raw),
            (None, b'[') => self.at(value).elements(|cursor| {
                let element = cursor.skip()?;
                match self.kind(&element) {
                    b'[' => self.at(&element).elements(|inner| {
                        let number = inner.skip()?;
                        self.token(&number);
                        Ok(())
                    }),
                    b'"' => {
                        self.string(element.string);
                        Ok(())
                    }
                    _ => {
                        self.token(&element);
                        Ok(())
                    }
                }
            })?,
            _ => {}
        }
        Ok(())
    }

    /// One token number, as wide as the text of one token.
    fn token(&mut self, value: &Value<'a>) {
        let digits = self.body.get(value.span.clone()).unwrap_or_default();
        let number: u32 = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .unwrap_or_default();
        let bytes: [u8; BYTES_PER_TOKEN] = number.to_le_bytes();
        self.blocks.push(&bytes);
    }

    fn string(&mut self, raw: Option<Raw<'a>>) {
        if let Some(raw) = raw {
            text::push(self.blocks, raw);
            self.blocks.push(b"\0");
        }
    }

    /// Messages of a chat, or the items of a response's input.
    pub fn messages(&mut self, value: &Value<'a>) -> Result<(), Fault> {
        if self.kind(value) != b'[' {
            return self.input(value);
        }
        self.at(value).elements(|cursor| {
            if cursor.peek() == Some(b'{') {
                return self.message(cursor);
            }
            let element = cursor.skip()?;
            self.string(element.string);
            Ok(())
        })
    }

    fn message(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        let mut role = None;
        let mut content = None;
        let mut calls = None;
        let mut again = cursor.clone();
        cursor.members(|key, value| match key.text {
            b"role" => role = Some(value),
            b"content" => content = Some(value),
            b"tool_calls" => calls = Some(value),
            _ => {}
        })?;
        if content.is_none() {
            // A call of a tool, its result, and whatever else an item may be: read again rather than
            // kept, because a hostile one has millions of members.
            again.members(|key, value| match key.text {
                b"role" | b"tool_calls" => {}
                _ => self.json(&value),
            })?;
        }
        self.string(role.and_then(|role| role.string));
        if let Some(content) = content {
            self.content(&content)?;
        }
        if let Some(calls) = calls {
            self.json(&calls);
        }
        Ok(())
    }

    fn content(&mut self, value: &Value<'a>) -> Result<(), Fault> {
        if self.kind(value) != b'[' {
            self.string(value.string);
            return Ok(());
        }
        self.at(value).elements(|cursor| {
            if cursor.peek() == Some(b'{') {
                return self.part(cursor);
            }
            let element = cursor.skip()?;
            self.string(element.string);
            Ok(())
        })
    }

    fn part(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        let mut said = None;
        let mut media = None;
        cursor.members(|key, value| match key.text {
            b"text" => said = value.string,
            b"type" => {}
            _ => media = Some(value),
        })?;
        if said.is_some() {
            self.string(said);
        } else if let Some(media) = media {
            self.media(&media);
        }
        Ok(())
    }

    fn media(&mut self, value: &Value<'a>) {
        if self.blocks.full() {
            return self.blocks.count(MEDIA_TOKENS * BYTES_PER_TOKEN);
        }
        let bytes = self.body.get(value.span.clone()).unwrap_or_default();
        let digest = xxh64(bytes, 0).to_le_bytes();
        for _ in 0..MEDIA_TOKENS * BYTES_PER_TOKEN / digest.len() {
            self.blocks.push(&digest);
        }
    }
}
