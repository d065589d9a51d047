//! The ways in, and what feeds the core: everything that touches a socket.

mod bootstrap;
mod budget;
mod dismissal;
mod drain;
pub mod ext_proc;
mod health;
mod hints;
mod listeners;
mod patient;
pub mod proto;
mod proto_values;
pub mod proxy;
mod request_id;
mod restore;
mod router;
pub mod scrape;
mod silence;
mod state;
mod tls;
pub mod upstream;
mod usage;

pub use bootstrap::{
    Bootstrap, EndpointTls, Limits, LogFormat, LogSettings, ResponseMode, TlsFiles, seconds,
};
pub use budget::{Budget, Share};
pub use drain::{Drain, Guard};
pub use listeners::Addresses;
pub use router::Router;
