//! The ways in, and what feeds the core: everything that touches a socket.

mod bootstrap;
mod drain;
pub mod ext_proc;
pub mod proto;
mod proto_values;
mod router;
mod state;
mod usage;

pub use bootstrap::{
    Bootstrap, EndpointTls, Limits, LogFormat, LogSettings, MetricNames, ResponseMode, TlsFiles,
    seconds,
};
pub use drain::{Drain, Guard};
pub use router::{Addresses, Router};
