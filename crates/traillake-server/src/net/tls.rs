//! TLS with a given certificate, which is taken anew when its files change.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustls::{
    Error as TlsError, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error as PemError, PemObject},
    },
};

use super::NetError;
use crate::access::{AccessError, read_private};

/// How often the files are looked at, at most.
const EVERY: Duration = Duration::from_secs(5);
const MAX_BYTES: u64 = 1 << 20;

/// A certificate and its key; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Tls(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    certificate: PathBuf,
    key: PathBuf,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    files: Files,
    looked: Instant,
    complained: bool,
}

/// The content of both files.
#[derive(Clone, PartialEq, Eq)]
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files(..)")
    }
}

impl Tls {
    /// Reads a certificate chain, the server's own certificate first, and its private key, both PEM. The key's file
    /// must be closed to others than its owner.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub(crate) fn load(certificate: &Path, key: &Path) -> Result<Self, NetError> {
        let files = Files::read(certificate, key)?;
        let config = files.config(certificate, key)?;
        let current = Current { config, files, looked: Instant::now(), complained: false };
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        Ok(Self(Arc::new(Shared { certificate, key, current: Mutex::new(current) })))
    }

    /// The configuration for the next connection. Files that changed are read again; what cannot be used is logged,
    /// and the old certificate stays.
    pub(super) fn current(&self) -> Arc<ServerConfig> {
        self.as_of(Instant::now())
    }

    fn as_of(&self, now: Instant) -> Arc<ServerConfig> {
        let Shared { certificate, key, current } = &*self.0;
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(current.looked) >= EVERY {
            current.looked = now;
            if let Err(error) = current.renew(certificate, key) {
                if !current.complained {
                    tracing::error!(%error, "certificate not taken; the old one stays");
                }
                current.complained = true;
            }
        }
        Arc::clone(&current.config)
    }
}

impl Current {
    fn renew(&mut self, certificate: &Path, key: &Path) -> Result<(), NetError> {
        let files = Files::read(certificate, key)?;
        if files != self.files {
            self.config = files.config(certificate, key)?;
            self.files = files;
            tracing::info!(certificate = %certificate.display(), "certificate read again");
        }
        self.complained = false;
        Ok(())
    }
}

impl Files {
    fn read(certificate: &Path, key: &Path) -> Result<Self, NetError> {
        let key = read_private(key, MAX_BYTES)?;
        let failed = |source| NetError::ReadCertificate { path: certificate.to_owned(), source };
        let length = fs::metadata(certificate).map_err(failed)?.len();
        if length > MAX_BYTES {
            return Err(AccessError::NotAFile { path: certificate.to_owned(), limit: MAX_BYTES }.into());
        }
        Ok(Self { certificate: fs::read(certificate).map_err(failed)?, key })
    }

