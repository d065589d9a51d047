//! What decides: pure state and arithmetic, no sockets, no files, no clock of its own.
//!
//! A door turns what arrived into a [`Request`], asks [`Core::decide`], turns the [`Decision`] into a
//! [`Ticket`] with [`Core::admit`], and drops the ticket when the response has ended, however it ended.

mod admit;
mod blocks;
mod decide;
mod endpoint;
mod index;
mod live;
mod policy;
mod random;
mod request;
mod rewrite;
mod scan;
mod select;
mod sessions;
mod settings;
mod state;
mod telemetry;
mod ticket;

pub use blocks::{BYTES_PER_TOKEN, BlockShape, Blocks};
pub use decide::{Decision, Refusal};
pub use endpoint::{Endpoint, Fleet, Signals};
pub use index::Index;
pub use policy::{Policy, PolicyView};
pub use request::{Hints, Kind, Request};
pub(crate) use scan::printable;
pub use scan::{Body, ScanSettings, parse};
pub use settings::{
    EndpointSettings, EngineMetrics, Expression, FilterSettings, HandlerSettings, IndexSettings,
    LiveSettings, Operator, Parser, PickerSettings, PolicySettings, ProfileSettings,
    RewriteSettings, RewriteTarget, ScorerKind, ScorerSettings, ScrapeSettings, SessionSettings,
    SettingsError,
};
pub use state::{Core, HintHeaders};
pub(crate) use telemetry::Pair;
pub use telemetry::{MetricNames, OfModel, PolicyOutcome, Telemetry};
pub use ticket::{Ticket, Usage};
