use proptest::prelude::*;

use super::*;

fn read(path: &str, body: &str) -> Result<Request, Refusal> {
    parse(path, body.as_bytes(), &ScanSettings::default())
}

fn refusal(path: &str, body: &str) -> String {
    match read(path, body) {
        Err(Refusal::BadRequest(sentence)) => sentence,
        other => format!("{other:?}"),
    }
}

/// What the prompt's text alone hashes to.
fn hashed(text: &str) -> (Vec<u64>, u64) {
    let mut blocks = Blocks::new(BlockShape::default(), 0);
    blocks.push(text.as_bytes());
    blocks.finish()
}

fn prompt(path: &str, body: &str) -> Option<(Vec<u64>, u64)> {
    let request = read(path, body).ok()?;
    Some((request.blocks, request.prompt_tokens))
}

#[test]
fn the_prompt_is_found_in_every_form() {
    let table = [
        (
            "/v1/completions",
            r#"{"model":"m","prompt":"one\ntwo"}"#,
            "one\ntwo",
        ),
        (
            "/v1/completions",
            r#"{"model":"m","prompt":["one","two"]}"#,
            "one\0two\0",
        ),
        ("/v1/embeddings", r#"{"model":"m","input":"one"}"#, "one"),
        (
            "/v1/chat/completions",
            r#"{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[1]}]}"#,
            "user\0hi\0assistant\0[1]",
        ),
        (
            "/v1/chat/completions",
            r#"{"messages":[{"content":[{"type":"text","text":"a\u00e9"},"b"],"role":"user"}],"tools":[{"x":1}],"model":"m"}"#,
            "[{\"x\":1}]user\0aé\0b\0",
        ),
        (
            "/v1/responses",
            r#"{"model":"m","input":"hi","instructions":"be kind"}"#,
            "be kindhi",
        ),
        (
            "/v1/responses",
            r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},{"type":"function_call_output","output":"42"}]}"#,
            "user\0hi\0\"function_call_output\"\"42\"",
        ),
    ];
    for (path, body, text) in table {
        assert_eq!(Some(hashed(text)), prompt(path, body), "{body}");
    }
}

