//! A decision taken by a Python function, on a thread of its own.
//!
//! The thread that serves waits for an answer no longer than the policy's time limit. A policy that was
//! late is not asked while it is still busy, and left alone for a second, twice as long each time, up to a
//! minute; an answer in time ends that. The core counts what came of each request; what went wrong is
//! logged once for each kind.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::prelude::*;

use crate::core::{self, LiveSettings, Policy, PolicyOutcome};

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

/// How long a policy is left alone after it was late for the first time, and at most.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);

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
    rest: Duration,
    rests_until: Option<Instant>,
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
                rest: FIRST_REST,
                rests_until: None,
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

    /// `None`: no answer came in time, or the policy rests.
    fn ask(&self, view: &core::PolicyView) -> Option<Answer> {
        let limit = Duration::from_millis(self.limit_millis.load(Relaxed));
        let deadline = Instant::now().checked_add(limit)?;
        let mut held = self.line.try_lock_until(deadline)?;
        held.as_mut()?.ask(view, deadline)
    }
}

impl Line {
    fn ask(&mut self, view: &core::PolicyView, deadline: Instant) -> Option<Answer> {
        if self.rests_until.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        if self.owed {
            let _late = self.answers.try_recv().ok()?;
            self.owed = false;
        }
        self.ask.try_send(view.clone()).ok()?;
        let left = deadline.saturating_duration_since(Instant::now());
        match self.answers.recv_timeout(left) {
            Ok(answer) => {
                self.rest = FIRST_REST;
                Some(answer)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.owed = true;
                self.rests_until = Instant::now().checked_add(self.rest);
                self.rest = (self.rest * 2).min(LONGEST_REST);
                None
            }
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}

impl Policy for PythonPolicy {
    fn choose(&self, view: &core::PolicyView) -> Result<usize, PolicyOutcome> {
        match self.ask(view) {
            Some(Ok(None)) => Err(PolicyOutcome::Declined),
            // The core judges the index, and counts one that no candidate has.
            Some(Ok(Some(index))) => {
                let candidates = view.addresses.len();
                if index >= candidates {
                    let what = format!("it chose {index} of {candidates} candidates");
                    say_once(&self.told_outside, &what);
                }
                Ok(index)
            }
            Some(Err(error)) => {
                say_once(&self.told_failed, &format!("it raised {error}"));
                Err(PolicyOutcome::Failed)
            }
            None => {
                let millis = self.limit_millis.load(Relaxed);
                say_once(&self.told_slow, &format!("it took longer than {millis} ms"));
                Err(PolicyOutcome::Late)
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
