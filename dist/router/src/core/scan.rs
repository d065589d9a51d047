//! From a body to a [`Request`]: model, stream, and the hashes of the prompt's blocks.
//!
//! Of keys that occur twice the last one counts, as in the JSON readers of the model servers, so that
//! both see the same request. The body is read where it lies; nothing of the prompt is copied.

mod body;
mod cursor;
mod prompt;
mod text;

use super::blocks::{BlockShape, Blocks};
use super::decide::Refusal;
use super::request::{Kind, Request};
use super::settings::Parser;
use cursor::{Cursor, Fault, Value};
use prompt::Prompt;
use xxhash_rust::xxh64::xxh64;

pub use body::Body;

/// How bodies are read: from the live settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanSettings {
    /// Those that may read a body.
    pub parsers: Vec<Parser>,
    /// How the prompt is cut.
    pub shape: BlockShape,
}

impl Default for ScanSettings {
    fn default() -> Self {
        Self {
            parsers: vec![Parser::Openai, Parser::Passthrough],
            shape: BlockShape::default(),
        }
    }
}

/// Suffixes of paths, and what their bodies are. The longest that fits counts.
const PATHS: [(&str, Kind); 4] = [
    ("/chat/completions", Kind::Chat),
    ("/completions", Kind::Completions),
    ("/responses", Kind::Responses),
    ("/embeddings", Kind::Embeddings),
];

/// Read a request. Errors are the client's: 400, with a sentence.
pub fn parse(path: &str, body: &[u8], settings: &ScanSettings) -> Result<Request, Refusal> {
    let kind = kind_of(path, settings)?;
    if kind == Kind::Passthrough {
        return Ok(Request {
            kind,
            ..Request::default()
        });
    }
    Members::read(body)
        .map_err(|fault| malformed(&fault))?
        .request(kind, body, settings)
}

fn kind_of(path: &str, settings: &ScanSettings) -> Result<Kind, Refusal> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.trim_end_matches('/');
    let known = PATHS
        .iter()
        .filter(|(suffix, _)| path.ends_with(suffix))
        .max_by_key(|(suffix, _)| suffix.len());
    match known {
        Some((_, kind)) if settings.parsers.contains(&Parser::Openai) => Ok(*kind),
        _ if settings.parsers.contains(&Parser::Passthrough) => Ok(Kind::Passthrough),
        _ => Err(Refusal::BadRequest(format!(
            "no parser is configured for the path {:?}: use one of {}, or add the parser passthrough",
            printable(path),
            PATHS.map(|(suffix, _)| suffix).join(", "),
        ))),
    }
}

/// At most this much of a client's text is repeated to it.
pub fn printable(text: &str) -> String {
    text.chars().take(80).collect()
}

fn malformed(fault: &Fault) -> Refusal {
    Refusal::BadRequest(format!(
        "the body is not a JSON object that can be read: {} was expected at byte {}",
        fault.expected, fault.at
    ))
}

/// The members of a body that matter. Of two with the same name the last is kept.
#[derive(Default)]
struct Members<'a> {
    model: Option<Value<'a>>,
    stream: Option<Value<'a>>,
    most_tokens: [Option<Value<'a>>; 3],
    salt: Option<Value<'a>>,
    prompt: Option<Value<'a>>,
    messages: Option<Value<'a>>,
    input: Option<Value<'a>>,
    instructions: Option<Value<'a>>,
    tools: Option<Value<'a>>,
}

impl<'a> Members<'a> {
    fn read(body: &'a [u8]) -> Result<Self, Fault> {
        let mut found = Self::default();
        let mut cursor = Cursor::new(body, 0);
        cursor.members(|key, value| {
            let decoded = if key.escaped { text::owned(key) } else { None };
            let name = decoded.as_deref().map_or(key.text, str::as_bytes);
            if let Some(slot) = found.slot(name) {
                *slot = Some(value);
            }
        })?;
        cursor.end()?;
        Ok(found)
    }

    fn slot(&mut self, name: &[u8]) -> Option<&mut Option<Value<'a>>> {
        Some(match name {
            b"model" => &mut self.model,
            b"stream" => &mut self.stream,
            b"max_tokens" => &mut self.most_tokens[0],
            b"max_completion_tokens" => &mut self.most_tokens[1],
            b"max_output_tokens" => &mut self.most_tokens[2],
            b"cache_salt" => &mut self.salt,
            b"prompt" => &mut self.prompt,
            b"messages" => &mut self.messages,
            b"input" => &mut self.input,
            b"instructions" => &mut self.instructions,
            b"tools" => &mut self.tools,
            _ => return None,
        })
    }

    fn request(
        self,
        kind: Kind,
        body: &'a [u8],
        settings: &ScanSettings,
    ) -> Result<Request, Refusal> {
        let (model, model_span) = self.model(body)?;
        let salt = self.salt.as_ref().and_then(|value| value.string);
        let seed = salt.map_or(0, |raw| xxh64(raw.text, 0));
        let mut blocks = Blocks::new(settings.shape, seed);
        blocks.expect(body.len());
        let mut prompt = Prompt {
            body,
            blocks: &mut blocks,
        };
        self.write(kind, &mut prompt)
            .map_err(|fault| malformed(&fault))?;
        let (blocks, prompt_tokens) = blocks.finish();
        let number = |value: &Value<'_>| {
            let digits = std::str::from_utf8(body.get(value.span.clone())?).ok()?;
            digits.parse().ok()
        };
        Ok(Request {
            kind,
            model,
            model_span: Some(model_span),
            blocks,
            prompt_tokens,
            max_tokens: self.most_tokens.iter().flatten().find_map(number),
            stream: self
                .stream
                .is_some_and(|value| body.get(value.span) == Some(b"true")),
            ..Request::default()
        })
    }

    fn model(&self, body: &[u8]) -> Result<(String, (usize, usize)), Refusal> {
        let refuse = |sentence: String| Err(Refusal::BadRequest(sentence));
        let Some(value) = &self.model else {
            return refuse("the body has no \"model\": name the model to use".to_owned());
        };
        let Some(raw) = value.string else {
            let found = body.get(value.span.clone()).unwrap_or_default();
            let found = printable(&String::from_utf8_lossy(&found[..found.len().min(320)]));
            return refuse(format!("\"model\" must be a string, not {found}"));
        };
        match text::owned(raw) {
            Some(model) if !model.is_empty() => Ok((model, (value.span.start, value.span.end))),
            Some(_) => refuse("\"model\" is empty: name the model to use".to_owned()),
            None => refuse("\"model\" is not valid UTF-8".to_owned()),
        }
    }

    fn write(&self, kind: Kind, prompt: &mut Prompt<'a, '_>) -> Result<(), Fault> {
        if let Some(tools) = &self.tools {
            prompt.json(tools);
        }
        match kind {
            Kind::Completions => self.prompt.iter().try_for_each(|value| prompt.input(value)),
            Kind::Embeddings => self.input.iter().try_for_each(|value| prompt.input(value)),
            Kind::Chat => self
                .messages
                .iter()
                .try_for_each(|value| prompt.messages(value)),
            Kind::Responses => self
                .instructions
                .iter()
                .chain(&self.input)
                .try_for_each(|value| prompt.messages(value)),
            Kind::Passthrough | Kind::None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
