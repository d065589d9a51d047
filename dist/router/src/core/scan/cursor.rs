//! A forward cursor over JSON text: finds members and the ends of values, builds nothing.
//!
//! It never recurses and never goes deeper than [`MOST_DEPTH`], so nesting cannot exhaust the stack
//! (the lazy readers of the crates at hand recurse per level). It checks structure, not the insides of
//! strings and numbers: the model server does that, and nothing here depends on them.

use memchr::memchr2;

/// How deep a body may be nested. Model servers give up earlier.
pub const MOST_DEPTH: usize = 512;

/// What is wrong with the text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Offset in bytes.
    pub at: usize,
    /// What was expected there.
    pub expected: &'static str,
}

/// A string as it stands in the text, without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a> {
    /// The text between the quotes.
    pub text: &'a [u8],
    /// Whether it has escapes.
    pub escaped: bool,
}

/// Where a value starts and ends.
pub type Span = std::ops::Range<usize>;

/// A value that was stepped over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value<'a> {
    /// Where it is.
    pub span: Span,
    /// Set if it is a string.
    pub string: Option<Raw<'a>>,
}

/// A place in JSON text.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Start at `at`.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    fn fault<T>(&self, expected: &'static str) -> Result<T, Fault> {
        Err(Fault {
            at: self.at.min(self.bytes.len()),
            expected,
        })
    }

    /// The next byte that is not space; stays before it.
    pub fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn eat(&mut self, byte: u8, expected: &'static str) -> Result<(), Fault> {
        if self.peek() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        self.fault(expected)
    }

    /// Take a string.
    pub fn string(&mut self) -> Result<Raw<'a>, Fault> {
        self.eat(b'"', "a string")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else {
                self.at = self.bytes.len();
                return self.fault("the end of a string");
            };
            let end = self.at + found;
            if rest[found] == b'"' {
                self.at = end + 1;
                let text = &self.bytes[start..end];
                return Ok(Raw { text, escaped });
            }
            escaped = true;
            self.at = end + 2;
        }
    }

    /// Take a value of any kind and say where it is.
    pub fn skip(&mut self) -> Result<Value<'a>, Fault> {
        let first = self.peek();
        let start = self.at;
        if first == Some(b'"') {
            let string = Some(self.string()?);
            let span = start..self.at;
            return Ok(Value { span, string });
        }
        self.skip_other()?;
        let span = start..self.at;
        Ok(Value { span, string: None })
    }

    fn skip_other(&mut self) -> Result<(), Fault> {
        let mut open = Open::default();
        loop {
            match self.peek() {
                Some(b'{') => self.open(&mut open, true)?,
                Some(b'[') => self.open(&mut open, false)?,
                Some(b'"') => {
                    self.string()?;
                }
                Some(_) => self.word()?,
                None => return self.fault("a value"),
            }
            if self.after_value(&mut open)? {
                return Ok(());
            }
        }
    }

    /// Step into a container; an empty one is closed at once by `after_value`.
    fn open(&mut self, open: &mut Open, object: bool) -> Result<(), Fault> {
        self.at += 1;
        if !open.push(object) {
            return self.fault("less nesting");
        }
        let close = if object { b'}' } else { b']' };
        if self.peek() == Some(close) {
            return Ok(());
        }
        if object {
            self.key()?;
        } else if matches!(self.peek(), Some(b',' | b'}')) {
            return self.fault("a value");
        }
        // Go on to the first value inside.
        open.entered = true;
        Ok(())
    }

    /// Close what ends here. True: the outermost value has ended. Else the cursor is before a value.
    fn after_value(&mut self, open: &mut Open) -> Result<bool, Fault> {
        if std::mem::take(&mut open.entered) {
            return Ok(false);
        }
        loop {
            let Some(object) = open.top() else {
                return Ok(true);
            };
            match (self.peek(), object) {
                (Some(b'}'), true) | (Some(b']'), false) => {
                    self.at += 1;
                    open.pop();
                }
                (Some(b','), true) => {
                    self.at += 1;
                    self.key()?;
                    return Ok(false);
                }
                (Some(b','), false) => {
                    self.at += 1;
                    return Ok(false);
                }
                _ => return self.fault("a comma or the end of an object or array"),
            }
        }
    }

    fn key(&mut self) -> Result<Raw<'a>, Fault> {
        let key = self.string()?;
        self.eat(b':', "a colon")?;
        Ok(key)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<(), Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        for word in [&b"true"[..], b"false", b"null"] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(());
            }
        }
        let digits = rest
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        if digits == 0 {
            return self.fault("a value");
        }
        self.at += digits;
        Ok(())
    }

    /// Visit the members of an object.
    pub fn members(&mut self, mut member: impl FnMut(Raw<'a>, Value<'a>)) -> Result<(), Fault> {
        self.eat(b'{', "an object")?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let key = self.key()?;
            let value = self.skip()?;
            member(key, value);
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fault("a comma or the end of an object"),
            }
        }
    }

    /// Visit the elements of an array. `element` must take exactly one value from the cursor.
    pub fn elements(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.eat(b'[', "an array")?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            element(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fault("a comma or the end of an array"),
            }
        }
    }

    /// Fail if anything but space follows.
    pub fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.fault("the end of the body"),
        }
    }
}

