//! Connections of gateways: a bounded number, with or without TLS, no handshake waiting for another.
//!
//! A gateway sends what many clients asked in one piece, and each answer is small. What is written is kept
//! until all that has arrived was looked at, so that the answers go out in one piece, too: that spares both
//! sides a system call for each.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Connected;

use crate::doors::listeners;
use crate::doors::tls::Shown;

/// For a gateway to finish its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What is longer is not copied to go out with something else.
const MOST_JOINED: usize = 16 << 10;
/// How much is kept at most.
const MOST_KEPT: usize = 64 << 10;

/// A connection; its place is free again when it is dropped.
pub(super) struct Connection {
    stream: Either<TcpStream, TlsStream<TcpStream>>,
    kept: BytesMut,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: Either<TcpStream, TlsStream<TcpStream>>, place: OwnedSemaphorePermit) -> Self {
        Self {
            stream,
            kept: BytesMut::new(),
            _place: place,
        }
    }

    /// Send what was kept.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.kept.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.kept))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.kept.advance(sent);
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }
}

/// Accept at most `most` connections at a time until `stop`.
pub(super) fn accept(
    listener: TcpListener,
    tls: Option<Arc<Shown>>,
    most: usize,
    stop: CancellationToken,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(16);
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    tokio::spawn(async move {
        let work = accepting(&listener, &places, tls.as_deref(), &sender);
        let _ = stop.run_until_cancelled(work).await;
    });
    ReceiverStream::new(receiver)
}

async fn accepting(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    tls: Option<&Shown>,
    sender: &mpsc::Sender<io::Result<Connection>>,
) {
    while let Ok(place) = places.clone().acquire_owned().await {
        let stream = listeners::accept(listener, "of a gateway").await;
        let _ = stream.set_nodelay(true);
        match tls {
            None => {
                let connection = Connection::new(Either::Left(stream), place);
                if sender.send(Ok(connection)).await.is_err() {
                    return;
                }
            }
            Some(shown) => {
                let acceptor = TlsAcceptor::from(shown.config());
                tokio::spawn(shake(acceptor, stream, place, sender.clone()));
            }
        }
    }
}

async fn shake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    place: OwnedSemaphorePermit,
    sender: mpsc::Sender<io::Result<Connection>>,
) {
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let connection = Connection::new(Either::Right(stream), place);
            let _ = sender.send(Ok(connection)).await;
        }
        Ok(Err(error)) => tracing::info!(%error, "a gateway's TLS handshake failed"),
        Err(_) => tracing::info!("a gateway's TLS handshake took too long"),
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // A gateway that does not read may still be read from: that is for HTTP/2 to bound.
        if let Poll::Ready(Err(error)) = self.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum::<usize>();
        if length > MOST_JOINED {
            ready!(self.poll_send(context))?;
            return Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        }
        if self.kept.len() + length > MOST_KEPT {
            ready!(self.poll_send(context))?;
        }
        slices
            .iter()
            .for_each(|slice| self.kept.extend_from_slice(slice));
        Poll::Ready(Ok(length))
    }

    /// What was kept goes out when the task that serves this connection comes to read again, which is as
    /// soon as the tasks that are to run before it have run.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.kept.is_empty() {
            return Pin::new(&mut self.stream).poll_flush(context);
        }
        context.waker().wake_by_ref();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
