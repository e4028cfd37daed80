//! Passwords that were right a moment ago, so that the second connection of a client does not cost what the first did.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::{hmac, rand::SystemRandom};

/// Passwords that are remembered; beyond them all are forgotten.
const MOST: usize = 10_000;

/// What is remembered: for the hash of a password, the password's HMAC under a key of this process.
///
/// Only right passwords are in it, and a wrong one is not told faster: it still takes the slow way.
pub(super) struct Remembered {
    key: Option<hmac::Key>,
    right: Mutex<HashMap<[u8; 32], hmac::Tag>>,
}

impl Remembered {
    /// Nothing yet. Without random numbers nothing ever.
    pub(super) fn new() -> Self {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        Self { key: key.ok(), right: Mutex::default() }
    }

    /// The password of this hash was right.
    pub(super) fn learn(&self, hash: [u8; 32], password: &str) {
        let Some(key) = &self.key else { return };
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if right.len() >= MOST {
            right.clear();
        }
        right.insert(hash, hmac::sign(key, password.as_bytes()));
    }

    /// Whether this password was right for this hash.
    pub(super) fn knows(&self, hash: &[u8; 32], password: &str) -> bool {
        let right = self.right.lock().unwrap_or_else(PoisonError::into_inner).get(hash).copied();
        let same = |key, tag: hmac::Tag| hmac::verify(key, password.as_bytes(), tag.as_ref()).is_ok();
        self.key.as_ref().zip(right).is_some_and(|(key, tag)| same(key, tag))
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_password_is_known_again_for_its_own_hash_only() {
        let remembered = Remembered::new();
        assert!(!remembered.knows(&[1; 32], "right"));
        remembered.learn([1; 32], "right");
        assert!(remembered.knows(&[1; 32], "right"));
        assert!(!remembered.knows(&[1; 32], "wrong") && !remembered.knows(&[2; 32], "right"));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let remembered = Remembered::new();
        for n in 0..=MOST {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            remembered.learn(hash, "right");
        }
        assert_eq!(remembered.right.lock().unwrap().len(), 1);
    }
}
