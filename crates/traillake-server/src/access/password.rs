//! Passwords of users of Flight alone: argon2id hashes in PHC form.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{PasswordHash, SaltString},
};

use super::{AccessError, EntryProblem, seal::random};

const SALT_BYTES: usize = 16;
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 8;
const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 12..=1024;

/// The argon2id hash of a password; slow and 19 MiB large by intention (the parameters OWASP recommends).
pub(super) fn hash(password: &str) -> Result<String, AccessError> {
    hash_with(password, Params::DEFAULT)
}

fn hash_with(password: &str, params: Params) -> Result<String, AccessError> {
    let failed = AccessError::Cryptography { what: "hash a password" };
    let Ok(salt) = SaltString::encode_b64(&random::<SALT_BYTES>()?) else { return Err(failed) };
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    match argon2.hash_password(password.as_bytes(), &salt) {
        Ok(hash) => Ok(hash.to_string()),
        Err(_) => Err(failed),
    }
}

/// Whether a password is long enough to be given to a user, and short enough to be hashed.
pub(super) fn check_new(password: &str) -> Result<(), EntryProblem> {
    if PASSWORD_BYTES.contains(&password.len()) { Ok(()) } else { Err(EntryProblem::BadPassword) }
}

/// Whether a text is a hash that can be checked with a bounded effort.
pub(super) fn check_hash(text: &str) -> Result<(), EntryProblem> {
    let hash = PasswordHash::new(text).map_err(|_| EntryProblem::BadHash)?;
    let params = Params::try_from(&hash).map_err(|_| EntryProblem::BadHash)?;
    if hash.algorithm != argon2::ARGON2ID_IDENT || hash.hash.is_none() || hash.salt.is_none() {
        return Err(EntryProblem::BadHash);
    }
    let fits = params.m_cost() <= MAX_MEMORY_KIB && params.t_cost() <= MAX_PASSES && params.p_cost() <= MAX_LANES;
    if fits { Ok(()) } else { Err(EntryProblem::CostlyHash) }
}

/// Whether the password has this hash. Takes its time and a thread: see [`super::gate::PasswordGate`].
pub(super) fn verify(password: &str, hash: &str) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    password.len() <= *PASSWORD_BYTES.end() && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
}

/// A hash that costs next to nothing, for tests.
#[cfg(test)]
pub(super) fn cheap_hash(password: &str) -> String {
    hash_with(password, Params::new(Params::MIN_M_COST, 1, 1, None).unwrap()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hash = cheap_hash("correct horse battery");
        check_hash(&hash).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(verify("correct horse battery", &hash));
        for other in ["", "correct horse batterx", &"a".repeat(1 << 20)] {
            assert!(!verify(other, &hash));
        }
        assert_ne!(hash, cheap_hash("correct horse battery"));
    }

    #[test]
    fn hashes_of_other_kinds_are_refused() {
        let argon2i = cheap_hash("password").replace("argon2id", "argon2i");
        let bare = "$argon2id$v=19$m=19456,t=2,p=1";
        for text in ["", "password", "$2b$10$abcdefghijklmnopqrstuv", &argon2i, bare] {
            assert!(matches!(check_hash(text), Err(EntryProblem::BadHash)), "{text}");
            assert!(!verify("password", text) || text == argon2i);
        }
    }

    #[test]
    fn a_hash_that_would_eat_the_machine_is_refused() {
        let cheap = cheap_hash("password");
        for (from, to) in [("m=8", "m=4194304"), ("t=1", "t=1000000"), ("p=1", "p=9")] {
            let hash = cheap.replace("m=8", "m=80").replace(from, to);
            assert!(matches!(check_hash(&hash), Err(EntryProblem::CostlyHash)), "{hash}");
        }
    }

    #[test]
    fn new_passwords_have_a_length() {
        for (length, fits) in [(0, false), (11, false), (12, true), (1024, true), (1025, false)] {
            assert_eq!(check_new(&"a".repeat(length)).is_ok(), fits, "{length}");
        }
    }
}
