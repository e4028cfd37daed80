//! `result_sign.json`: the hashes of the result files and their signature.
//!
//! Source: AWS CloudTrail User Guide, "Validate CloudTrail Lake saved query results".

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::failure::DeliveryError;
use super::file::FinishedFile;
use crate::signing::Signing;

/// Name of the file.
pub(super) const NAME: &str = "result_sign.json";

/// The signed list of the files.
pub(super) async fn document(
    files: &[FinishedFile],
    region: &str,
    completed_at: DateTime<Utc>,
    signing: &Signing,
) -> Result<Vec<u8>, DeliveryError> {
    let hashes: Vec<&str> = files.iter().map(|file| file.hash.as_str()).collect();
    let signed = signing.sign(&hashes.join(" ")).await.map_err(DeliveryError::Signing)?;
    let listed = files.iter().map(|file| json!({ "fileHashValue": file.hash, "fileName": file.name }));
    let document = json!({
        "version": "1.0",
        "region": region,
        "files": listed.collect::<Vec<Value>>(),
        "hashAlgorithm": "SHA-256",
        "signatureAlgorithm": "SHA256withRSA",
        "queryCompleteTime": completed_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "hashSignature": signed.signature,
        "publicKeyFingerprint": signed.fingerprint,
    });
    Ok(document.to_string().into_bytes())
}
