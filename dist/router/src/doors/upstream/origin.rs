//! The server of an endpoint's URL.

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{PathAndQuery, Scheme};
use http::{Request, Uri};
use http_body_util::Full;
use rustls::pki_types::ServerName;

use super::Outgoing;

/// Scheme, host, port and the path that comes before every request's own.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Name or address, without brackets.
    pub host: String,
    /// Port, by default that of the scheme.
    pub port: u16,
    /// The `Host` header.
    pub authority: HeaderValue,
    /// What the certificate must be for; none: plain HTTP.
    pub name: Option<ServerName<'static>>,
    prefix: String,
}

impl Origin {
    /// Read a URL; the error says what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("the URL {url:?} of the endpoint cannot be used: {why}");
        let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(wrong("it must start with http:// or https://")),
        };
        let host = uri.host().ok_or_else(|| wrong("it names no host"))?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let authority = uri
            .authority()
            .map(|each| each.as_str())
            .unwrap_or_default();
        if authority.contains('@') {
            return Err(wrong(
                "it holds a user or password; clients' own headers are passed on instead",
            ));
        }
        let authority =
            HeaderValue::from_str(authority).map_err(|error| wrong(&format!("{error}")))?;
        let name = match secure {
            true => Some(
                ServerName::try_from(host.clone()).map_err(|error| wrong(&format!("{error}")))?,
            ),
            false => None,
        };
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self {
            host,
            port,
            authority,
            name,
            prefix,
        })
    }

    /// A request of the router's own for `path`.
    pub fn get(&self, path: &PathAndQuery) -> Outgoing {
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() = self.target(path);
        request.headers_mut().insert(HOST, self.authority.clone());
        request
    }

    /// The target of a request whose own path is `path`.
    pub fn target(&self, path: &PathAndQuery) -> Uri {
        if self.prefix.is_empty() {
            return Uri::from(path.clone());
        }
        let joined = format!("{}{}", self.prefix, path.as_str());
        joined.parse().unwrap_or_else(|_| Uri::from(path.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str, path: &str) -> String {
        let path: PathAndQuery = path.parse().unwrap();
        Origin::parse(url).unwrap().target(&path).to_string()
    }

    #[test]
    fn paths_come_behind_the_path_of_the_url() {
        assert_eq!("/v1/models?a=b", target("http://h:1", "/v1/models?a=b"));
        assert_eq!("/v1/models", target("http://h:1/", "/v1/models"));
        assert_eq!(
            "/engine/v1/models",
            target("http://h:1/engine/", "/v1/models")
        );
    }

    #[test]
    fn ports_and_brackets() {
        let origin = Origin::parse("http://[::1]").unwrap();
        assert_eq!(("::1", 80), (origin.host.as_str(), origin.port));
        let origin = Origin::parse("https://engine.example").unwrap();
        assert_eq!(("engine.example", 443), (origin.host.as_str(), origin.port));
        assert!(origin.name.is_some());
    }

    #[test]
    fn what_cannot_be_reached_is_refused_with_the_url() {
        for url in ["", "engine:80", "ftp://h", "http://", "http://user:word@h"] {
            let error = Origin::parse(url).unwrap_err();
            assert!(error.contains(&format!("{url:?}")), "{error}");
        }
    }
}
