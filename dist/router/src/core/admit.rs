//! What a decision leaves behind: the credit, the prompt in the index, the session's endpoint.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::decide::{Decision, Session};
use super::endpoint::Endpoint;
use super::state::Core;
use super::ticket::Ticket;

impl Core {
    /// Count the request at its first choice, and remember its prefix there.
    pub fn admit(&self, decision: &Decision) -> Option<Ticket> {
        let endpoint = decision.choices.first()?;
        self.remember(decision, endpoint);
        if decision.cold {
            endpoint.set_cold_at(self.colds.fetch_add(1, Relaxed) + 1);
        }
        if let Some(session) = decision.session {
            self.pin(session, endpoint);
        }
        Some(Ticket::new(
            endpoint.clone(),
            decision,
            decision.model.clone(),
            self.telemetry.clone(),
        ))
    }

    /// Move a request to another endpoint before anything was sent back: the next choice, or whichever
    /// one served it. Its prompt is remembered there.
    pub fn retry(&self, ticket: &mut Ticket, decision: &Decision, endpoint: &Arc<Endpoint>) {
        self.remember(decision, endpoint);
        ticket.move_to(endpoint.clone());
    }

    fn remember(&self, decision: &Decision, endpoint: &Endpoint) {
        if decision.blocks.is_empty() {
            return;
        }
        let capacity = self.live.load().capacity(endpoint);
        let mut index = self.index.write();
        if !endpoint.retired() {
            index.record(endpoint.slot, &decision.blocks, capacity);
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
