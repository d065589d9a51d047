//! The body of a request, read whole: it is scanned, may have to be sent twice, and must fit.
//!
//! It promises a bound in bytes and time for each body, and one in bytes for all of them together.

use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use crate::core::Body;
use crate::doors::budget::{Budget, Share};
use crate::doors::dismissal::Dismissal;

/// A whole body, and its share of the memory.
#[derive(Debug)]
pub struct Held {
    /// Its bytes.
    pub bytes: Bytes,
    _share: Share,
}

/// How much is read of a body that is refused, so that the client gets to read why.
const LINGER_BYTES: usize = 4 << 20;
const LINGER: Duration = Duration::from_secs(2);

/// Read a body of at most `most` bytes before `deadline`.
pub async fn read(
    incoming: Incoming,
    most: usize,
    deadline: Instant,
    budget: &Budget,
) -> Result<Held, Dismissal> {
    let mut share = budget.share();
    if incoming.is_end_stream() {
        return Ok(Held {
            bytes: Bytes::new(),
            _share: share,
        });
    }
    let mut incoming = incoming;
    let collected = timeout_at(deadline, collect(&mut incoming, most, &mut share)).await;
    match collected.unwrap_or_else(|_| Err(Dismissal::too_slow())) {
        Ok(bytes) => Ok(Held {
            bytes,
            _share: share,
        }),
        Err(dismissal) => {
            tokio::spawn(linger(incoming));
            Err(dismissal)
        }
    }
}

async fn collect(
    incoming: &mut Incoming,
    most: usize,
    share: &mut Share,
) -> Result<Bytes, Dismissal> {
    let most_wide = u64::try_from(most).unwrap_or(u64::MAX);
    if incoming.size_hint().lower() > most_wide {
        return Err(Dismissal::too_long(most));
    }
    let mut body = Body::default();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| {
            Dismissal::bad_request(format!("The body could not be read: {error}."))
        })?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        let length = piece.len();
        if !body.push(piece, most) {
            return Err(Dismissal::too_long(most));
        }
        if !share.grow(length) {
            return Err(Dismissal::no_room());
        }
    }
    Ok(body.whole())
}

async fn linger(mut incoming: Incoming) {
    let reading = async {
        let mut left = LINGER_BYTES;
        while let Some(Ok(frame)) = incoming.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let _ended = tokio::time::timeout(LINGER, reading).await;
}
