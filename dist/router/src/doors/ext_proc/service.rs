//! tonic around [`Exchange`]: one poll-driven stream per request, no task and no channel beside it.
//!
//! Nothing is read before what there is to say was taken, so a gateway that stops reading stops us, and
//! nothing piles up. The exchange is dropped with the stream, in every way in which a stream can end.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use prost::Message;
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::{BoxFuture, Service, StdError};
use tonic::server::{Grpc, NamedService, StreamingService};
use tonic::{Request, Response, Status, Streaming};

use super::exchange::{Exchange, ExchangeSettings};
use super::server::SERVICE;
use crate::core::Core;
use crate::doors::bootstrap::ResponseMode;
use crate::doors::drain::{Drain, Guard};
use crate::doors::proto::{ProcessingRequest, ProcessingResponse};

/// With this header the filter says that its chunks are to be echoed unread (`usage`): the modes of bodies
/// are those of `full`.
const RESPONSE_MODE: &str = "x-plimsoll-response-mode";
/// Longest message that is taken.
const MOST_MESSAGE: usize = 64 << 20;

/// What all streams share.
pub(super) struct Shared {
    pub core: Arc<Core>,
    pub settings: ExchangeSettings,
    /// For a client to send its whole request.
    pub request_time: Duration,
    pub drain: Drain,
    /// Streams are to end as soon as nothing is lost by it.
    pub leave: CancellationToken,
    /// Streams are to end now.
    pub hurry: CancellationToken,
}

/// The service that Envoy calls.
#[derive(Clone)]
pub(super) struct Processor(pub Arc<Shared>);

impl NamedService for Processor {
    const NAME: &'static str = SERVICE;
}

impl<B> Service<http::Request<B>> for Processor
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let method = Method(self.0.clone());
        Box::pin(async move {
            if !request.uri().path().ends_with("/Process") {
                let sentence = format!("{SERVICE} has one method: Process");
                return Ok(Status::unimplemented(sentence).into_http());
            }
            let mut grpc =
                Grpc::new(Messages).apply_max_message_size_config(Some(MOST_MESSAGE), None);
            Ok(grpc.streaming(method, request).await)
        })
    }
}

struct Method(Arc<Shared>);

impl StreamingService<ProcessingRequest> for Method {
    type Response = ProcessingResponse;
    type ResponseStream = Process;
    type Future = Ready<Result<Response<Process>, Status>>;

    fn call(&mut self, request: Request<Streaming<ProcessingRequest>>) -> Self::Future {
        let mut settings = self.0.settings.clone();
        let said = request.metadata().get(RESPONSE_MODE);
        if settings.response == ResponseMode::Auto && said.is_some_and(|mode| mode == "usage") {
            settings.response = ResponseMode::Usage;
        }
        let exchange = Exchange::new(self.0.core.clone(), settings);
        let process = Process::new(self.0.clone(), exchange, request.into_inner());
        ready(Ok(Response::new(process)))
    }
}

/// One stream.
pub(super) struct Process {
    input: Streaming<ProcessingRequest>,
    exchange: Exchange,
    shared: Arc<Shared>,
    patience: Option<Pin<Box<Sleep>>>,
    notice: Pin<Box<WaitForCancellationFutureOwned>>,
    leaving: bool,
    closed: bool,
    _guard: Guard,
}

impl Process {
    fn new(shared: Arc<Shared>, exchange: Exchange, input: Streaming<ProcessingRequest>) -> Self {
        Self {
            input,
            exchange,
            patience: None,
            notice: Box::pin(shared.leave.clone().cancelled_owned()),
            leaving: false,
            closed: false,
            _guard: shared.drain.guard(),
            shared,
        }
    }

    /// Whether the stream may end because the picker is leaving.
    fn leaves(&mut self, context: &mut Context<'_>) -> bool {
        if !self.leaving && self.notice.as_mut().poll(context).is_ready() {
            self.leaving = true;
            self.notice = Box::pin(self.shared.hurry.clone().cancelled_owned());
        }
        self.leaving && (self.exchange.can_end() || self.notice.as_mut().poll(context).is_ready())
    }

    /// Nothing has arrived: the client may have taken too long.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.exchange.waits_for_client() {
            self.patience = None;
            return Poll::Pending;
        }
        let time = self.shared.request_time;
        let patience = self
            .patience
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        patience.as_mut().poll(context)
    }

    fn end(
        &mut self,
        result: Result<(), Status>,
    ) -> Poll<Option<Result<ProcessingResponse, Status>>> {
        self.closed = true;
        Poll::Ready(result.err().map(Err))
    }
}

impl Stream for Process {
    type Item = Result<ProcessingResponse, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(message) = this.exchange.say() {
                return Poll::Ready(Some(Ok(message)));
            }
            if this.closed {
                return Poll::Ready(None);
            }
            if let Some(end) = this.exchange.ended() {
                let end = end.map_err(Status::invalid_argument);
                return this.end(end);
            }
            if this.leaves(context) {
                this.exchange.let_go();
                continue;
            }
            match Pin::new(&mut this.input).poll_next(context) {
                Poll::Ready(Some(Ok(message))) => this.exchange.take(message),
                Poll::Ready(Some(Err(status))) => return this.end(Err(status)),
                Poll::Ready(None) => {
                    this.exchange.pause();
                    this.closed = true;
                }
                Poll::Pending if this.exchange.pause() => {}
                Poll::Pending => {
                    if this.wait(context).is_pending() {
                        return Poll::Pending;
                    }
                    this.exchange.too_slow();
                }
            }
        }
    }
}

/// Messages as prost reads and writes them; bodies share the buffers they arrived in.
#[derive(Debug, Default, Clone, Copy)]
struct Messages;

impl Codec for Messages {
    type Encode = ProcessingResponse;
    type Decode = ProcessingRequest;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Messages {
    type Item = ProcessingResponse;
    type Error = Status;

    fn encode(&mut self, item: Self::Item, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        // A body is copied once: a buffer that grows would copy it again.
        buffer.reserve(item.encoded_len());
        item.encode(buffer)
            .map_err(|error| Status::internal(error.to_string()))
    }
}

impl Decoder for Messages {
    type Item = ProcessingRequest;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        ProcessingRequest::decode(buffer)
            .map(Some)
            .map_err(|error| Status::invalid_argument(format!("not a ProcessingRequest: {error}")))
    }
}
