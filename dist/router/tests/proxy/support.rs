//! A router between clients and engines, and a client that sees every byte.

use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};
use plimsoll_router::core::LiveSettings;
use plimsoll_router::doors::{Bootstrap, Router};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::engine::Engine;

/// No wait in any test is longer.
pub const PATIENCE: Duration = Duration::from_secs(10);
pub const CHAT: &str = "/v1/chat/completions";
pub const BODY: &str = r#"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#;

pub struct Running {
    pub router: Router,
    pub proxy: String,
    pub picker: String,
    pub metrics: String,
}

/// A router in front of engines, with limits and more live settings.
pub fn router_with(engines: &[&Engine], limits: Value, more: Value) -> Running {
    let addresses: Vec<&str> = engines
        .iter()
        .map(|engine| engine.address.as_str())
        .collect();
    let bootstrap = json!({
        "listen": "127.0.0.1:0", "metrics": "127.0.0.1:0", "limits": limits,
    });
    start(&bootstrap, &live(&addresses, more))
}

pub fn router(engines: &[&Engine]) -> Running {
    router_with(engines, json!({}), json!({}))
}

pub fn start(bootstrap: &Value, live: &LiveSettings) -> Running {
    let bootstrap = Bootstrap::from_json(bootstrap.to_string().as_bytes()).unwrap();
    let router = Router::new(bootstrap, live, None).unwrap();
    let addresses = router.start().unwrap();
    Running {
        router,
        proxy: addresses["proxy"].clone(),
        picker: addresses.get("ext_proc").cloned().unwrap_or_default(),
        metrics: addresses.get("metrics").cloned().unwrap_or_default(),
    }
}

pub fn live(addresses: &[&str], more: Value) -> LiveSettings {
    let endpoints: Vec<Value> = addresses
        .iter()
        .map(|address| json!({"address": address, "url": format!("http://{address}")}))
        .collect();
    let mut settings = json!({"endpoints": endpoints, "scrape": {"interval_ms": 20}});
    for (key, value) in more.as_object().unwrap() {
        settings[key] = value.clone();
    }
    LiveSettings::from_json(settings.to_string().as_bytes()).unwrap()
}

impl Running {
    pub fn state(&self) -> Value {
        serde_json::from_str(&self.router.state()).unwrap()
    }

    pub fn endpoint(&self, address: &str) -> Value {
        let state = self.state();
        let endpoints = state["endpoints"].as_array().unwrap();
        endpoints
            .iter()
            .find(|each| each["address"] == address)
            .unwrap()
            .clone()
    }

    pub fn in_flight(&self) -> i64 {
        let state = self.state();
        let endpoints = state["endpoints"].as_array().unwrap();
        let sum = |key: &str| -> i64 {
            endpoints
                .iter()
                .map(|each| each[key].as_i64().unwrap().abs())
                .sum()
        };
        sum("in_flight") + sum("in_flight_tokens")
    }

    /// Wait until nothing counts as in flight anywhere.
    pub async fn idle(&self) {
        eventually("nothing in flight", || self.in_flight() == 0).await;
    }
}

/// Wait until something holds.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A whole response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// One connection of HTTP/1.1.
pub struct Client {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    pub async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: router\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        if method == "POST" {
            head += &format!("content-length: {}\r\n", body.len());
        }
        self.write(format!("{head}\r\n{body}").as_bytes()).await;
    }

    pub async fn post(&mut self, body: &str) {
        self.send("POST", CHAT, &[], body).await;
    }

    /// More bytes; false at the end of the connection.
    async fn fill(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
        !matches!(read.expect("bytes in time"), Ok(0) | Err(_))
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let rest = self.buffer.split_off(count);
        std::mem::replace(&mut self.buffer, rest)
    }

    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.take(end + 2);
                return Some(String::from_utf8(line[..end].to_vec()).unwrap());
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    /// Status and headers; None when the connection ended before.
    pub async fn head(&mut self) -> Option<(u16, HeaderMap)> {
        let status = self.line().await?;
        let status = status.split(' ').nth(1)?.parse().ok()?;
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line().await?;
            let Some((name, value)) = line.split_once(':') else {
                return Some((status, headers));
            };
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value.trim()).unwrap());
        }
    }

    /// The next chunk of a chunked body: empty at its end, None when the connection broke.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        let line = self.line().await?;
        let count = usize::from_str_radix(&line, 16).unwrap();
        let chunk = self.exactly(count).await?;
        self.exactly(2).await?;
        Some(chunk)
    }

    pub async fn exactly(&mut self, count: usize) -> Option<Vec<u8>> {
        while self.buffer.len() < count {
            if !self.fill().await {
                return None;
            }
        }
        Some(self.take(count))
    }

    /// A whole response; None when the connection broke before its end.
    pub async fn reply(&mut self) -> Option<Reply> {
        let (status, headers) = self.head().await?;
        let mut body = Vec::new();
        if let Some(length) = headers.get("content-length") {
            body = self
                .exactly(length.to_str().unwrap().parse().unwrap())
                .await?;
        } else if headers.contains_key("transfer-encoding") {
            loop {
                let chunk = self.chunk().await?;
                if chunk.is_empty() {
                    break;
                }
                body.extend(chunk);
            }
        }
        Some(Reply {
            status,
            headers,
            body,
        })
    }

    /// Whether the router closes the connection, after at most a few more bytes.
    pub async fn closed(&mut self) -> bool {
        for _ in 0..8 {
            if !self.fill().await {
                return true;
            }
        }
        false
    }
}

/// One request on a connection of its own.
pub async fn ask(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut client = Client::connect(address).await;
    client.send(method, path, headers, body).await;
    client.reply().await.expect("a whole response")
}

pub async fn post(address: &str, body: &str) -> Reply {
    ask(address, "POST", CHAT, &[], body).await
}

pub async fn get(address: &str, path: &str) -> Reply {
    ask(address, "GET", path, &[], "").await
}