/// The containers that are open, one bit each: set for an object.
#[derive(Debug, Default)]
struct Open {
    objects: [u64; MOST_DEPTH / 64],
    depth: usize,
    entered: bool,
}

impl Open {
    fn push(&mut self, object: bool) -> bool {
        let Some(word) = self.objects.get_mut(self.depth / 64) else {
            return false;
        };
        let bit = 1 << (self.depth % 64);
        *word = if object { *word | bit } else { *word & !bit };
        self.depth += 1;
        true
    }

    fn top(&self) -> Option<bool> {
        let last = self.depth.checked_sub(1)?;
        let word = self.objects.get(last / 64)?;
        Some(word & (1 << (last % 64)) != 0)
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ends(text: &str) -> Result<Span, Fault> {
        let mut cursor = Cursor::new(text.as_bytes(), 0);
        let value = cursor.skip()?;
        cursor.end()?;
        Ok(value.span)
    }

    #[test]
    fn values_end_where_they_end() {
        for text in [
            "{}",
            "[]",
            r#"{"a": [1, {"b": "]}"}, []], "c": null}"#,
            r#""a\"b\\""#,
            "-1.5e3",
            "[[[]]]",
            r#"[{}, {"a": {}}]"#,
        ] {
            assert_eq!(Ok(0..text.len()), ends(text), "{text}");
        }
    }

    #[test]
    fn text_that_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "[",
            "[1",
            "[1,",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1}",
            "{]",
            "\"a",
            "\"a\\",
            "tru",
            "{} {}",
            "{1:2}",
            "[1 2]",
            ":",
            "{\"a\":[}",
        ] {
            assert!(ends(text).is_err(), "{text}: {:?}", ends(text));
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
        let deep = "[".repeat(5_000_000);
        let expected = Err(Fault {
            at: MOST_DEPTH + 1,
            expected: "less nesting",
        });
        assert_eq!(expected, ends(&deep));
        let just = "[".repeat(MOST_DEPTH) + &"]".repeat(MOST_DEPTH);
        assert_eq!(Ok(0..just.len()), ends(&just));
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_accepted_whole(value in json()) {
            let text = value.to_string();
            prop_assert_eq!(Ok(0..text.len()), ends(&text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut cursor = Cursor::new(&bytes, 0);
            let _ = cursor.skip();
            let _ = Cursor::new(&bytes, 0).members(|_, _| ());
            let _ = Cursor::new(&bytes, 0).elements(|each| each.skip().map(|_| ()));
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".*".prop_map(Into::into),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                proptest::collection::vec((".*", inner), 0..8).prop_map(|members| {
                    serde_json::Value::Object(members.into_iter().collect())
                }),
            ]
        })
    }
}
