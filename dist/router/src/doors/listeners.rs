//! Every address that a router listens on, bound before anything is served.

use std::collections::BTreeMap;
use std::io::Error;
use std::net::TcpListener;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::sleep;

use super::bootstrap::Bootstrap;
use crate::core::SettingsError;

/// After `accept` failed, for example because the process has no file descriptor left.
const REST: Duration = Duration::from_millis(50);

/// Names of listeners and the addresses that the kernel gave them.
pub type Addresses = BTreeMap<String, String>;

/// Bound and not yet served.
pub struct Listeners {
    /// Of the reverse proxy.
    pub proxy: Option<TcpListener>,
    /// Of the endpoint picker.
    pub ext_proc: Option<TcpListener>,
    /// Of the picker's health alone.
    pub health: Option<TcpListener>,
    /// Of metrics.
    pub metrics: Option<TcpListener>,
}

impl Listeners {
    /// Bind all or none; the error names the address and the setting.
    pub fn bind(bootstrap: &Bootstrap) -> Result<Self, SettingsError> {
        Ok(Self {
            proxy: bind("listen", bootstrap.listen.as_deref())?,
            ext_proc: bind("ext_proc", bootstrap.ext_proc.as_deref())?,
            health: bind("health", bootstrap.health.as_deref())?,
            metrics: bind("metrics", bootstrap.metrics.as_deref())?,
        })
    }

    /// Where they listen.
    pub fn addresses(&self) -> Addresses {
        let all = [
            ("proxy", &self.proxy),
            ("ext_proc", &self.ext_proc),
            ("health", &self.health),
            ("metrics", &self.metrics),
        ];
        all.into_iter()
            .filter_map(|(name, listener)| {
                let address = listener.as_ref()?.local_addr().ok()?;
                Some((name.to_owned(), address.to_string()))
            })
            .collect()
    }
}

fn bind(key: &str, address: Option<&str>) -> Result<Option<TcpListener>, SettingsError> {
    let Some(address) = address else {
        return Ok(None);
    };
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(Some(listener))
    });
    bound.map_err(|error| {
        SettingsError(format!(
            "cannot listen on {address} ({key}): {error}; give host:port with an address of this machine \
             and a port that is free"
        ))
    })
}

/// Hand a listener to the runtime that is running.
pub fn hand_over(listener: Option<TcpListener>) -> Result<Option<tokio::net::TcpListener>, Error> {
    listener.map(tokio::net::TcpListener::from_std).transpose()
}

/// The next connection; `of` says in the log whose. An error is told and waited out.
pub async fn accept(listener: &tokio::net::TcpListener, of: &str) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!("no connection {of} could be accepted: {error}");
                sleep(REST).await;
            }
        }
    }
}
