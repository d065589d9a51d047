//! What a client is told when no endpoint's response is passed on: the same at every door.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use super::upstream::Failure;
use crate::core::Refusal;

/// A response in place of an endpoint's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissal {
    /// Status of HTTP.
    pub status: StatusCode,
    /// Why the request was dropped, in llm-d's words; empty: it has none for this.
    pub reason: &'static str,
    /// OpenAI's `error.type`.
    pub kind: &'static str,
    /// OpenAI's `error.param` and `error.code`; none: no part of the request, and the status.
    pub about: Option<(&'static str, &'static str)>,
    /// What is wrong and what to do.
    pub sentence: String,
}

impl Dismissal {
    fn new(
        status: StatusCode,
        reason: &'static str,
        kind: &'static str,
        sentence: impl Into<String>,
    ) -> Self {
        Self {
            status,
            reason,
            kind,
            about: None,
            sentence: in_full(sentence.into()),
        }
    }

    fn unavailable(reason: &'static str, sentence: impl Into<String>) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, reason, "service_unavailable", sentence)
    }

    /// The client's mistake, in a sentence.
    pub fn bad_request(sentence: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "",
            "invalid_request_error",
            sentence,
        )
    }

    /// Nobody serves the model.
    pub fn unknown_model(sentence: impl Into<String>) -> Self {
        let kind = "invalid_request_error";
        Self {
            about: Some(("model", "model_not_found")),
            ..Self::new(StatusCode::NOT_FOUND, "", kind, sentence)
        }
    }

    /// The body is longer than `most` bytes.
    pub fn too_long(most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "",
            "request_too_large",
            format!(
                "The body is longer than {most} bytes. Send a shorter one, or raise the router's limit \
                 body_bytes."
            ),
        )
    }

    /// The client did not finish its request in time.
    pub fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "",
            "request_timeout",
            "The request did not arrive in time. Send it faster, or raise the router's limit \
             request_seconds.",
        )
    }

    /// Bodies of other requests take all the memory that there is for them.
    pub fn no_room() -> Self {
        Self::unavailable(
            "",
            "The router holds as many bytes of requests as it may. Try again in a moment.",
        )
    }

    /// The core refused. To gateways a model that nobody serves is one mistake of the client among
    /// others.
    pub fn refused(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NoEndpoints => Self::unavailable(
                "rejected-no-endpoints",
                "No endpoint can take this request: none is ready, or none is in the subset that the \
                 gateway allows. Try again in a moment.",
            ),
            Refusal::Saturated => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rejected-saturated",
                "rate_limit_exceeded",
                "The filters of the profile leave no endpoint to this request, as when all are saturated. \
                 Try again in a moment, or send less at a time.",
            ),
            Refusal::BadRequest(sentence) => Self::bad_request(sentence.clone()),
            Refusal::UnknownModel(sentence) => Self {
                status: StatusCode::BAD_REQUEST,
                ..Self::unknown_model(sentence.clone())
            },
            Refusal::NotAvailable => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "",
                "precondition_failed",
                "No endpoint holds the prefix of this prompt, and the request asked for an answer only \
                 if one does (Prefer: if-available).",
            ),
        }
    }

    /// The endpoint at `address` gave no response, and nothing else may be tried.
    pub fn failed(address: &str, failure: &Failure) -> Self {
        let sentence = format!("The endpoint {address} gave no response: {failure}.");
        match failure {
            Failure::Connect(_) => Self::unavailable(
                "rejected-no-endpoints",
                format!("{sentence} No other is ready. Try again in a moment."),
            ),
            Failure::Local(_) => Self::unavailable(
                "rejected-saturated",
                format!("{sentence} Try again in a moment, or allow the router more open files."),
            ),
            Failure::Reset(_) => Self::new(
                StatusCode::BAD_GATEWAY,
                "",
                "bad_gateway",
                format!("{sentence} The request may have been worked on. Try again."),
            ),
            Failure::Silent(_) => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                "",
                "gateway_timeout",
                format!(
                    "{sentence} Ask for less, or raise the router's limit upstream_header_seconds."
                ),
            ),
        }
    }

    /// Under which it is counted, as the core counts what it refuses itself.
    pub fn word(&self) -> &'static str {
        match (self.reason, self.status) {
            ("", StatusCode::BAD_REQUEST) => "bad-request",
            ("", _) => self.kind,
            (reason, _) => reason,
        }
    }

    /// The body, as OpenAI's servers write errors.
    pub fn body(&self) -> String {
        let (param, code) = match self.about {
            Some((param, code)) => (Value::from(param), Value::from(code)),
            None => (Value::Null, Value::from(self.status.as_u16())),
        };
        let error = serde_json::json!({"error": {
            "message": self.sentence,
            "type": self.kind,
            "param": param,
            "code": code,
        }});
        error.to_string()
    }

    /// After which time it is worth trying again; none: not without a change.
    pub fn retry_after(&self) -> Option<Duration> {
        let passes = matches!(self.status.as_u16(), 429 | 503);
        passes.then_some(Duration::from_secs(1))
    }
}

/// The core's reasons begin small and end open, as parts of a sentence do.
fn in_full(mut sentence: String) -> String {
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_is_told_is_a_sentence() {
        let told = |text: &str| Dismissal::bad_request(text).sentence;
        assert_eq!("The body is bad.", told("the body is bad"));
        assert_eq!("The body is bad.", told("The body is bad."));
        assert_eq!("\"model\" is empty.", told("\"model\" is empty"));
        assert_eq!("été.", told("été"));
    }

    #[test]
    fn gateways_are_told_400_of_a_model_that_nobody_serves() {
        let told = Dismissal::refused(&Refusal::UnknownModel("no".to_owned()));
        assert_eq!(StatusCode::BAD_REQUEST, told.status);
        assert!(told.body().contains("model_not_found"), "{}", told.body());
    }
}
