//! The router as a whole: one thread that serves, and the few calls by which it is driven from outside.
//!
//! It promises that every call may come from any thread, that [`Router::start`] returns only when every
//! listener is bound, and that dropping a router ends its thread.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};

use super::bootstrap::Bootstrap;
use super::drain::Drain;
use super::state;
use crate::core::{Core, LiveSettings, Policy, SettingsError};

/// How long tasks that were cut may take to notice.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// A router, started or not.
pub struct Router {
    bootstrap: Bootstrap,
    core: Arc<Core>,
    drain: Drain,
    started: AtomicBool,
    serving: Mutex<Option<Serving>>,
}

struct Serving {
    handle: Handle,
    thread: JoinHandle<()>,
}

/// Names of listeners and the addresses that the kernel gave them.
pub type Addresses = BTreeMap<String, String>;

impl Router {
    /// Make a router that does not serve yet. Errors say what is wrong with the settings.
    pub fn new(
        bootstrap: Bootstrap,
        live: &LiveSettings,
        policy: Option<Arc<dyn Policy>>,
    ) -> Result<Self, SettingsError> {
        let core = Core::new(live, policy)?;
        Ok(Self {
            bootstrap,
            core,
            drain: Drain::default(),
            started: AtomicBool::new(false),
            serving: Mutex::new(None),
        })
    }

    /// Bind every listener and serve on a thread of its own.
    pub fn start(&self) -> Result<Addresses, SettingsError> {
        if self.started.swap(true, SeqCst) {
            return Err(SettingsError(
                "the router was started before: make a new one".to_owned(),
            ));
        }
        let runtime = runtime(self.bootstrap.workers)?;
        let listeners = runtime.block_on(Listeners::bind(&self.bootstrap))?;
        let addresses = listeners.addresses();
        let doors = Doors {
            core: self.core.clone(),
            drain: self.drain.clone(),
        };
        let handle = runtime.handle().clone();
        let thread = std::thread::Builder::new()
            .name("plimsoll-router".to_owned())
            .spawn(move || {
                runtime.block_on(doors.serve(listeners));
                runtime.shutdown_timeout(LAST_MOMENT);
            })
            .map_err(|error| SettingsError(format!("cannot start a thread: {error}")))?;
        *self.serving.lock() = Some(Serving { handle, thread });
        Ok(addresses)
    }

    /// Replace endpoints and decisions. On an error the old ones stay in force.
    pub fn apply(&self, live: &LiveSettings) -> Result<(), SettingsError> {
        self.core.apply(live)
    }

    /// Endpoints, their signals and counts, as JSON.
    pub fn state(&self) -> String {
        state::json(&self.core, &self.drain)
    }

    /// All metrics as Prometheus reads them; `names` is `plimsoll` or `llm-d`.
    pub fn metrics(&self, names: &str) -> Result<String, SettingsError> {
        match names {
            "plimsoll" | "llm-d" => Ok(String::new()),
            other => Err(SettingsError(format!(
                "there are no metric names {other:?}: give \"plimsoll\" or \"llm-d\""
            ))),
        }
    }

    /// Take nothing new; wait until all requests have ended. False: some had not after `patience`.
    pub fn drain(&self, patience: Duration) -> bool {
        self.drain.begin();
        let handle = self
            .serving
            .lock()
            .as_ref()
            .map(|serving| serving.handle.clone());
        let Some(handle) = handle else { return true };
        let drain = self.drain.clone();
        handle.block_on(async move {
            tokio::time::timeout(patience, drain.finished())
                .await
                .is_ok()
        })
    }

    /// End everything, finished or not, and wait for the thread.
    pub fn stop(&self) {
        self.drain.cut();
        let serving = self.serving.lock().take();
        if let Some(serving) = serving
            && serving.thread.join().is_err()
        {
            tracing::error!("the router's thread ended by a defect; its message is above");
        }
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        self.stop();
    }
}

fn runtime(workers: usize) -> Result<Runtime, SettingsError> {
    let mut builder = match workers {
        0 | 1 => Builder::new_current_thread(),
        more => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(more);
            builder
        }
    };
    builder
        .enable_all()
        .thread_name("plimsoll-router")
        .build()
        .map_err(|error| SettingsError(format!("cannot start a runtime: {error}")))
}

struct Listeners {
    proxy: Option<TcpListener>,
    metrics: Option<TcpListener>,
}

impl Listeners {
    async fn bind(bootstrap: &Bootstrap) -> Result<Self, SettingsError> {
        Ok(Self {
            proxy: bind("listen", bootstrap.listen.as_deref()).await?,
            metrics: bind("metrics", bootstrap.metrics.as_deref()).await?,
        })
    }

    fn addresses(&self) -> Addresses {
        [("proxy", &self.proxy), ("metrics", &self.metrics)]
            .into_iter()
            .filter_map(|(name, listener)| {
                let address: SocketAddr = listener.as_ref()?.local_addr().ok()?;
                Some((name.to_owned(), address.to_string()))
            })
            .collect()
    }
}

async fn bind(key: &str, address: Option<&str>) -> Result<Option<TcpListener>, SettingsError> {
    let Some(address) = address else {
        return Ok(None);
    };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) => Err(SettingsError(format!(
            "cannot listen on {address} ({key}): {error}; give an address of this machine and a free port"
        ))),
    }
}

struct Doors {
    core: Arc<Core>,
    drain: Drain,
}

impl Doors {
    async fn serve(self, listeners: Listeners) {
        let _ = (&self.core, &listeners.proxy, &listeners.metrics);
        self.drain.wait_cut().await;
    }
}
