//! What a client is told when its request is not sent anywhere.

use super::reply::Dismissal;
use crate::core::Refusal;

/// The dismissal for each reason that the core has.
pub(super) fn of(refusal: &Refusal) -> Dismissal {
    match refusal {
        Refusal::NoEndpoints => Dismissal {
            status: 503,
            reason: "rejected-no-endpoints",
            kind: "service_unavailable",
            sentence: "No endpoint can take this request: none is ready, or none is in the subset that the gateway allows. Try again later.".to_owned(),
        },
        Refusal::Saturated => Dismissal {
            status: 429,
            reason: "rejected-saturated",
            kind: "rate_limit_exceeded",
            sentence: "Every endpoint is saturated. Try again later, or send fewer requests at a time.".to_owned(),
        },
        Refusal::BadRequest(sentence) => Dismissal {
            status: 400,
            reason: "",
            kind: "invalid_request_error",
            sentence: sentence.clone(),
        },
        Refusal::NotAvailable => Dismissal {
            status: 412,
            reason: "",
            kind: "precondition_failed",
            sentence: "No endpoint holds the prefix of this prompt, and the request prefers an answer only if one does (Prefer: if-available).".to_owned(),
        },
    }
}

/// The body is longer than `most` bytes.
pub(super) fn too_long(most: usize) -> Dismissal {
    Dismissal {
        status: 413,
        reason: "",
        kind: "request_too_large",
        sentence: format!(
            "The request's body is longer than {most} bytes. Send a shorter one, or raise the router's limit on bodies."
        ),
    }
}

/// Too many bytes of requests are held already.
pub(super) fn no_room() -> Dismissal {
    Dismissal {
        status: 503,
        reason: "",
        kind: "service_unavailable",
        sentence: "The router holds as many request bodies as it may. Try again later.".to_owned(),
    }
}

/// The client did not finish its request in time.
pub(super) fn too_slow() -> Dismissal {
    Dismissal {
        status: 408,
        reason: "",
        kind: "request_timeout",
        sentence: "The request did not arrive in time. Send it faster, or raise the router's limit on requests.".to_owned(),
    }
}
