//! The reverse proxy, from outside: clients on one side, engines that misbehave on the other.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod anything;
mod counting;
mod dying;
mod ending;
mod engine;
mod http2;
mod limits;
mod models;
mod passing;
mod scraping;
mod sessions;
mod support;
mod tls;