    fn config(&self, certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, NetError> {
        let bad =
            |path: &Path, expected, problem: String| NetError::BadPem { path: path.to_owned(), expected, problem };
        let chain = CertificateDer::pem_slice_iter(&self.certificate).collect::<Result<Vec<_>, PemError>>();
        let chain = chain.and_then(|chain| if chain.is_empty() { Err(PemError::NoItemsFound) } else { Ok(chain) });
        let chain = chain.map_err(|error| bad(certificate, "a PEM certificate", without_content(&error)))?;
        let private = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|error| bad(key, "a PEM private key", without_content(&error)))?;
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let unusable = |error: TlsError| bad(certificate, "a certificate that can be used", error.to_string());
        let builder = builder.with_safe_default_protocol_versions().map_err(unusable)?;
        let config = builder.with_no_client_auth().with_single_cert(chain, private);
        let mut config = config.map_err(|error| match error {
            TlsError::InconsistentKeys(_) => {
                NetError::KeyMismatch { certificate: certificate.to_owned(), key: key.to_owned() }
            }
            TlsError::InvalidCertificate(_) => unusable(error),
            other => bad(key, "a private key that can be used", other.to_string()),
        })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// The error without the lines it met, which may be of a key.
fn without_content(error: &PemError) -> String {
    match error {
        PemError::MissingSectionEnd { .. } => "a section has no end".to_owned(),
        PemError::IllegalSectionStart { .. } => "a section starts with a line that is no PEM".to_owned(),
        PemError::Base64Decode(_) => "a section is not base64".to_owned(),
        PemError::NoItemsFound => "there is no such section".to_owned(),
        _ => "it cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{SelfSigned, self_signed};

    struct Fixture {
        folder: tempfile::TempDir,
    }

    impl Fixture {
        fn new() -> Self {
            let fixture = Self { folder: tempfile::tempdir().unwrap() };
            fixture.write(&made());
            fixture
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn write(&self, made: &SelfSigned) {
            fs::write(self.path("cert.pem"), &made.certificate).unwrap();
            self.write_key(&made.key);
        }

        fn write_key(&self, key: &str) {
            fs::write(self.path("key.pem"), key).unwrap();
            #[cfg(unix)]
            fs::set_permissions(self.path("key.pem"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }

        fn load(&self) -> Result<Tls, NetError> {
            Tls::load(&self.path("cert.pem"), &self.path("key.pem"))
        }

        fn error(&self) -> String {
            let error = self.load().unwrap_err();
            format!("{error}; hint: {}", error.hint().unwrap_or_default())
        }
    }

    fn made() -> SelfSigned {
        self_signed(&["localhost".to_owned()], 1).unwrap()
    }

    #[test]
    fn a_certificate_and_its_key_are_taken_with_both_protocols() {
        let config = Fixture::new().load().unwrap().current();
        assert_eq!(config.alpn_protocols, [b"h2".to_vec(), b"http/1.1".to_vec()]);
    }

    #[test]
    fn a_key_of_another_certificate_is_named() {
        let fixture = Fixture::new();
        fixture.write_key(&made().key);
        assert!(fixture.error().contains("key.pem` does not belong to the certificate"), "{}", fixture.error());
    }

    #[test]
    fn files_that_are_no_pem_are_named_without_what_is_in_them() {
        let fixture = Fixture::new();
        let good = made();
        for (certificate, key, expected) in [
            ("", good.key.as_str(), "cert.pem` is not a PEM certificate: there is no such section"),
            (&good.key, &good.key, "cert.pem` is not a PEM certificate: there is no such section"),
            (&good.certificate, "secret", "key.pem` is not a PEM private key: there is no such section"),
            (&good.certificate, "-----BEGIN PRIVATE KEY-----\nsecret\n", "key.pem` is not a PEM private key: "),
        ] {
            fixture.write(&SelfSigned { certificate: certificate.to_owned(), key: key.to_owned() });
            let error = fixture.error();
            assert!(error.contains(expected) && !error.contains("secret"), "{error}");
        }
        fs::remove_file(fixture.path("cert.pem")).unwrap();
        fixture.write_key(&good.key);
        assert!(fixture.error().starts_with("cannot read the certificate"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let fixture = Fixture::new();
        fs::set_permissions(fixture.path("key.pem"), PermissionsExt::from_mode(0o644)).unwrap();
        assert!(fixture.error().contains("hint: chmod 600 "), "{}", fixture.error());
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
        let fixture = Fixture::new();
        let tls = fixture.load().unwrap();
        let (first, now) = (tls.current(), Instant::now());
        fixture.write(&made());
        assert!(Arc::ptr_eq(&first, &tls.as_of(now)));
        let second = tls.as_of(now + EVERY * 2);
        assert!(!Arc::ptr_eq(&first, &second));
        fs::write(fixture.path("cert.pem"), "").unwrap();
        assert!(Arc::ptr_eq(&second, &tls.as_of(now + EVERY * 3)));
        fixture.write(&made());
        assert!(!Arc::ptr_eq(&second, &tls.as_of(now + EVERY * 4)));
    }
}
