//! The server of an endpoint's URL.

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery, Scheme};
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
    /// Read a URL, and the name by which its server is asked if that is not empty; the error says what is
    /// wrong with them.
    pub fn parse(url: &str, authority: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("the URL {url:?} of the endpoint cannot be used: {why}");
        let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
        let secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(wrong("it must start with http:// or https://")),
        };
        let reached = uri
            .authority()
            .ok_or_else(|| wrong("it names no host"))?
            .clone();
        let asked = match authority {
            "" => reached.clone(),
            name => name
                .parse()
                .map_err(|error| format!("the name {name:?} of the endpoint: {error}"))?,
        };
        if reached.as_str().contains('@') {
            return Err(wrong(
                "it holds a user or password; clients' own headers are passed on instead",
            ));
        }
        let host = without_brackets(&reached);
        if host.is_empty() {
            return Err(wrong("it names no host"));
        }
        let authority =
            HeaderValue::from_str(asked.as_str()).map_err(|error| wrong(&format!("{error}")))?;
        let name = ServerName::try_from(without_brackets(&asked));
        let name = match secure {
            true => Some(name.map_err(|error| wrong(&format!("{error}")))?),
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

fn without_brackets(authority: &Authority) -> String {
    let host = authority.host();
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str, path: &str) -> String {
        let path: PathAndQuery = path.parse().unwrap();
        Origin::parse(url, "").unwrap().target(&path).to_string()
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
        let origin = Origin::parse("http://[::1]", "").unwrap();
        assert_eq!(("::1", 80), (origin.host.as_str(), origin.port));
        let origin = Origin::parse("https://engine.example", "").unwrap();
        assert_eq!(("engine.example", 443), (origin.host.as_str(), origin.port));
        assert!(origin.name.is_some());
    }

    #[test]
    fn a_server_is_reached_by_its_address_and_asked_by_its_name() {
        let origin = Origin::parse("https://10.0.0.7:8443", "engine.example:8443").unwrap();
        assert_eq!(("10.0.0.7", 8443), (origin.host.as_str(), origin.port));
        assert_eq!("engine.example:8443", origin.authority);
        assert_eq!(ServerName::try_from("engine.example").ok(), origin.name);
        assert!(Origin::parse("http://10.0.0.7", "no name").is_err());
    }

    #[test]
    fn what_cannot_be_reached_is_refused_with_the_url() {
        for url in ["", "engine:80", "ftp://h", "http://", "http://user:word@h"] {
            let error = Origin::parse(url, "").unwrap_err();
            assert!(error.contains(&format!("{url:?}")), "{error}");
        }
    }
}
