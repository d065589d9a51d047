//! Data plane of `plimsoll route`: HTTP and gRPC in and out, request scan, prefix index, in-flight
//! accounting and the built-in decisions. Python configures it and watches; nothing Python runs per
//! request unless a policy is set.
//!
//! `core` decides and does no I/O; `doors` are the ways in (proxy, endpoint picker) and what feeds the
//! core (scraping); `python` is the one boundary to the interpreter.

pub mod core;
pub mod doors;
#[cfg(feature = "python")]
mod python;
