//! What decides: pure state and arithmetic, no sockets, no files, no clock of its own.
//!
//! A door turns what arrived into a [`Request`], asks [`Core::decide`], turns the [`Decision`] into a
//! [`Ticket`] with [`Core::admit`], and drops the ticket when the response has ended, however it ended.

mod blocks;
mod decide;
mod endpoint;
mod index;
mod request;
mod scan;
mod settings;
mod ticket;

pub use blocks::{BYTES_PER_TOKEN, BlockShape, Blocks};
pub use decide::{Core, Decision, HintHeaders, Policy, PolicyView, Refusal};
pub use endpoint::{Endpoint, Fleet, Signals};
pub use index::Index;
pub use request::{Hints, Kind, Request};
pub use scan::{Body, ScanSettings, parse};
pub use settings::{
    EndpointSettings, EngineMetrics, Expression, FilterSettings, HandlerSettings, IndexSettings,
    LiveSettings, Operator, Parser, PickerSettings, PolicySettings, ProfileSettings,
    RewriteSettings, RewriteTarget, ScorerKind, ScorerSettings, ScrapeSettings, SessionSettings,
    SettingsError,
};
pub use ticket::{Ticket, Usage};
