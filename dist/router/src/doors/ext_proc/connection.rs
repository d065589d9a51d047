//! Connections of gateways: a bounded number, with or without TLS, no handshake waiting for another.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
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

/// For a gateway to finish its TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A connection; its place is free again when it is dropped.
pub(super) struct Connection {
    stream: Either<TcpStream, TlsStream<TcpStream>>,
    _place: OwnedSemaphorePermit,
}

/// Accept at most `most` connections at a time until `stop`.
pub(super) fn accept(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    most: usize,
    stop: CancellationToken,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(16);
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let acceptor = tls.map(TlsAcceptor::from);
    tokio::spawn(async move {
        let work = accepting(&listener, &places, acceptor.as_ref(), &sender);
        let _ = stop.run_until_cancelled(work).await;
    });
    ReceiverStream::new(receiver)
}

async fn accepting(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    acceptor: Option<&TlsAcceptor>,
    sender: &mpsc::Sender<io::Result<Connection>>,
) {
    while let Ok(place) = places.clone().acquire_owned().await {
        let stream = listeners::accept(listener, "of a gateway").await;
        let _ = stream.set_nodelay(true);
        match acceptor {
            None => {
                let connection = Connection {
                    stream: Either::Left(stream),
                    _place: place,
                };
                if sender.send(Ok(connection)).await.is_err() {
                    return;
                }
            }
            Some(acceptor) => {
                tokio::spawn(shake(acceptor.clone(), stream, place, sender.clone()));
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
            let connection = Connection {
                stream: Either::Right(stream),
                _place: place,
            };
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
