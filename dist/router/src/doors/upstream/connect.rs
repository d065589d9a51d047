//! New connections to endpoints.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Failure, Origin};
use crate::doors::patient::prepare;
use crate::doors::tls::EndpointTrust;

/// Longest head of a response, in bytes.
const MOST_HEAD: usize = 256 << 10;
const MOST_HEADERS: usize = 256;

/// Connect within `limit`, with TLS where the URL says so.
pub async fn connect(
    origin: &Origin,
    trust: &EndpointTrust,
    limit: Duration,
) -> Result<SendRequest<Full<Bytes>>, Failure> {
    match timeout(limit, connect_unbounded(origin, trust)).await {
        Ok(connected) => connected,
        Err(_) => Err(Failure::Connect(format!(
            "no answer within {} seconds",
            limit.as_secs_f64()
        ))),
    }
}

async fn connect_unbounded(
    origin: &Origin,
    trust: &EndpointTrust,
) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect((origin.host.as_str(), origin.port)).await;
    let stream = stream.map_err(|error| unreachable(&error))?;
    prepare(&stream).map_err(|error| unreachable(&error))?;
    let Some(name) = &origin.name else {
        return shake_hands(stream).await;
    };
    let connector = trust.connector().map_err(Failure::Connect)?;
    let secured = connector.connect(name.clone(), stream).await;
    shake_hands(secured.map_err(|error| untrusted(&error))?).await
}

fn untrusted(error: &std::io::Error) -> Failure {
    let mut why = format!("TLS: {error}");
    // `openssl req -x509` makes such certificates, and rustls has no words for what is wrong with them.
    if why.contains("CaUsedAsEndEntity") {
        why += " (it is marked as an authority's: make it with basicConstraints=CA:FALSE)";
    }
    Failure::Connect(why)
}

/// What the router lacks says nothing about the endpoint.
fn unreachable(error: &std::io::Error) -> Failure {
    const NO_FILES: [i32; 2] = [23, 24];
    const NO_PORTS: i32 = 99;
    match error.raw_os_error() {
        Some(code) if NO_FILES.contains(&code) || code == NO_PORTS => {
            Failure::Local(error.to_string())
        }
        _ => Failure::Connect(error.to_string()),
    }
}

async fn shake_hands<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = Builder::new();
    builder.max_buf_size(MOST_HEAD).max_headers(MOST_HEADERS);
    let shaken = builder.handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| Failure::Connect(error.to_string()))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection to an endpoint ended: {error}");
        }
    });
    Ok(sender)
}
