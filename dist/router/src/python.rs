//! The boundary to Python: one class, JSON in, text out. Documented in docs/route-boundary.md.
//!
//! It promises that no call holds the interpreter lock while it waits, that bad settings are a
//! `SettingsError` with a sentence and leave what was in force, and that a policy that fails or is slow
//! costs a bounded wait and nothing else.

mod log;
mod policy;

use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::core::{LiveSettings, Policy};
use crate::doors::{self, Addresses, Bootstrap, Router};
use policy::{PolicyView, PythonPolicy};

create_exception!(
    plimsoll_router,
    SettingsError,
    PyValueError,
    "Settings that cannot be used; the message says which, why, and what would be right."
);

/// Routers that may still serve when the interpreter ends.
static ALIVE: Mutex<Vec<Weak<Router>>> = Mutex::new(Vec::new());

#[pyclass(frozen, name = "Router", module = "plimsoll_router")]
struct PyRouter {
    router: Arc<Router>,
    policy: Option<Arc<PythonPolicy>>,
}

#[pymethods]
impl PyRouter {
    #[new]
    #[pyo3(signature = (bootstrap, live, policy=None))]
    fn new(
        py: Python<'_>,
        bootstrap: &[u8],
        live: &[u8],
        policy: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let bootstrap = Bootstrap::from_json(bootstrap).map_err(refused)?;
        let live = LiveSettings::from_json(live).map_err(refused)?;
        log::start(&bootstrap.log).map_err(refused)?;
        let policy = policy
            .map(|callable| PythonPolicy::new(callable, &live))
            .map(Arc::new);
        let for_core = policy.clone().map(|policy| policy as Arc<dyn Policy>);
        let router = py
            .detach(|| Router::new(bootstrap, &live, for_core))
            .map_err(refused)?;
        let router = Arc::new(router);
        ALIVE.lock().push(Arc::downgrade(&router));
        Ok(Self { router, policy })
    }

    /// Bind and serve; names of listeners and their addresses.
    fn start(&self, py: Python<'_>) -> PyResult<Addresses> {
        py.detach(|| self.router.start()).map_err(refused)
    }

    /// Replace endpoints and decisions.
    fn apply(&self, py: Python<'_>, live: &[u8]) -> PyResult<()> {
        let live = LiveSettings::from_json(live).map_err(refused)?;
        py.detach(|| self.router.apply(&live)).map_err(refused)?;
        if let Some(policy) = &self.policy {
            policy.follow(&live);
        }
        Ok(())
    }

    /// Endpoints, signals, counts: JSON.
    fn state(&self, py: Python<'_>) -> Vec<u8> {
        py.detach(|| self.router.state().into_bytes())
    }

    /// Metrics as Prometheus reads them.
    fn metrics(&self, py: Python<'_>, names: &str) -> PyResult<String> {
        py.detach(|| self.router.metrics(names)).map_err(refused)
    }

    /// Take nothing new; whether all requests ended in time.
    #[pyo3(signature = (seconds))]
    fn drain(&self, py: Python<'_>, seconds: f64) -> bool {
        py.detach(|| self.router.drain(patience(seconds)))
    }

    /// End everything.
    fn stop(&self, py: Python<'_>) {
        py.detach(|| self.stop_all());
    }
}

impl PyRouter {
    fn stop_all(&self) {
        self.router.stop();
        if let Some(policy) = &self.policy {
            policy.stop();
        }
    }
}

impl Drop for PyRouter {
    fn drop(&mut self) {
        // The policy's thread needs the lock that this thread holds: it is told to end, not awaited.
        if let Some(policy) = &self.policy {
            policy.stop();
        }
    }
}

fn patience(value: f64) -> Duration {
    if value > 0.0 {
        doors::seconds(value)
    } else {
        Duration::ZERO
    }
}

fn refused(error: crate::core::SettingsError) -> PyErr {
    SettingsError::new_err(error.0)
}

/// End all routers: registered with `atexit`, since threads must not outlive the interpreter.
#[pyfunction]
fn stop_all(py: Python<'_>) {
    py.detach(|| {
        let alive: Vec<_> = ALIVE.lock().drain(..).collect();
        for router in alive.iter().filter_map(Weak::upgrade) {
            router.stop();
        }
    });
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyRouter>()?;
    module.add_class::<PolicyView>()?;
    module.add("SettingsError", module.py().get_type::<SettingsError>())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(stop_all, module)?)
}
