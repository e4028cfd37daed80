//! Secrets at rest: AES-256-GCM under one sealing key, bound to the access key id they belong to.

use std::{fmt, path::Path};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

use super::{
    AccessError,
    file::{Existing, read_private, write_private},
    hex,
};

/// Environment variable with the sealing key, as base64 or hexadecimal text.
pub const SEALING_KEY_VARIABLE: &str = "TRAILLAKE_SEALING_KEY";

const KEY_BYTES: usize = 32;
const KEY_FILE_BYTES: u64 = 1024;
/// Marks the form `v1.` + base64 of nonce, ciphertext and tag.
const VERSION: &str = "v1.";

/// The key that seals the secrets of access keys.
///
/// Signature Version 4 needs the secret itself, a hash would not do; so the users file holds it encrypted, and the
/// key lies elsewhere.
pub struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// The key in this file, else in [`SEALING_KEY_VARIABLE`]; `None` without either.
    ///
    /// # Errors
    /// When the file cannot be read or may be read by others, or the text is no key.
    pub fn find(file: Option<&Path>) -> Result<Option<Self>, AccessError> {
        match file {
            Some(path) => Self::from_file(path).map(Some),
            None => Self::from_environment(),
        }
    }

    /// The key in a file: 32 bytes, or their text.
    ///
    /// # Errors
    /// When the file cannot be read or may be read by others, or holds no key.
    pub fn from_file(path: &Path) -> Result<Self, AccessError> {
        Self::from_bytes(&read_private(path, KEY_FILE_BYTES)?, &format!("`{}`", path.display()))
    }

    /// The key in [`SEALING_KEY_VARIABLE`], if it is set.
    ///
    /// # Errors
    /// When the text is no key.
    pub fn from_environment() -> Result<Option<Self>, AccessError> {
        let origin = format!("`{SEALING_KEY_VARIABLE}`");
        std::env::var_os(SEALING_KEY_VARIABLE)
            .map(|text| Self::from_bytes(text.as_encoded_bytes(), &origin))
            .transpose()
    }

    /// Writes a new random key into a file that is not there yet, for its owner alone.
    ///
    /// # Errors
    /// When the file exists or cannot be written.
    pub fn create_file(path: &Path) -> Result<Self, AccessError> {
        let bytes: [u8; KEY_BYTES] = random()?;
        write_private(path, format!("{}\n", BASE64.encode(bytes)).as_bytes(), Existing::Keep)?;
        Self::new(&bytes)
    }

    fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, AccessError> {
        match key_bytes(bytes) {
            Some(key) => Self::new(&key),
            None => Err(AccessError::BadSealingKey { origin: origin.to_owned() }),
        }
    }

    fn new(bytes: &[u8; KEY_BYTES]) -> Result<Self, AccessError> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, bytes);
        key.map(Self).map_err(|_| AccessError::Cryptography { what: "use the sealing key" })
    }

    /// The secret as it may be stored, for this access key id alone.
    pub(crate) fn seal(&self, id: &str, secret: &str) -> Result<String, AccessError> {
        let mut sealed = secret.as_bytes().to_vec();
        let nonce = self.0.seal_in_place_append_tag(Aad::from(id.as_bytes()), &mut sealed);
        let nonce = nonce.map_err(|_| AccessError::Cryptography { what: "seal a secret" })?;
        Ok(format!("{VERSION}{}", BASE64.encode([nonce.as_ref().as_slice(), &sealed].concat())))
    }

    /// The secret that was sealed for this access key id; `None` for any other id, key or text.
    pub(crate) fn unseal(&self, id: &str, text: &str) -> Option<String> {
        let mut bytes = BASE64.decode(text.strip_prefix(VERSION)?).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let secret = self.0.open_in_place(nonce, Aad::from(id.as_bytes()), sealed).ok()?;
        String::from_utf8(secret.to_vec()).ok()
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

/// 32 bytes as they are, or as base64 or hexadecimal text.
fn key_bytes(bytes: &[u8]) -> Option<[u8; KEY_BYTES]> {
    if let Ok(key) = bytes.try_into() {
        return Some(key);
    }
    let text = std::str::from_utf8(bytes).ok()?.trim();
    hex::decode(&text.to_ascii_lowercase()).or_else(|| BASE64.decode(text).ok()?.try_into().ok())
}

/// Random bytes for keys, secrets and tokens.
pub(super) fn random<const N: usize>() -> Result<[u8; N], AccessError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| AccessError::Cryptography { what: "get random numbers" })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SealingKey {
        SealingKey::new(&[byte; KEY_BYTES]).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_for_its_own_id_under_its_own_key_only() {
        let sealed = key(1).seal("AKIDEXAMPLE", "secret").unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(key(1).unseal("AKIDEXAMPLE", &sealed).as_deref(), Some("secret"));
        assert_eq!(key(2).unseal("AKIDEXAMPLE", &sealed), None);
        assert_eq!(key(1).unseal("AKIDEXAMPLF", &sealed), None);
    }

    #[test]
    fn two_seals_of_one_secret_differ() {
        assert_ne!(key(1).seal("id", "secret").unwrap(), key(1).seal("id", "secret").unwrap());
    }

    #[test]
    fn any_flipped_or_missing_byte_keeps_a_secret_shut() {
        let sealed = key(1).seal("id", "secret").unwrap();
        let bytes = BASE64.decode(&sealed[VERSION.len()..]).unwrap();
        for n in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[n] ^= 1;
            assert_eq!(key(1).unseal("id", &format!("{VERSION}{}", BASE64.encode(&changed))), None);
            assert_eq!(key(1).unseal("id", &format!("{VERSION}{}", BASE64.encode(&bytes[..n]))), None);
        }
        for text in ["", "v1.", "v2.AAAA", "secret", &sealed[1..]] {
            assert_eq!(key(1).unseal("id", text), None, "{text}");
        }
    }

    #[test]
    fn a_key_is_taken_raw_or_as_text_and_nothing_else_is() {
        let raw = [0xab; KEY_BYTES];
        for text in [hex::encode(&raw), hex::encode(&raw).to_uppercase(), BASE64.encode(raw) + "\n"] {
            assert_eq!(key_bytes(text.as_bytes()), Some(raw), "{text}");
        }
        assert_eq!(key_bytes(&raw), Some(raw));
        for text in ["", "short", &"a".repeat(63), &BASE64.encode([1; 31])] {
            let error = SealingKey::from_bytes(text.as_bytes(), "`f`").unwrap_err();
            assert_eq!(error.to_string(), "`f` is not a sealing key");
        }
    }

    #[test]
    fn a_key_file_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.key");
        let sealed = SealingKey::create_file(&path).unwrap().seal("id", "secret").unwrap();
        assert!(SealingKey::create_file(&path).is_err());
        let found = SealingKey::find(Some(&path)).unwrap().unwrap();
        assert_eq!(found.unseal("id", &sealed).as_deref(), Some("secret"));
        assert_eq!(format!("{found:?}"), "SealingKey(..)");
    }
}
