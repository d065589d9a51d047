//! The endpoint picker: Envoy's external processing protocol, for Envoy and any InferencePool gateway.
//!
//! [`Exchange`] is the protocol, without a socket; `service` runs one for each stream, `server` brings
//! them to a listener with health, reflection, TLS and an orderly end.

mod connection;
mod exchange;
mod head;
mod reading;
mod reply;
mod response;
mod server;
mod service;

use super::{request_id, restore};

pub use exchange::{Exchange, ExchangeSettings};
pub use reply::{DESTINATION, DROPPED_REASON, LOAD_BALANCING, MOST_BODY, SERVED};
pub use server::{PickerServer, SERVICE};
