//! A decision taken by a Python function, on a thread of its own.
//!
//! The thread that serves waits for an answer no longer than the policy's time limit; a policy that is
//! still busy with an earlier request is not asked. `None` is "use the built-in choice", which the core
//! counts; why is logged once for each kind of failure.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::prelude::*;

use crate::core::{self, LiveSettings, Policy};

/// What a policy is called with: one value per candidate in each list.
#[pyclass(frozen, module = "plimsoll_router")]
pub struct PolicyView {
    view: core::PolicyView,
}

#[pymethods]
impl PolicyView {
    #[getter]
    fn addresses(&self) -> Vec<String> {
        self.view.addresses.clone()
    }

    #[getter]
    fn matched_blocks(&self) -> Vec<f64> {
        self.view.matched_blocks.clone()
    }

    #[getter]
    fn in_flight(&self) -> Vec<f64> {
        self.view.in_flight.clone()
    }

    #[getter]
    fn in_flight_tokens(&self) -> Vec<f64> {
        self.view.in_flight_tokens.clone()
    }

    #[getter]
    fn waiting(&self) -> Vec<f64> {
        self.view.waiting.clone()
    }

    #[getter]
    fn running(&self) -> Vec<f64> {
        self.view.running.clone()
    }

    #[getter]
    fn kv_usage(&self) -> Vec<f64> {
        self.view.kv_usage.clone()
    }

    #[getter]
    fn scores(&self) -> Vec<f64> {
        self.view.scores.clone()
    }

    #[getter]
    fn best(&self) -> usize {
        self.view.best
    }

    #[getter]
    fn blocks(&self) -> usize {
        self.view.blocks
    }

    #[getter]
    fn prompt_tokens(&self) -> u64 {
        self.view.prompt_tokens
    }

    #[getter]
    fn model(&self) -> &str {
        &self.view.model
    }

    fn __len__(&self) -> usize {
        self.view.addresses.len()
    }
}

type Answer = Result<Option<usize>, String>;

/// A Python function that chooses.
pub struct PythonPolicy {
    line: Mutex<Option<Line>>,
    limit_millis: AtomicU64,
    told_slow: AtomicBool,
    told_failed: AtomicBool,
    told_outside: AtomicBool,
}

struct Line {
    ask: SyncSender<core::PolicyView>,
    answers: Receiver<Answer>,
    owed: bool,
}

impl PythonPolicy {
    /// Start the policy's thread; it ends when the policy is stopped or dropped.
    pub fn new(callable: Py<PyAny>, live: &LiveSettings) -> Self {
        let (ask, asked) = sync_channel(1);
        let (answer, answers) = sync_channel(1);
        let thread = std::thread::Builder::new().name("plimsoll-policy".to_owned());
        let started = thread.spawn(move || answer_all(&callable, &asked, &answer));
        if let Err(error) = started {
            tracing::error!("no thread for the policy ({error}): the built-in decision is used");
        }
        let policy = Self {
            line: Mutex::new(Some(Line {
                ask,
                answers,
                owed: false,
            })),
            limit_millis: AtomicU64::new(0),
            told_slow: AtomicBool::new(false),
            told_failed: AtomicBool::new(false),
            told_outside: AtomicBool::new(false),
        };
        policy.follow(live);
        policy
    }

    /// Take over what the settings say of policies.
    pub fn follow(&self, live: &LiveSettings) {
        self.limit_millis.store(live.policy.timeout_ms, Relaxed);
    }

    /// Ask no more; the thread ends after the call that it is in.
    pub fn stop(&self) {
        *self.line.lock() = None;
    }

    fn ask(&self, view: &core::PolicyView) -> Option<Answer> {
        let limit = Duration::from_millis(self.limit_millis.load(Relaxed));
        let deadline = Instant::now().checked_add(limit)?;
        let mut held = self.line.try_lock_until(deadline)?;
        let line = held.as_mut()?;
        if line.owed {
            let _late = line.answers.try_recv().ok()?;
            line.owed = false;
        }
        line.ask.try_send(view.clone()).ok()?;
        match line
            .answers
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            Ok(answer) => Some(answer),
            Err(RecvTimeoutError::Timeout) => {
                line.owed = true;
                None
            }
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}

impl Policy for PythonPolicy {
    fn choose(&self, view: &core::PolicyView) -> Option<usize> {
        match self.ask(view) {
            Some(Ok(None)) => Some(view.best),
            // The core judges the index, and counts one that no candidate has.
            Some(Ok(Some(index))) => {
                let candidates = view.addresses.len();
                if index >= candidates {
                    let what = format!("it chose {index} of {candidates} candidates");
                    say_once(&self.told_outside, &what);
                }
                Some(index)
            }
            Some(Err(error)) => {
                say_once(&self.told_failed, &format!("it raised {error}"));
                None
            }
            None => {
                let millis = self.limit_millis.load(Relaxed);
                say_once(&self.told_slow, &format!("it took longer than {millis} ms"));
                None
            }
        }
    }
}

fn say_once(said: &AtomicBool, what: &str) {
    if !said.swap(true, Relaxed) {
        tracing::warn!(
            "the policy was not followed: {what}; the built-in decision was used, and will be each time \
             this happens (counted in the metrics, not logged again)"
        );
    }
}

fn answer_all(
    callable: &Py<PyAny>,
    asked: &Receiver<core::PolicyView>,
    answer: &SyncSender<Answer>,
) {
    while let Ok(view) = asked.recv() {
        let chosen = Python::attach(|py| choose(py, callable, view));
        if answer.send(chosen).is_err() {
            return;
        }
    }
}

fn choose(py: Python<'_>, callable: &Py<PyAny>, view: core::PolicyView) -> Answer {
    Bound::new(py, PolicyView { view })
        .and_then(|view| callable.bind(py).call1((view,)))
        .and_then(|chosen| chosen.extract())
        .map_err(|error| error.to_string())
}