#[test]
fn token_numbers_count_as_tokens() {
    let flat = prompt("/v1/completions", r#"{"model":"m","prompt":[1, 2,3]}"#);
    let nested = prompt("/v1/completions", r#"{"model":"m","prompt":[[1],[2,3]]}"#);
    assert_eq!(
        (Some(3), flat),
        (nested.as_ref().map(|each| each.1), nested)
    );
}

#[test]
fn the_last_of_two_equal_keys_counts() {
    let body =
        r#"{"model":"a","prompt":"x","stream":true,"model":"b","\u0070rompt":"y","stream":false}"#;
    let actual = read("/v1/completions", body).map(|request| {
        let span = request.model_span.unwrap_or_default();
        (
            request.model,
            request.blocks,
            request.stream,
            &body[span.0..span.1],
        )
    });
    let expected = ("b".to_owned(), hashed("y").0, false, "\"b\"");
    assert_eq!(Ok(expected), actual);
}

#[test]
fn what_the_client_asks_for_is_read() {
    let body = r#"{"model":"m\u00e9","prompt":"","max_completion_tokens":7,"stream":true}"#;
    let actual = read("/v1/completions", body)
        .map(|request| (request.model, request.max_tokens, request.stream));
    assert_eq!(Ok(("mé".to_owned(), Some(7), true)), actual);
}

#[test]
fn pictures_match_by_what_they_show_and_do_not_count_as_text() {
    let body = |picture: &str| {
        format!(
            r#"{{"model":"m","messages":[{{"content":[{{"type":"image_url","image_url":{{"url":"{picture}"}}}}]}}]}}"#
        )
    };
    let long = "a".repeat(100_000);
    let one = prompt("/v1/chat/completions", &body(&long));
    assert_eq!(Some(256), one.as_ref().map(|each| each.1));
    assert_eq!(one, prompt("/v1/chat/completions", &body(&long)));
    assert_ne!(one, prompt("/v1/chat/completions", &body("b")));
}

#[test]
fn a_salt_keeps_prompts_apart() {
    let with = prompt(
        "/v1/completions",
        r#"{"model":"m","prompt":"x","cache_salt":"s"}"#,
    );
    let without = prompt("/v1/completions", r#"{"model":"m","prompt":"x"}"#);
    assert_ne!(with, without);
}

#[test]
fn bodies_that_cannot_be_used_are_refused_with_a_sentence() {
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    let table = [
        ("", "an object was expected at byte 0"),
        ("nonsense", "an object was expected at byte 0"),
        (
            r#"{"model":"m""#,
            "the end of an object was expected at byte 12",
        ),
        (
            r#"{"model":"m"} x"#,
            "the end of the body was expected at byte 14",
        ),
        (r#"{"prompt":"x"}"#, "has no \"model\""),
        (r#"{"model":7}"#, "must be a string, not 7"),
        (r#"{"model":""}"#, "\"model\" is empty"),
        (&deep, "less nesting was expected"),
    ];
    for (body, expected) in table {
        let actual = refusal("/v1/completions", body);
        assert!(actual.contains(expected), "{actual}");
    }
}

#[test]
fn the_longest_suffix_of_the_path_decides_how_a_body_is_read() {
    let settings = ScanSettings::default();
    let table = [
        ("/v1/chat/completions", Kind::Chat),
        ("/prefix/v1/completions?x=1", Kind::Completions),
        ("/v1/responses/", Kind::Responses),
        ("/v1/embeddings", Kind::Embeddings),
        ("/v1/audio/speech", Kind::Passthrough),
        ("", Kind::Passthrough),
    ];
    for (path, expected) in table {
        assert_eq!(Ok(expected), kind_of(path, &settings), "{path}");
    }
}

#[test]
fn a_path_that_no_parser_knows_is_refused_without_passthrough() {
    let settings = ScanSettings {
        parsers: vec![Parser::Openai],
        ..ScanSettings::default()
    };
    let actual = parse("/v1/audio/speech", b"", &settings);
    assert!(
        matches!(&actual, Err(Refusal::BadRequest(sentence)) if sentence.contains("\"/v1/audio/speech\"")),
        "{actual:?}"
    );
}

#[test]
fn without_the_openai_parser_bodies_are_not_read() {
    let settings = ScanSettings {
        parsers: vec![Parser::Passthrough],
        ..ScanSettings::default()
    };
    let actual = parse("/v1/completions", b"nonsense", &settings).map(|request| request.kind);
    assert_eq!(Ok(Kind::Passthrough), actual);
}

#[test]
fn a_prompt_of_ten_megabytes_is_bounded_and_counted() {
    let body = format!(
        r#"{{"model":"m","prompt":"{}"}}"#,
        "word ".repeat(2_000_000)
    );
    let actual = prompt("/v1/completions", &body).map(|(blocks, tokens)| (blocks.len(), tokens));
    assert_eq!(Some((2048, 2_500_000)), actual);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for (path, _) in PATHS {
            let _ = parse(path, &bytes, &ScanSettings::default());
        }
    }

    #[test]
    fn no_body_that_is_nearly_right_makes_it_panic(
        body in r#"\{("(model|messages|prompt|input|tools|stream)":("m"|[0-9\[\]{},:"a-z\\]{0,40}),?){0,6}\}?"#
    ) {
        for (path, _) in PATHS {
            let _ = parse(path, body.as_bytes(), &ScanSettings::default());
        }
    }

    #[test]
    fn a_prompt_hashes_the_same_however_it_is_escaped(text in ".{0,600}") {
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let plain = format!(r#"{{"model":"m","prompt":{}}}"#, serde_json::Value::from(text));
        let escaped = format!(r#"{{"model":"m","prompt":"{escaped}"}}"#);
        prop_assert_eq!(prompt("/completions", &plain), prompt("/completions", &escaped));
    }
}
