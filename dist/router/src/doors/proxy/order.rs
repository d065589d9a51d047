//! What is asked of an endpoint: the client's request, read once, ready to be sent as often as it takes.

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, HOST, HeaderMap, HeaderValue};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Request as HttpRequest};
use http_body_util::Full;

use super::body::Held;
use super::headers;
use crate::core::{Core, Kind, Request};
use crate::doors::dismissal::Dismissal;
use crate::doors::restore::Restorer;
use crate::doors::upstream::{Origin, Outgoing};

/// A request that can be sent to any endpoint.
pub struct Order {
    /// As the core sees it.
    pub request: Request,
    method: Method,
    path: PathAndQuery,
    headers: HeaderMap,
    body: Bytes,
    _held: Held,
}

impl Order {
    /// Read a request whose body has arrived.
    pub fn read(
        core: &Core,
        parts: &Parts,
        id: &HeaderValue,
        held: Held,
    ) -> Result<Self, Dismissal> {
        let Some(path) = parts.uri.path_and_query().cloned() else {
            return Err(Dismissal::bad_request("The request has no path."));
        };
        let hints = headers::hints(&parts.headers, &core.hint_headers());
        let request = if held.bytes.is_empty() && parts.method != Method::POST {
            Request::without_body(hints)
        } else {
            let scanned = core.scan(path.path(), &held.bytes, hints);
            scanned.map_err(|refusal| Dismissal::refused(&refusal))?
        };
        let mut headers = headers::for_endpoint(&parts.headers, id);
        if is_read(request.kind) {
            // The end of the answer is read, and a name may be put back: it has to come as plain text.
            headers.remove(ACCEPT_ENCODING);
        }
        Ok(Self {
            body: request
                .renamed(&held.bytes)
                .unwrap_or_else(|| held.bytes.clone()),
            request,
            method: parts.method.clone(),
            path,
            headers,
            _held: held,
        })
    }

    /// As it is sent to the server of `origin`.
    pub fn for_origin(&self, origin: &Origin) -> Outgoing {
        let mut request = HttpRequest::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = origin.target(&self.path);
        let mut headers = self.headers.clone();
        headers.insert(HOST, origin.authority.clone());
        *request.headers_mut() = headers;
        request
    }

    /// The model as the client named it, and as the endpoint gets it.
    pub fn models(&self) -> (&str, &str) {
        (&self.request.model, self.request.sent_model())
    }

    /// The id by which client and endpoint know it.
    pub fn id(&self) -> Option<&HeaderValue> {
        self.headers.get(headers::REQUEST_ID)
    }

    /// Whether the answer says what it cost.
    pub fn answer_has_usage(&self) -> bool {
        is_read(self.request.kind)
    }

    /// Puts the client's name of the model back, if the endpoint gets another.
    pub fn restorer(&self) -> Option<Restorer> {
        let (asked, sent) = self.models();
        self.request
            .is_renamed()
            .then(|| Restorer::new(sent, asked))
    }
}

fn is_read(kind: Kind) -> bool {
    !matches!(kind, Kind::None | Kind::Passthrough)
}
