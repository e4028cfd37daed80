//! Certificates for trials: signed by themselves, so clients must be told to trust them.

use chrono::{Datelike, TimeDelta, Utc};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, date_time_ymd};

use super::NetError;

/// The most days a certificate may last.
const MAX_DAYS: u32 = 3650;

/// A certificate and its private key, both PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct SelfSigned {
    /// The certificate, which is its own issuer: what clients are given to trust.
    pub certificate: String,
    /// The private key. Write it into a file of mode 0600.
    pub key: String,
}

impl std::fmt::Debug for SelfSigned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SelfSigned").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

/// Makes a certificate for these names and addresses, good from yesterday for so many days (1 to 3650).
///
/// ```
/// let made = traillake_server::self_signed(&["localhost".to_owned(), "127.0.0.1".to_owned()], 30)?;
/// assert!(made.certificate.starts_with("-----BEGIN CERTIFICATE-----"));
/// # Ok::<(), traillake_server::NetError>(())
/// ```
///
/// # Errors
/// [`NetError::SelfSigned`] without a name, or for what is neither a name nor an address.
pub fn self_signed(hosts: &[String], days: u32) -> Result<SelfSigned, NetError> {
    let first =
        hosts.first().ok_or_else(|| NetError::SelfSigned { problem: "it needs a name or address".to_owned() })?;
    let failed = |error: rcgen::Error| NetError::SelfSigned { problem: error.to_string() };
    let mut params = CertificateParams::new(hosts).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, first.as_str());
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let in_days = |days: i64| {
        let date = (Utc::now() + TimeDelta::days(days)).date_naive();
        let small = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(date.year(), small(date.month()), small(date.day()))
    };
    params.not_before = in_days(-1);
    params.not_after = in_days(i64::from(days.clamp(1, MAX_DAYS)));
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    Ok(SelfSigned { certificate: certificate.pem(), key: key.serialize_pem() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_taken_and_nothing_else() {
        let hosts = |list: &[&str]| list.iter().map(|&host| host.to_owned()).collect::<Vec<_>>();
        assert!(self_signed(&hosts(&["lake.example.com", "10.0.0.1", "::1"]), 30).is_ok());
        for wrong in [&[][..], &["\u{e9}"]] {
            assert!(self_signed(&hosts(wrong), 30).is_err(), "{wrong:?}");
        }
        assert!(self_signed(&hosts(&["localhost"]), u32::MAX).is_ok());
    }

    #[test]
    fn the_key_does_not_show() {
        let made = self_signed(&["localhost".to_owned()], 1).unwrap();
        assert!(made.key.contains("PRIVATE KEY") && !format!("{made:?}").contains("PRIVATE KEY"));
    }
}
