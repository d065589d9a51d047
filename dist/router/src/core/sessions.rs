//! Which endpoint a session is with: the one that the client's token says, or the one that is remembered
//! for the name that it gave itself. What is remembered is bounded: the sessions used longest ago are forgotten first, half of
//! the capacity at a time; and none is remembered longer than its time to live after its last use.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hashbrown::HashMap;
use xxhash_rust::xxh64::xxh64;

/// A session's name, hashed: names are the client's and may be long.
pub type SessionKey = u64;

/// Hash a session's name.
pub fn key(name: &str) -> SessionKey {
    xxh64(name.as_bytes(), 0)
}

/// What says that a session is with the endpoint at an address.
pub fn token(address: &str) -> String {
    STANDARD.encode(address)
}

/// The address that a token says; `None`: it is none, but a name that the client chose.
pub fn address(token: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(token).ok()?).ok()
}

#[derive(Debug, Clone, Copy)]
struct Pin {
    slot: usize,
    used_at: u64,
}

/// Sessions and the slots of their endpoints.
#[derive(Debug, Default)]
pub struct Sessions {
    young: HashMap<SessionKey, Pin>,
    old: HashMap<SessionKey, Pin>,
}

impl Sessions {
    /// The slot of a session's endpoint.
    pub fn find(&self, key: SessionKey, now: u64, ttl: u64) -> Option<usize> {
        let pin = self.young.get(&key).or_else(|| self.old.get(&key))?;
        (now.saturating_sub(pin.used_at) <= ttl).then_some(pin.slot)
    }

    /// A session used this slot just now.
    pub fn pin(&mut self, key: SessionKey, slot: usize, now: u64, capacity: usize) {
        if self.young.len() >= capacity.div_ceil(2) && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        let used_at = now;
        self.young.insert(key, Pin { slot, used_at });
    }

    /// Forget the sessions of an endpoint that is gone.
    pub fn purge(&mut self, slot: usize) {
        self.young.retain(|_, pin| pin.slot != slot);
        self.old.retain(|_, pin| pin.slot != slot);
    }

    /// Sessions remembered; one that moved between the halves counts twice.
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_an_address_and_a_name_does_not() {
        let said = [token("10.0.0.7:8000"), "chat-7".to_owned(), String::new()];
        let said = said.each_ref().map(|text| address(text));
        assert_eq!(
            [Some("10.0.0.7:8000".to_owned()), None, Some(String::new())],
            said
        );
    }

    #[test]
    fn a_session_is_remembered_until_its_time_is_over() {
        let mut sessions = Sessions::default();
        sessions.pin(key("a"), 3, 1000, 10);
        let at = |now| sessions.find(key("a"), now, 300);
        assert_eq!([Some(3), Some(3), None], [at(1000), at(1300), at(1301)]);
    }

    #[test]
    fn sessions_used_longest_ago_are_forgotten_and_the_rest_stays() {
        let mut sessions = Sessions::default();
        for name in 0..1000_u64 {
            sessions.pin(name, 1, name, 100);
            sessions.pin(7, 2, name, 100);
            assert!(sessions.len() <= 100);
        }
        let found = |name| sessions.find(name, 1000, 10_000);
        assert_eq!([None, Some(2), Some(1)], [found(1), found(7), found(999)]);
    }

    #[test]
    fn an_endpoint_that_is_gone_has_no_sessions() {
        let mut sessions = Sessions::default();
        sessions.pin(1, 5, 0, 10);
        sessions.pin(2, 6, 0, 10);
        sessions.purge(5);
        let found = [1, 2].map(|name| sessions.find(name, 0, 10));
        assert_eq!([None, Some(6)], found);
    }
}
