//! A body that arrives in pieces, kept until it is whole.

use bytes::{Bytes, BytesMut};

/// The pieces of a body. One piece is handed on as it is; more are joined once, at the end.
#[derive(Debug, Default)]
pub struct Body {
    pieces: Vec<Bytes>,
    length: usize,
}

impl Body {
    /// Take the next piece.
    pub fn push(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        self.length += piece.len();
        self.pieces.push(piece);
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has come.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The pieces as they came, to be sent on.
    pub fn pieces(&self) -> &[Bytes] {
        &self.pieces
    }

    /// The whole body. What it returns is kept, so asking again costs nothing.
    pub fn whole(&mut self) -> Bytes {
        if self.pieces.len() > 1 {
            let mut joined = BytesMut::with_capacity(self.length);
            self.pieces
                .iter()
                .for_each(|piece| joined.extend_from_slice(piece));
            self.pieces = vec![joined.freeze()];
        }
        self.pieces.first().cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_piece_is_not_copied() {
        let piece = Bytes::from(vec![1, 2, 3]);
        let mut body = Body::default();
        body.push(piece.clone());
        assert_eq!(piece.as_ptr(), body.whole().as_ptr());
    }

    #[test]
    fn pieces_are_joined_in_order() {
        let mut body = Body::default();
        for piece in ["ab", "", "c"] {
            body.push(Bytes::from(piece));
        }
        assert_eq!((3, Bytes::from("abc")), (body.len(), body.whole()));
    }
}
