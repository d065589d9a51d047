//! A request's body while it arrives: no copy of large pieces, no waste on small ones, never above a limit.

use bytes::{Bytes, BytesMut};

/// Pieces below this are gathered: each would otherwise keep alive the buffer it was read into.
const SMALL: usize = 2048;
/// Gathered pieces are put away when they reach this.
const GATHERED: usize = 32 * 1024;

/// Pieces of a body.
#[derive(Debug, Default)]
pub struct Body {
    pieces: Vec<Bytes>,
    gathered: BytesMut,
    length: usize,
}

impl Body {
    /// Take the next piece; false: the body is longer than `most` now, and the piece was left out.
    pub fn push(&mut self, piece: Bytes, most: usize) -> bool {
        if self.length.saturating_add(piece.len()) > most {
            return false;
        }
        self.length += piece.len();
        if piece.len() < SMALL && (self.length > piece.len() || !self.gathered.is_empty()) {
            self.gathered.extend_from_slice(&piece);
            if self.gathered.len() >= GATHERED {
                self.put_away();
            }
        } else if !piece.is_empty() {
            self.put_away();
            self.pieces.push(piece);
        }
        true
    }

    /// All of it; no copy when it came in one piece.
    pub fn whole(mut self) -> Bytes {
        self.put_away();
        joined(&self.pieces)
    }

    fn put_away(&mut self) {
        if !self.gathered.is_empty() {
            self.pieces.push(self.gathered.split().freeze());
        }
    }
}

fn joined(pieces: &[Bytes]) -> Bytes {
    if let [only] = pieces {
        return only.clone();
    }
    let mut whole = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    for piece in pieces {
        whole.extend_from_slice(piece);
    }
    whole.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_in_single_bytes_is_kept_whole_and_in_few_pieces() {
        let mut body = Body::default();
        let sent: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        for byte in &sent {
            assert!(body.push(Bytes::copy_from_slice(&[*byte]), sent.len()));
        }
        assert!(body.pieces.len() < 10, "{}", body.pieces.len());
        assert_eq!(sent, body.whole());
    }

    #[test]
    fn a_large_piece_is_not_copied() {
        let mut body = Body::default();
        let piece = Bytes::from(vec![7; 100_000]);
        assert!(body.push(piece.clone(), 1 << 20));
        assert_eq!(piece.as_ptr(), body.whole().as_ptr());
    }

    #[test]
    fn the_order_of_small_and_large_pieces_is_kept() {
        let mut body = Body::default();
        let pieces: Vec<Bytes> = [1_usize, 5000, 3, 2, 9000, 1]
            .iter()
            .enumerate()
            .map(|(n, length)| Bytes::from(vec![n as u8; *length]))
            .collect();
        for piece in &pieces {
            assert!(body.push(piece.clone(), 1 << 20));
        }
        assert_eq!(joined(&pieces), body.whole());
    }

    #[test]
    fn a_small_piece_alone_is_not_copied_either() {
        let piece = Bytes::from(vec![1, 2, 3]);
        let mut body = Body::default();
        assert!(body.push(piece.clone(), 3));
        assert_eq!(piece.as_ptr(), body.whole().as_ptr());
    }

    #[test]
    fn pieces_are_joined_in_order() {
        let mut body = Body::default();
        for piece in ["ab", "", "c"] {
            assert!(body.push(Bytes::from(piece), 3));
        }
        assert_eq!((3, Bytes::from("abc")), (body.length, body.whole()));
    }

    #[test]
    fn a_byte_too_many_is_refused() {
        let mut body = Body::default();
        assert!(body.push(Bytes::from_static(b"1234"), 4));
        assert!(!body.push(Bytes::from_static(b"5"), 4));
    }
}
