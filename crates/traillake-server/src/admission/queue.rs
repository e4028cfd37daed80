//! Who runs, who waits, and whose turn it is.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::Permit;

/// Callers who run or wait; those who do neither are forgotten.
#[derive(Debug, Default)]
pub(super) struct Queue {
    callers: HashMap<Arc<str>, Caller>,
    running: usize,
    queued: usize,
    /// Number of the next ticket.
    tickets: u64,
    /// Number of the next turn.
    turns: u64,
}

#[derive(Debug, Default)]
struct Caller {
    running: usize,
    waiting: VecDeque<Waiting>,
    /// When it last came to wait or was let in: the lowest has waited longest for a turn.
    turn: u64,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    slot: oneshot::Sender<Permit>,
}

impl Queue {
    /// Queries that hold a slot.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// Queries that wait.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// Queries of one caller, running and waiting.
    pub(super) fn of_caller(&self, caller: &str) -> usize {
        self.callers.get(caller).map_or(0, |caller| caller.running + caller.waiting.len())
    }

    /// Adds a query at the end of its caller's own line; returns its number.
    pub(super) fn push(&mut self, caller: &Arc<str>, slot: oneshot::Sender<Permit>) -> u64 {
        let (number, turn) = (self.tickets, self.turns);
        let entry = self.callers.entry(Arc::clone(caller)).or_default();
        if entry.waiting.is_empty() {
            entry.turn = turn;
            self.turns += 1;
        }
        entry.waiting.push_back(Waiting { number, slot });
        self.tickets += 1;
        self.queued += 1;
        number
    }

    /// Gives a slot to the waiting caller who runs the fewest, and of those to whoever's turn it is.
    pub(super) fn pop(&mut self) -> Option<(Arc<str>, oneshot::Sender<Permit>)> {
        let waiting = self.callers.iter_mut().filter(|(_, caller)| !caller.waiting.is_empty());
        let (name, caller) = waiting.min_by_key(|(_, caller)| (caller.running, caller.turn))?;
        let next = caller.waiting.pop_front()?;
        (caller.running, caller.turn) = (caller.running + 1, self.turns);
        (self.running, self.queued, self.turns) = (self.running + 1, self.queued - 1, self.turns + 1);
        Some((Arc::clone(name), next.slot))
    }

    /// Takes a waiting query out; its sender is returned, to be dropped outside of the lock.
    pub(super) fn remove(&mut self, caller: &str, number: u64) -> Option<oneshot::Sender<Permit>> {
        let entry = self.callers.get_mut(caller)?;
        let at = entry.waiting.iter().position(|waiting| waiting.number == number)?;
        let waiting = entry.waiting.remove(at)?;
        self.queued -= 1;
        self.forget_idle(caller);
        Some(waiting.slot)
    }

    /// Takes a slot back.
    pub(super) fn release(&mut self, caller: &str) {
        if let Some(entry) = self.callers.get_mut(caller) {
            entry.running = entry.running.saturating_sub(1);
            self.running = self.running.saturating_sub(1);
            self.forget_idle(caller);
        }
    }

    fn forget_idle(&mut self, caller: &str) {
        if self.of_caller(caller) == 0 {
            self.callers.remove(caller);
        }
    }

    /// Callers that are remembered.
    #[cfg(test)]
    pub(super) fn callers(&self) -> usize {
        self.callers.len()
    }
}
