//! Secrets in memory: what signatures need of them, without the secrets themselves.

use std::fmt;

use aws_lc_rs::hmac;

/// HMAC-SHA256 under `AWS4` + secret access key, the first step of every signing key.
#[derive(Clone)]
pub(super) struct SigningSecret(hmac::Key);

impl SigningSecret {
    pub(super) fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, format!("AWS4{secret}").as_bytes()))
    }

    /// The key that signs requests of this scope: date (`yyyymmdd`), region and service.
    pub(super) fn signing_key(&self, date: &str, region: &str, service: &str) -> hmac::Key {
        let next =
            |key: &hmac::Key, text: &str| hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(key, text.as_bytes()).as_ref());
        [region, service, "aws4_request"].into_iter().fold(next(&self.0, date), |key, text| next(&key, text))
    }

    /// Whether this is the secret, in constant time. Secrets have no NUL, with which HMAC pads its keys.
    pub(super) fn is(&self, candidate: &str) -> bool {
        let probe = b"is it the same";
        let same = hmac::verify(&Self::new(candidate).0, probe, hmac::sign(&self.0, probe).as_ref()).is_ok();
        same && !candidate.contains('\0')
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::hex;
    use super::*;

    /// The example of AWS's page "Deriving the signing key".
    #[test]
    fn signing_keys_are_derived_as_aws_publishes_it() {
        let secret = SigningSecret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let key = secret.signing_key("20150830", "us-east-1", "iam");
        let text = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
                    f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        let signature = hmac::sign(&key, text.as_bytes());
        assert_eq!(hex::encode(signature.as_ref()), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    #[test]
    fn a_secret_is_only_itself() {
        let secret = SigningSecret::new("secret");
        assert!(secret.is("secret"));
        for other in ["", "Secret", "secret ", "secret\0", "secre"] {
            assert!(!secret.is(other), "{other:?}");
        }
        assert_eq!(format!("{secret:?}"), "SigningSecret(..)");
    }
}
