//! The picker's listener: the service beside health and reflection, and an end that loses nothing.
//!
//! The end has three steps. Health says NOT_SERVING while everything still works, long enough for a
//! gateway that checks every second to turn away. Then connections get GOAWAY and every stream ends with
//! OK as soon as the gateway can carry on alone. At last, when the drain is cut, the rest ends with OK.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use super::connection::accept;
use super::exchange::ExchangeSettings;
use super::service::{Processor, Shared};
use crate::core::{Core, SettingsError};
use crate::doors::bootstrap::{Bootstrap, seconds};
use crate::doors::budget::Budget;
use crate::doors::drain::Drain;
use crate::doors::tls::Shown;

/// The name of the service.
pub const SERVICE: &str = "envoy.service.ext_proc.v3.ExternalProcessor";
/// Its description, for reflection.
const DESCRIPTION: &[u8] = include_bytes!("ext_proc.binpb");

/// SERVING until the drain begins.
const READY: [&str; 4] = ["", "readiness", SERVICE, "inference-extension"];
/// SERVING until the process ends.
const ALIVE: &str = "liveness";

/// For the last messages after the cut.
const LAST_MESSAGES: Duration = Duration::from_millis(300);

const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;
/// A body of 64 KiB in one frame is one read; in frames of the usual 16 KiB it is eight.
const FRAME: u32 = 1 << 17;
const MOST_STREAMS: u32 = 1 << 16;
/// A gateway resets a stream for every client that goes; many may go at once, and the connection that
/// the others share must not be ended for that, as the default of 20 would.
const MOST_RESETS: usize = 1 << 16;
const KEEPALIVE: Duration = Duration::from_secs(30);

/// What is needed to serve; [`PickerServer::serve`] does it.
pub struct PickerServer {
    shared: Arc<Shared>,
    connections: usize,
    /// Between NOT_SERVING and GOAWAY.
    notice: Duration,
}

impl PickerServer {
    /// Make a picker that decides with `core` and ends with `drain`.
    pub fn new(core: Arc<Core>, bootstrap: &Bootstrap, drain: Drain) -> Self {
        Self {
            shared: Arc::new(Shared {
                core,
                settings: ExchangeSettings {
                    body_bytes: bootstrap.limits.body_bytes,
                    response: bootstrap.response_mode,
                    budget: Budget::new(bootstrap.limits.buffered_bytes),
                },
                request_time: seconds(bootstrap.limits.request_seconds),
                drain,
                leave: CancellationToken::new(),
                hurry: CancellationToken::new(),
            }),
            connections: bootstrap.limits.connections,
            notice: seconds(bootstrap.limits.notice_seconds),
        }
    }

    /// Serve until the drain has begun and every stream has ended, or the drain is cut. `health` is a
    /// second listener that answers health checks alone.
    pub async fn serve(
        self,
        listener: TcpListener,
        tls: Option<Arc<Shown>>,
        health: Option<TcpListener>,
    ) -> Result<(), SettingsError> {
        let guard = self.shared.drain.guard();
        let (reporter, health_service) = tonic_health::server::health_reporter();
        announce(&reporter, ServingStatus::Serving).await;
        let leave = self.shared.leave.clone();
        let connections = accept(listener, tls, self.connections, leave.clone());
        let server = builder()
            .add_service(health_service.clone())
            .add_service(Processor(self.shared.clone()))
            .add_service(reflection_v1()?)
            .add_service(reflection_v1alpha()?)
            .serve_with_incoming_shutdown(connections, leave.clone().cancelled_owned());
        let beside = async {
            if let Some(listener) = health {
                let connections = accept(listener, None, self.connections, leave.clone());
                let server = builder().add_service(health_service);
                let _ = server
                    .serve_with_incoming_shutdown(connections, leave.clone().cancelled_owned())
                    .await;
            }
        };
        let served = async { tokio::join!(server, beside).0 };
        tokio::select! {
            served = served => {
                drop(guard);
                served.map_err(|error| SettingsError(format!("the picker cannot serve: {error}")))
            }
            () = self.leave_in_order(&reporter) => Ok(()),
        }
    }

    /// The steps of the end; returns when whoever has not ended by then is cut off.
    async fn leave_in_order(&self, reporter: &HealthReporter) {
        let drain = &self.shared.drain;
        drain.wait_begun().await;
        announce(reporter, ServingStatus::NotServing).await;
        tokio::select! {
            () = tokio::time::sleep(self.notice) => {}
            () = drain.wait_cut() => {}
        }
        self.shared.leave.cancel();
        drain.wait_cut().await;
        self.shared.hurry.cancel();
        tokio::time::sleep(LAST_MESSAGES).await;
    }
}

async fn announce(reporter: &HealthReporter, status: ServingStatus) {
    for name in READY {
        reporter.set_service_status(name, status).await;
    }
    reporter
        .set_service_status(ALIVE, ServingStatus::Serving)
        .await;
}

fn builder() -> Server {
    Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_frame_size(Some(FRAME))
        .max_concurrent_streams(MOST_STREAMS)
        .http2_max_pending_accept_reset_streams(Some(MOST_RESETS))
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE))
}

macro_rules! reflection {
    ($name:ident, $build:ident, $version:ident) => {
        fn $name() -> Result<
            tonic_reflection::server::$version::ServerReflectionServer<
                impl tonic_reflection::server::$version::ServerReflection,
            >,
            SettingsError,
        > {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(DESCRIPTION)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
                .$build()
                .map_err(|error| SettingsError(format!("reflection cannot be offered: {error}")))
        }
    };
}

reflection!(reflection_v1, build_v1, v1);
reflection!(reflection_v1alpha, build_v1alpha, v1alpha);
