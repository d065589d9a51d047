//! The router as a whole: threads that serve, and the few calls by which it is driven from outside.
//!
//! It promises that every call may come from any thread, that [`Router::start`] returns only when every
//! listener is bound, that settings are taken whole or not at all, and that dropping a router ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::{Builder, Handle, Runtime};

use super::bootstrap::Bootstrap;
use super::drain::Drain;
use super::ext_proc::PickerServer;
use super::health::{self, Watched};
use super::listeners::{Addresses, Listeners, hand_over};
use super::proxy::{self, Proxy};
use super::scrape::Scraper;
use super::state;
use super::tls::{EndpointTrust, Shown};
use super::upstream::{Origin, Upstreams};
use crate::core::{Core, LiveSettings, MetricNames, Policy, SettingsError};

/// How long tasks that were cut may take to notice.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// A router, started or not.
pub struct Router {
    bootstrap: Bootstrap,
    doors: Doors,
    scraper: Arc<Scraper>,
    started: AtomicBool,
    serving: Mutex<Option<Serving>>,
}

/// What serves; cheap to clone.
#[derive(Clone)]
struct Doors {
    core: Arc<Core>,
    drain: Drain,
    upstreams: Arc<Upstreams>,
    proxy_tls: Option<Arc<Shown>>,
    picker_tls: Option<Arc<Shown>>,
}

struct Serving {
    handle: Handle,
    thread: JoinHandle<()>,
}

impl Router {
    /// Make a router that does not serve yet. Errors say what is wrong with the settings.
    pub fn new(
        bootstrap: Bootstrap,
        live: &LiveSettings,
        policy: Option<Arc<dyn Policy>>,
    ) -> Result<Self, SettingsError> {
        judge(live)?;
        let core = Core::new(live, policy)?;
        let trust = EndpointTrust::new(&bootstrap.endpoint_tls)?;
        let upstreams = Arc::new(Upstreams::new(&bootstrap.limits, trust));
        let shown = |files| Shown::new(files).map(Arc::new);
        let doors = Doors {
            core: core.clone(),
            drain: Drain::default(),
            upstreams: upstreams.clone(),
            proxy_tls: bootstrap.tls.as_ref().map(shown).transpose()?,
            picker_tls: bootstrap.ext_proc_tls.as_ref().map(shown).transpose()?,
        };
        Ok(Self {
            bootstrap,
            doors,
            scraper: Scraper::new(core, upstreams, live),
            started: AtomicBool::new(false),
            serving: Mutex::new(None),
        })
    }

    /// Bind every listener and serve on threads of its own.
    pub fn start(&self) -> Result<Addresses, SettingsError> {
        if self.started.swap(true, SeqCst) {
            return Err(SettingsError(
                "the router was started before: make a new one".to_owned(),
            ));
        }
        let listeners = Listeners::bind(&self.bootstrap)?;
        let addresses = listeners.addresses();
        let runtime = runtime(self.bootstrap.workers)?;
        let handle = runtime.handle().clone();
        let serve =
            self.doors
                .clone()
                .serve(self.bootstrap.clone(), listeners, self.scraper.clone());
        let thread = std::thread::Builder::new()
            .name("plimsoll-router".to_owned())
            .spawn(move || {
                if let Err(error) = runtime.block_on(serve) {
                    tracing::error!("the router cannot serve: {error}");
                }
                runtime.shutdown_timeout(LAST_MOMENT);
            })
            .map_err(|error| SettingsError(format!("cannot start a thread: {error}")))?;
        *self.serving.lock() = Some(Serving { handle, thread });
        Ok(addresses)
    }

    /// Replace endpoints and decisions, and read certificates again. On an error the old settings and
    /// certificates stay in force.
    pub fn apply(&self, live: &LiveSettings) -> Result<(), SettingsError> {
        judge(live)?;
        let shown = [&self.doors.proxy_tls, &self.doors.picker_tls];
        let shown = shown.into_iter().flatten().map(|each| each.reload());
        let shown: Vec<_> = shown.collect::<Result<_, _>>()?;
        let trusted = self.doors.upstreams.reload()?;
        self.doors.core.apply(live)?;
        shown.into_iter().for_each(|put_in_force| put_in_force());
        trusted();
        self.scraper.follow(live);
        Ok(())
    }

    /// Endpoints, their signals and counts, as JSON.
    pub fn state(&self) -> String {
        state::json(&self.doors.core, &self.doors.drain)
    }

    /// All metrics as Prometheus reads them; `names` is `plimsoll` or `llm-d`.
    pub fn metrics(&self, names: &str) -> Result<String, SettingsError> {
        let names = match names {
            "plimsoll" => MetricNames::Plimsoll,
            "llm-d" => MetricNames::LlmD,
            other => {
                return Err(SettingsError(format!(
                    "there are no metric names {other:?}: give \"plimsoll\" or \"llm-d\""
                )));
            }
        };
        Ok(self.doors.core.metrics(names))
    }

    /// Take nothing new; wait until all requests have ended. False: some had not after `patience`.
    pub fn drain(&self, patience: Duration) -> bool {
        let drain = self.doors.drain.clone();
        drain.begin();
        let handle = self
            .serving
            .lock()
            .as_ref()
            .map(|serving| serving.handle.clone());
        let Some(handle) = handle else { return true };
        handle.block_on(async move {
            tokio::time::timeout(patience, drain.finished())
                .await
                .is_ok()
        })
    }

    /// End everything, finished or not, and wait for the threads.
    pub fn stop(&self) {
        self.doors.drain.cut();
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

/// What the core cannot judge: whether endpoints can be reached as they are written.
fn judge(live: &LiveSettings) -> Result<(), SettingsError> {
    for endpoint in &live.endpoints {
        Origin::parse(&endpoint.url, &endpoint.authority).map_err(SettingsError)?;
    }
    Ok(())
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

impl Doors {
    async fn serve(
        self,
        bootstrap: Bootstrap,
        listeners: Listeners,
        scraper: Arc<Scraper>,
    ) -> std::io::Result<()> {
        let drain = self.drain.clone();
        let proxy = hand_over(listeners.proxy)?;
        let ext_proc = hand_over(listeners.ext_proc)?;
        let health = hand_over(listeners.health)?;
        let metrics = hand_over(listeners.metrics)?;
        let proxying = async {
            if let Some(listener) = proxy {
                let proxy = Proxy::new(
                    self.core.clone(),
                    self.upstreams.clone(),
                    &bootstrap.limits,
                    self.drain.clone(),
                );
                proxy::serve(proxy, listener, self.proxy_tls.clone()).await;
            }
        };
        let picking = async {
            if let Some(listener) = ext_proc {
                let picker = PickerServer::new(self.core.clone(), &bootstrap, self.drain.clone());
                let tls = self.picker_tls.clone();
                if let Err(error) = picker.serve(listener, tls, health).await {
                    tracing::error!("{error}");
                }
            }
        };
        let watching = async {
            if let Some(listener) = metrics {
                let watched = Watched {
                    core: self.core.clone(),
                    drain: self.drain.clone(),
                    names: bootstrap.metric_names,
                };
                health::serve(watched, listener).await;
            }
        };
        tokio::select! {
            // Watchers are answered to the very end.
            () = async { tokio::join!(proxying, picking, watching, scraper.run()); } => {}
            () = drain.wait_cut() => {}
        }
        Ok(())
    }
}
