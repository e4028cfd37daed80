//! One RSA key.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use traillake::SigningKeyDocument;

use super::SigningError;
use crate::access::{SealingKey, hex};

/// A private key with its public half.
#[derive(Debug)]
pub(super) struct SigningKey(KeyPair);

impl SigningKey {
    /// A new key of 2048 bits; takes up to a second.
    pub(super) fn generate() -> Result<Self, SigningError> {
        let refused = |_| SigningError::Cryptography { what: "make a signing key" };
        KeyPair::generate(KeySize::Rsa2048).map(Self).map_err(refused)
    }

    /// The key of a document, if it is sealed there under this sealing key.
    pub(super) fn unsealed(document: &SigningKeyDocument, sealing: &SealingKey) -> Option<Self> {
        let sealed = document.sealed_private_key.as_deref()?;
        let private = BASE64.decode(sealing.unseal(&bound_to(&document.fingerprint), sealed)?).ok()?;
        let key = Self(KeyPair::from_pkcs8(&private).ok()?);
        (key.fingerprint() == document.fingerprint).then_some(key)
    }

    /// The private key as it may be stored.
    pub(super) fn sealed(&self, fingerprint: &str, sealing: &SealingKey) -> Result<String, SigningError> {
        let refused = || SigningError::Cryptography { what: "seal a signing key" };
        let private: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| refused())?;
        sealing.seal(&bound_to(fingerprint), &BASE64.encode(private.as_ref())).map_err(|_| refused())
    }

    /// PKCS#1 `RSAPublicKey` in DER, as base64.
    pub(super) fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key().as_ref())
    }

    /// MD5 of the public key's DER, 32 hexadecimal digits, as AWS names its keys.
    pub(super) fn fingerprint(&self) -> String {
        hex::encode(&Md5::digest(self.0.public_key().as_ref()))
    }

    /// RSASSA-PKCS1-v1_5 over SHA-256, hexadecimal.
    pub(super) fn sign(&self, text: &[u8]) -> Result<String, SigningError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let signed = self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature);
        signed.map_err(|_| SigningError::Cryptography { what: "sign the result" })?;
        Ok(hex::encode(&signature))
    }
}

/// What a sealed key is bound to: no access key id has a blank.
fn bound_to(fingerprint: &str) -> String {
    format!("signing key {fingerprint}")
}
