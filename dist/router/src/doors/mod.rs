//! The ways in, and what feeds the core: everything that touches a socket.

mod bootstrap;
mod drain;
mod router;
mod state;

pub use bootstrap::{
    Bootstrap, EndpointTls, Limits, LogFormat, LogSettings, MetricNames, ResponseMode, TlsFiles,
    seconds,
};
pub use drain::{Drain, Guard};
pub use router::{Addresses, Router};
