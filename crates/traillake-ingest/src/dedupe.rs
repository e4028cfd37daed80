//! Which events are already there: within the batch and in the store, by their ids first, then by comparing content.
//!
//! An event is the pair (partition account, content): the content holds the event id, so equal ids with different
//! content stay two events. Most ids are met once, so content is only digested of rows whose id was met before, and of
//! records without an id. These may rightly repeat; the n-th of one content in one object is the n-th of it in the
//! store. One rule covers both: a row is a duplicate if its occurrence number is at most the number of equal rows
//! already there.

use std::collections::HashMap;

use hashbrown::HashMap as FastMap;

use crate::contents::RowAt;

/// What tells an event from others at first sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    /// A hash of its event id; rows of one hash are compared by content.
    Id(u64),
    /// The digest of its content.
    Content([u8; 16]),
}

/// Events met since the last commit (in a dry run: since its start).
#[derive(Debug, Default)]
pub(crate) struct SeenEvents {
    accounts: HashMap<Option<String>, u32>,
    /// By account and id: the row met first.
    ids: FastMap<(u32, u64), RowAt>,
    /// By account and content: how often, of records without an id and of those whose id was met again.
    occurrences: FastMap<(u32, [u8; 16]), u32>,
}

impl SeenEvents {
    /// The number that stands for an account in [`Self::is_repeat`].
    pub(crate) fn account(&mut self, account: Option<&str>) -> u32 {
        let next = crate::batch::index(self.accounts.len());
        *self.accounts.entry(account.map(str::to_owned)).or_insert(next)
    }

    /// Notes the id of the row at `at`; gives back the row that has it already, if there is one.
    pub(crate) fn earlier(&mut self, account: u32, id: u64, at: RowAt) -> Option<RowAt> {
        let first = *self.ids.entry((account, id)).or_insert(at);
        (first != at).then_some(first)
    }

    /// Notes one event by content; true when it repeats one noted before.
    pub(crate) fn is_repeat(&mut self, account: u32, content: [u8; 16], occurrence: u32) -> bool {
        let known = self.occurrences.entry((account, content)).or_insert(0);
        let repeat = occurrence <= *known;
        *known = (*known).max(occurrence);
        repeat
    }

    /// Number of different events noted.
    pub(crate) fn len(&self) -> usize {
        self.ids.len() + self.occurrences.len()
    }
}

/// Numbers the records without an id by content, within one object.
///
/// Past [`Occurrences::MOST`] different contents it forgets what it has seen,
/// to stay bounded: then equal records far apart in one object count as one.
#[derive(Debug, Default)]
pub(crate) struct Occurrences(FastMap<u64, u32>);

impl Occurrences {
    const MOST: usize = 2_000_000;

    /// 1 for the first record of this content, 2 for the second, and so on.
    pub(crate) fn next(&mut self, content: [u8; 16]) -> u32 {
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        let count = self.0.entry(content.first_chunk().map_or(0, |head| u64::from_le_bytes(*head))).or_insert(0);
        *count = count.saturating_add(1);
        *count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: [u8; 16] = [1; 16];
    const B: [u8; 16] = [2; 16];

    #[test]
    fn the_same_event_again_is_a_repeat() {
        let mut seen = SeenEvents::default();
        let account = seen.account(Some("111122223333"));
        assert!(!seen.is_repeat(account, A, 1));
        assert!(seen.is_repeat(account, A, 1));
        assert!(!seen.is_repeat(account, B, 1));
    }

    #[test]
    fn the_row_that_had_an_id_first_is_found_in_its_account_only() {
        let mut seen = SeenEvents::default();
        let (one, two) = (seen.account(Some("111122223333")), seen.account(Some("444455556666")));
        let [first, second] = [0, 1].map(|row| RowAt { chunk: 0, row });
        assert_eq!(seen.earlier(one, 7, first), None);
        assert_eq!(seen.earlier(two, 7, second), None);
        assert_eq!(seen.earlier(one, 7, second), Some(first));
    }

    #[test]
    fn the_same_content_in_two_accounts_is_two_events() {
        let mut seen = SeenEvents::default();
        let (one, two) = (seen.account(Some("111122223333")), seen.account(Some("444455556666")));
        assert!(!seen.is_repeat(one, A, 1));
        assert!(!seen.is_repeat(two, A, 1));
        assert_eq!(seen.account(Some("111122223333")), one);
    }

    #[test]
    fn the_nth_occurrence_meets_the_nth() {
        let mut seen = SeenEvents::default();
        let account = seen.account(None);
        let first: Vec<bool> = [1, 2].map(|n| seen.is_repeat(account, A, n)).to_vec();
        let second: Vec<bool> = [1, 2, 3].map(|n| seen.is_repeat(account, A, n)).to_vec();
        assert_eq!((first, second), (vec![false, false], vec![true, true, false]));
    }

    #[test]
    fn occurrences_count_by_content() {
        let mut occurrences = Occurrences::default();
        assert_eq!([A, B, A, A].map(|content| occurrences.next(content)), [1, 1, 2, 3]);
    }
}
