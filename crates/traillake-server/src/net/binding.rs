//! Where a server may listen: on loopback always, elsewhere only when it is protected.

use std::net::SocketAddr;

use super::NetError;

/// What protects a server.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub(crate) struct Posture {
    /// There is a users file.
    pub(crate) users_file: bool,
    /// There is a certificate.
    pub(crate) tls: bool,
    /// `--insecure-open`: any credentials are taken.
    pub(crate) open: bool,
    /// `--danger-listen-unprotected`: a users file and TLS can be done without.
    pub(crate) unprotected: bool,
}

/// Whether a server in this posture may listen on this address.
///
/// # Errors
/// [`NetError::Open`], whatever else is given, and [`NetError::Unprotected`].
pub(crate) fn check_binding(address: SocketAddr, posture: Posture) -> Result<(), NetError> {
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    if posture.open {
        return Err(NetError::Open { address });
    }
    let missing = match (posture.users_file, posture.tls) {
        _ if posture.unprotected => return Ok(()),
        (true, true) => return Ok(()),
        (true, false) => "TLS",
        (false, true) => "users file",
        (false, false) => "users file and no TLS",
    };
    Err(NetError::Unprotected { address, missing })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAKED: Posture = Posture { users_file: false, tls: false, open: false, unprotected: false };

    fn check(address: &str, posture: Posture) -> Result<(), String> {
        check_binding(address.parse().unwrap(), posture)
            .map_err(|error| format!("{error}; hint: {}", error.hint().unwrap()))
    }

    #[test]
    fn loopback_needs_no_protection() {
        for address in ["127.0.0.1:0", "127.3.2.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(check(address, Posture { open: true, ..NAKED }), Ok(()), "{address}");
        }
    }

    #[test]
    fn elsewhere_takes_users_and_tls_or_a_flag_that_names_the_danger() {
        for address in ["0.0.0.0:80", "[::]:80", "10.0.0.1:80", "[2001:db8::1]:80", "[::ffff:10.0.0.1]:80"] {
            assert!(check(address, NAKED).unwrap_err().contains("no users file and no TLS; hint: give"), "{address}");
            assert!(check(address, Posture { tls: true, ..NAKED }).unwrap_err().contains("no users file; "));
            let users = Posture { users_file: true, ..NAKED };
            assert!(check(address, users).unwrap_err().contains("no TLS; "));
            assert_eq!(check(address, Posture { tls: true, ..users }), Ok(()));
            assert_eq!(check(address, Posture { unprotected: true, ..NAKED }), Ok(()));
        }
    }

    #[test]
    fn an_open_server_never_leaves_loopback() {
        let all = Posture { users_file: true, tls: true, open: true, unprotected: true };
        assert!(check("0.0.0.0:80", all).unwrap_err().contains("any credentials are taken"));
    }
}
