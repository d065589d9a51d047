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
        Ok(Ok(sender)) => Ok(sender),
        Ok(Err(why)) => Err(Failure::Connect(why)),
        Err(_) => Err(Failure::Connect(format!(
            "no answer within {} seconds",
            limit.as_secs_f64()
        ))),
    }
}

async fn connect_unbounded(
    origin: &Origin,
    trust: &EndpointTrust,
) -> Result<SendRequest<Full<Bytes>>, String> {
    let stream = TcpStream::connect((origin.host.as_str(), origin.port)).await;
    let stream = stream.map_err(|error| error.to_string())?;
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    let Some(name) = &origin.name else {
        return shake_hands(stream).await;
    };
    let connector = trust.connector()?;
    let secured = connector.connect(name.clone(), stream).await;
    shake_hands(secured.map_err(|error| format!("TLS: {error}"))?).await
}

async fn shake_hands<S>(stream: S) -> Result<SendRequest<Full<Bytes>>, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = Builder::new();
    builder.max_buf_size(MOST_HEAD).max_headers(MOST_HEADERS);
    let shaken = builder.handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| error.to_string())?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection to an endpoint ended: {error}");
        }
    });
    Ok(sender)
}
