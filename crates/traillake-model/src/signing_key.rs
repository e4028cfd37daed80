//! A key that signs delivered query results: its public half for ever, its private half sealed if it is kept in the lake.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Content of `keys/<fingerprint>/1.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKeyDocument {
    /// MD5 of the public key's DER, 32 hexadecimal digits.
    pub fingerprint: String,
    /// PKCS#1 `RSAPublicKey` in DER, as base64.
    pub public_key: String,
    /// Sealed PKCS#8 of the private key; `None` when a file of the server that made it holds it.
    pub sealed_private_key: Option<String>,
    /// First moment of its validity.
    pub valid_from: DateTime<Utc>,
    /// Last moment of its validity.
    pub valid_until: DateTime<Utc>,
}
