//! What is fixed when the router starts: addresses, certificates, limits. It comes from Python as JSON;
//! whatever may change while requests are served is in [`crate::core::LiveSettings`] instead.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::core::{MetricNames, SettingsError};

/// Everything that is fixed at start. Times are seconds, sizes are bytes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bootstrap {
    /// `host:port` of the reverse proxy; none: no proxy.
    pub listen: Option<String>,
    /// `host:port` of the endpoint picker; none: no picker.
    pub ext_proc: Option<String>,
    /// `host:port` of a second gRPC listener that answers health checks alone.
    pub health: Option<String>,
    /// `host:port` of /metrics, /health and /state; none: no such listener.
    pub metrics: Option<String>,
    /// Certificates of the proxy; none: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Certificates of the picker; none: plain h2c.
    pub ext_proc_tls: Option<TlsFiles>,
    /// How certificates of `https://` endpoints are judged.
    pub endpoint_tls: EndpointTls,
    /// Bounds on what a client or an endpoint may take.
    pub limits: Limits,
    /// `auto`, `none`, `usage` or `full`: what the picker sees of responses.
    pub response_mode: ResponseMode,
    /// Where and how much to log.
    pub log: LogSettings,
    /// Names of the metrics.
    pub metric_names: MetricNames,
    /// Threads that serve; 0 and 1: one.
    pub workers: usize,
}

/// A certificate chain and its key, PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// Certificates, the server's own first.
    pub certificate: PathBuf,
    /// Private key of the first certificate.
    pub key: PathBuf,
    /// Clients must show a certificate signed by one of these; none: anyone may come.
    #[serde(default)]
    pub client_ca: Option<PathBuf>,
}

/// How certificates of `https://` endpoints are judged. Verification cannot be switched off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EndpointTls {
    /// Trusted beside the system's own authorities, PEM.
    pub ca: Option<PathBuf>,
}

/// Bounds on what a client or an endpoint may take.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Of the request line and headers together: 431 beyond.
    pub header_bytes: usize,
    /// Of one request body: 413 beyond.
    pub body_bytes: usize,
    /// Of all request bodies held at one time: 503 beyond.
    pub buffered_bytes: usize,
    /// For a client to send its whole request: 408 beyond.
    pub request_seconds: f64,
    /// Without a byte in either direction on a client's connection where one is due: closed beyond.
    pub idle_seconds: f64,
    /// To connect to an endpoint: the next one is tried beyond.
    pub connect_seconds: f64,
    /// Without a byte from an endpoint that owes one: 504 beyond, or the response is cut.
    pub upstream_header_seconds: f64,
    /// For gateways to see that the picker is about to go, before it goes.
    pub notice_seconds: f64,
    /// Connections of clients at one time; the rest wait in the kernel's queue.
    pub connections: usize,
    /// Idle connections kept to each endpoint.
    pub idle_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_bytes: 64 << 10,
            body_bytes: 64 << 20,
            buffered_bytes: 1 << 30,
            request_seconds: 60.0,
            idle_seconds: 120.0,
            connect_seconds: 2.0,
            upstream_header_seconds: 600.0,
            notice_seconds: 2.5,
            connections: 10_000,
            idle_connections: 256,
        }
    }
}

/// Seconds as a duration; what cannot be one is a day.
pub fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::from_secs(86_400))
}

/// What the picker sees of responses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResponseMode {
    /// As each stream shows.
    #[default]
    Auto,
    /// Trailers or the end of the stream alone.
    None,
    /// Chunks are echoed unread and the last is parsed.
    Usage,
    /// Every chunk is read.
    Full,
}

/// Where and how much to log; always to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// A level (`info`) or directives (`plimsoll_router=debug,info`).
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One object a line.
    Json,
}

impl Bootstrap {
    /// Read and judge settings; errors name the key and say what would be right.
    pub fn from_json(json: &[u8]) -> Result<Self, SettingsError> {
        let settings: Self =
            serde_json::from_slice(json).map_err(|error| SettingsError(error.to_string()))?;
        settings.judge().map_err(SettingsError)?;
        Ok(settings)
    }

    fn judge(&self) -> Result<(), String> {
        if self.listen.is_none() && self.ext_proc.is_none() {
            return Err("nothing to serve: set `listen`, `ext_proc` or both".to_owned());
        }
        self.limits.judge()
    }
}

impl Limits {
    fn judge(&self) -> Result<(), String> {
        let times = [
            ("request_seconds", self.request_seconds),
            ("idle_seconds", self.idle_seconds),
            ("connect_seconds", self.connect_seconds),
            ("upstream_header_seconds", self.upstream_header_seconds),
        ];
        for (name, value) in times {
            if !(value > 0.0 && value <= 86_400.0) {
                return Err(format!(
                    "limits.{name} is {value}: give seconds above 0, up to 86400"
                ));
            }
        }
        let notice = self.notice_seconds;
        if !(0.0..=86_400.0).contains(&notice) {
            return Err(format!(
                "limits.notice_seconds is {notice}: give seconds from 0 to 86400"
            ));
        }
        if self.header_bytes < 8192 {
            return Err(format!(
                "limits.header_bytes is {}: give at least 8192",
                self.header_bytes
            ));
        }
        let sizes = [
            ("body_bytes", self.body_bytes),
            ("buffered_bytes", self.buffered_bytes),
            ("connections", self.connections),
        ];
        for (name, value) in sizes {
            if value == 0 {
                return Err(format!(
                    "limits.{name} is 0: nothing could be served; give at least 1"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_a_default() {
        let settings = Bootstrap::from_json(br#"{"listen":"127.0.0.1:0"}"#).map(|s| s.limits);
        assert_eq!(Ok(Limits::default()), settings);
    }

    #[test]
    fn a_misspelt_key_is_named() {
        let error = Bootstrap::from_json(br#"{"listn":"127.0.0.1:0"}"#).unwrap_err();
        assert!(error.0.contains("listn"), "{error}");
    }

    #[test]
    fn no_door_is_refused() {
        let error = Bootstrap::from_json(b"{}").unwrap_err();
        assert_eq!(
            "nothing to serve: set `listen`, `ext_proc` or both",
            error.0
        );
    }

    #[test]
    fn gateways_may_get_no_notice_but_not_less() {
        let read = |seconds: &str| {
            let json =
                format!(r#"{{"ext_proc":"127.0.0.1:0","limits":{{"notice_seconds":{seconds}}}}}"#);
            Bootstrap::from_json(json.as_bytes())
        };
        assert_eq!(Ok(0.0), read("0").map(|read| read.limits.notice_seconds));
        let error = read("-1").unwrap_err();
        assert!(
            error.0.starts_with("limits.notice_seconds is -1"),
            "{error}"
        );
    }

    #[test]
    fn a_time_of_nothing_is_refused_by_name() {
        let json = br#"{"listen":"127.0.0.1:0","limits":{"connect_seconds":0}}"#;
        let error = Bootstrap::from_json(json).unwrap_err();
        assert!(
            error.0.starts_with("limits.connect_seconds is 0"),
            "{error}"
        );
    }
}
