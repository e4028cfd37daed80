//! The keys that sign delivered results: RSA 2048, made here, renewed before they end, their public halves kept for ever.
//!
//! ```text
//!  sign(text) ──> the key of this process, or of the lake (sealed), valid for some days yet; else a new one
//!                   └──> keys/<fingerprint>/1.json: public key, validity, private key sealed or not there at all
//!  public_keys(from, until) <── every document whose validity overlaps
//! ```
//!
//! A private key leaves this process only under the sealing key; without one, each server makes a key of its own.

mod key;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;
use traillake::{Clock, Lake, SigningKeyDocument};

use crate::access::SealingKey;

use self::key::SigningKey;

/// Time a key is valid (AWS: 30 days, as its samples show).
const VALIDITY: TimeDelta = TimeDelta::days(30);
/// A key that ends sooner signs nothing any more: two keys are valid at once for so long.
const OVERLAP: TimeDelta = TimeDelta::days(5);

/// Signs for a lake; clones share the key.
#[derive(Clone, Debug)]
pub(crate) struct Signing(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    lake: Lake,
    clock: Arc<dyn Clock>,
    sealing: Option<SealingKey>,
    current: Mutex<Option<(SigningKey, SigningKeyDocument)>>,
}

/// A signature and the key to check it with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// RSASSA-PKCS1-v1_5 over SHA-256, hexadecimal.
    pub(crate) signature: String,
    /// Of the public key.
    pub(crate) fingerprint: String,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SigningError {
    /// The lake could not be read or written.
    #[error(transparent)]
    Lake(Box<traillake::Error>),
    /// The cryptographic library refused.
    #[error("could not {what}")]
    Cryptography {
        /// A verb and its object.
        what: &'static str,
    },
}

impl From<traillake::Error> for SigningError {
    fn from(error: traillake::Error) -> Self {
        Self::Lake(Box::new(error))
    }
}

impl Signing {
    pub(crate) fn new(lake: Lake, clock: Arc<dyn Clock>, sealing: Option<SealingKey>) -> Self {
        Self(Arc::new(Shared { lake, clock, sealing, current: Mutex::default() }))
    }

    /// Signs a text with a key that stays valid for some days.
    pub(crate) async fn sign(&self, text: &str) -> Result<Signature, SigningError> {
        let now = self.0.clock.now();
        let mut current = self.0.current.lock().await;
        let usable = current.take().filter(|(_, document)| signs_at(document, now));
        let (key, document) = match usable {
            Some(usable) => usable,
            None => self.0.find_or_make(now).await?,
        };
        let signature = key.sign(text.as_bytes());
        let fingerprint = document.fingerprint.clone();
        *current = Some((key, document));
        Ok(Signature { signature: signature?, fingerprint })
    }

    /// The keys that are valid at some moment of a range, by the start of their validity.
    pub(crate) async fn public_keys(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> traillake::Result<Vec<SigningKeyDocument>> {
        let mut keys = self.0.lake.storage().signing_keys().await?;
        keys.retain(|key| key.valid_from <= until && key.valid_until >= from);
        Ok(keys)
    }
}

impl Shared {
    async fn find_or_make(&self, now: DateTime<Utc>) -> Result<(SigningKey, SigningKeyDocument), SigningError> {
        match self.find(now).await? {
            Some(found) => Ok(found),
            None => self.make(now).await,
        }
    }

    /// The newest key of the lake that can be opened and signs now.
    async fn find(&self, now: DateTime<Utc>) -> Result<Option<(SigningKey, SigningKeyDocument)>, SigningError> {
        let Some(sealing) = &self.sealing else { return Ok(None) };
        let keys = self.lake.storage().signing_keys().await.map_err(traillake::Error::from)?;
        let mut usable = keys.into_iter().rev().filter(|document| signs_at(document, now));
        Ok(usable.find_map(|document| Some((SigningKey::unsealed(&document, sealing)?, document))))
    }

    async fn make(&self, now: DateTime<Utc>) -> Result<(SigningKey, SigningKeyDocument), SigningError> {
        let made = tokio::task::spawn_blocking(SigningKey::generate).await;
        let key = made.map_err(|_| SigningError::Cryptography { what: "make a signing key" })??;
        let fingerprint = key.fingerprint();
        let sealed = self.sealing.as_ref().map(|sealing| key.sealed(&fingerprint, sealing)).transpose()?;
        let document = SigningKeyDocument {
            public_key: key.public_key(),
            sealed_private_key: sealed,
            valid_from: now,
            valid_until: now.checked_add_signed(VALIDITY).unwrap_or(now),
            fingerprint,
        };
        self.lake.storage().create_signing_key(&document).await.map_err(traillake::Error::from)?;
        tracing::info!(fingerprint = %document.fingerprint, until = %document.valid_until, "made a signing key");
        Ok((key, document))
    }
}

/// Whether a key may sign at a moment: some days before its end it does no more.
fn signs_at(document: &SigningKeyDocument, now: DateTime<Utc>) -> bool {
    let last = document.valid_until.checked_sub_signed(OVERLAP).unwrap_or(document.valid_from);
    document.valid_from <= now && now < last
}
