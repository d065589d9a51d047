//! What endpoints are asked, and what keeps them from answering.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, HeaderValue};
use http::uri::PathAndQuery;
use http_body_util::{BodyExt, Limited};
use tokio::time::timeout;

use crate::core::{EndpointSettings, Fleet};
use crate::doors::upstream::{Failure, Origin, Outgoing, Server, Upstreams};

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer, in bytes.
const MOST_PAGE: usize = 8 << 20;

/// Why there was no good answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// No connection.
    Down(String),
    /// A connection, but no answer or a bad one.
    Bad(String),
}

/// Whether an endpoint is well. One that does not know /health is.
pub async fn health(upstreams: &Upstreams, settings: &EndpointSettings) -> Result<(), Trouble> {
    let path = PathAndQuery::from_static("/health");
    let server = (settings.url.clone(), settings.authority.clone());
    let (status, _) = ask(upstreams, &server, &path).await?;
    match status.is_server_error() {
        true => Err(Trouble::Bad(format!("/health is answered with {status}"))),
        false => Ok(()),
    }
}

/// An endpoint's page of metrics.
pub async fn metrics(upstreams: &Upstreams, settings: &EndpointSettings) -> Result<Bytes, Trouble> {
    let (server, path) = place(settings);
    let (status, page) = ask(upstreams, &server, &path).await?;
    match status {
        StatusCode::OK => Ok(page),
        status => Err(Trouble::Bad(format!("{path} is answered with {status}"))),
    }
}

async fn ask(
    upstreams: &Upstreams,
    server: &Server,
    path: &PathAndQuery,
) -> Result<(StatusCode, Bytes), Trouble> {
    let asked = timeout(PATIENCE, ask_unbounded(upstreams, server, path)).await;
    asked.unwrap_or_else(|_| {
        let seconds = PATIENCE.as_secs();
        Err(Trouble::Bad(format!(
            "{path} is not answered within {seconds} seconds"
        )))
    })
}

async fn ask_unbounded(
    upstreams: &Upstreams,
    (url, authority): &Server,
    path: &PathAndQuery,
) -> Result<(StatusCode, Bytes), Trouble> {
    let failed = |failure: Failure| match failure {
        Failure::Connect(_) => Trouble::Down(failure.to_string()),
        other => Trouble::Bad(other.to_string()),
    };
    let pool = upstreams.pool(url, authority).map_err(failed)?;
    let asked = pool.send(|origin| request(origin, path)).await;
    let (response, lease) = asked.map_err(failed)?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MOST_PAGE);
    let whole = body.collect().await;
    let page = whole.map_err(|error| Trouble::Bad(format!("{path} broke off: {error}")))?;
    lease.give_back();
    Ok((status, page.to_bytes()))
}

fn request(origin: &Origin, path: &PathAndQuery) -> Outgoing {
    let mut request = origin.get(path);
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("text/plain"));
    request
}

/// Server and path of an endpoint's metrics.
fn place(settings: &EndpointSettings) -> (Server, PathAndQuery) {
    let usual = || {
        let server = (settings.url.clone(), settings.authority.clone());
        (server, PathAndQuery::from_static("/metrics"))
    };
    if settings.metrics_url.is_empty() {
        return usual();
    }
    let Ok(uri) = settings.metrics_url.parse::<http::Uri>() else {
        return usual();
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return usual();
    };
    let path = uri.path_and_query().cloned();
    let path = path.unwrap_or_else(|| PathAndQuery::from_static("/"));
    let server = (format!("{scheme}://{authority}"), String::new());
    (server, path)
}

/// Every server that a fleet needs connections to.
pub fn servers(fleet: &Fleet) -> Vec<Server> {
    let both = fleet.endpoints.iter().flat_map(|endpoint| {
        let settings = endpoint.settings.load();
        [
            (settings.url.clone(), settings.authority.clone()),
            place(&settings).0,
        ]
    });
    both.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_under_the_url_or_where_the_settings_say() {
        let place = |url: &str, metrics_url: &str| {
            let settings = EndpointSettings {
                url: url.to_owned(),
                authority: "name".to_owned(),
                metrics_url: metrics_url.to_owned(),
                ..EndpointSettings::default()
            };
            let ((url, authority), path) = place(&settings);
            format!("{url} {authority} {path}")
        };
        assert_eq!(
            "http://h:1/engine name /metrics",
            place("http://h:1/engine", "")
        );
        assert_eq!(
            "https://m:2  /a/b?c=d",
            place("http://h:1", "https://m:2/a/b?c=d")
        );
    }
}
