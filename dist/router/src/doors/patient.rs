//! Connections that give up on a peer which takes nothing, or is no longer there.

use std::io::{Error, ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::silence::Silence;

/// When the kernel asks a peer of which nothing is heard whether it is there, and how often.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_AGAIN: Duration = Duration::from_secs(10);

/// Send at once, and notice a peer whose machine is gone although nothing is due from it: an engine may
/// work for minutes for a client, or not at all.
pub fn prepare(stream: &TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE_AGAIN);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

/// A stream whose writes fail when the peer has taken nothing for a time. It costs nothing while the peer
/// keeps up.
pub struct Patient<S> {
    stream: S,
    silence: Silence,
}

impl<S> Patient<S> {
    /// Fail writes when nothing was taken for `limit`.
    pub fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            silence: Silence::new(limit),
        }
    }

    fn judge<T>(&mut self, context: &mut Context<'_>, polled: Poll<Result<T>>) -> Poll<Result<T>> {
        if polled.is_ready() {
            self.silence.broken();
            return polled;
        }
        let limit = ready!(self.silence.poll(context));
        Poll::Ready(Err(Error::new(
            ErrorKind::TimedOut,
            format!("the peer took nothing for {} seconds", limit.as_secs_f64()),
        )))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.judge(context, polled)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_is_given_up() {
        let (ours, _theirs) = tokio::io::duplex(8);
        let mut patient = Patient::new(ours, Duration::from_millis(300));
        let error = patient.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(ErrorKind::TimedOut, error.kind());
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_a_little_now_and_then_is_not() {
        use tokio::io::AsyncReadExt;
        let (ours, mut theirs) = tokio::io::duplex(8);
        let mut patient = Patient::new(ours, Duration::from_millis(300));
        let reading = tokio::spawn(async move {
            for _ in 0..8 {
                sleep(Duration::from_millis(100)).await;
                theirs.read_exact(&mut [0; 8]).await.unwrap();
            }
        });
        patient.write_all(&[0; 64]).await.unwrap();
        reading.await.unwrap();
    }
}
