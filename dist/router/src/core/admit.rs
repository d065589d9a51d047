//! What a decision leaves behind: the credit, the prompt in the index, the session's endpoint.

use std::sync::atomic::Ordering::Relaxed;

use super::decide::{Decision, Session};
use super::endpoint::Endpoint;
use super::state::Core;
use super::ticket::Ticket;

impl Core {
    /// Count the request at its first choice, and remember its prefix there.
    pub fn admit(&self, decision: &Decision) -> Option<Ticket> {
        let endpoint = decision.choices.first()?;
        self.remember(&decision.blocks, endpoint);
        if decision.cold {
            endpoint.set_cold_at(self.colds.fetch_add(1, Relaxed) + 1);
        }
        if let Some(session) = decision.session {
            self.pin(session, endpoint);
        }
        Some(Ticket::new(endpoint.clone(), decision, self.own.clone()))
    }

    /// Blocks of a prompt are at this endpoint now.
    pub(super) fn remember(&self, blocks: &[u64], endpoint: &Endpoint) {
        if blocks.is_empty() {
            return;
        }
        let capacity = self.live.load().capacity(endpoint);
        let mut index = self.index.write();
        if !endpoint.retired() {
            index.record(endpoint.slot, blocks, capacity);
        }
    }

    /// A session moves only when its endpoint could not be chosen.
    fn pin(&self, session: Session, endpoint: &Endpoint) {
        let stays = session.stays.is_none_or(|slot| slot == endpoint.slot);
        if !stays {
            return;
        }
        let capacity = self.live.load().settings.session.capacity;
        let mut sessions = self.sessions.lock();
        if !endpoint.retired() {
            sessions.pin(session.key, endpoint.slot, self.now(), capacity);
        }
    }
}
