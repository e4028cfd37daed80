//! The names a server goes by.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::http::uri::Authority;

use super::super::NetError;

/// Names and ports under which clients may reach a server; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct HostPolicy {
    bound: SocketAddr,
    names: Arc<[Name]>,
}

/// A configured name; without a port, any will do, since something may forward to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    host: String,
    port: Option<u16>,
}

impl HostPolicy {
    /// Loopback, the address that is listened on, and these names, each optionally with a port.
    ///
    /// # Errors
    /// [`NetError::BadHost`]
    pub(crate) fn new(bound: SocketAddr, names: &[String]) -> Result<Self, NetError> {
        let names = names.iter().map(|name| parse(name).ok_or_else(|| NetError::BadHost { name: name.clone() }));
        Ok(Self { bound, names: names.collect::<Result<_, _>>()? })
    }

    /// Whether a client that speaks to this host, over a connection with this local end, means this server.
    pub(super) fn allows(&self, authority: &Authority, local: Option<SocketAddr>) -> bool {
        let Some(host) = name_of(authority) else { return false };
        let configured =
            |name: &Name| name.host == host && name.port.is_none_or(|port| Some(port) == authority.port_u16());
        self.is_own_port(authority.port_u16()) && self.is_own_address(&host, local) || self.names.iter().any(configured)
    }

    /// Clients leave out the port their scheme implies.
    fn is_own_port(&self, port: Option<u16>) -> bool {
        match port {
            Some(port) => port == self.bound.port(),
            None => matches!(self.bound.port(), 80 | 443),
        }
    }

    /// Whether a host is this machine by a name nobody else can point elsewhere: loopback, or the very address.
    fn is_own_address(&self, host: &str, local: Option<SocketAddr>) -> bool {
        if host == "localhost" {
            return true;
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        literal.is_ok_and(|address| {
            let is = |own: SocketAddr| own.ip().to_canonical() == address.to_canonical();
            address.to_canonical().is_loopback() || is(self.bound) || local.is_some_and(is)
        })
    }
}

/// A configured name in the form in which hosts are compared.
fn parse(name: &str) -> Option<Name> {
    let authority: Authority = name.parse().ok()?;
    Some(Name { host: name_of(&authority)?, port: authority.port_u16() })
}

/// The name in small letters, without the dot that ends it; none when there is a user or an odd port before or
/// behind it.
fn name_of(authority: &Authority) -> Option<String> {
    let host = authority.host();
    let rest = authority.as_str().strip_prefix(host)?;
    let has_port = rest
        .strip_prefix(':')
        .is_some_and(|port| Some(port.to_owned()) == authority.port_u16().map(|port| port.to_string()));
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (!host.is_empty() && (rest.is_empty() || has_port)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(bound: &str, names: &[&str]) -> HostPolicy {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        HostPolicy::new(bound.parse().unwrap(), &names).unwrap()
    }

    fn allowed(policy: &HostPolicy, host: &str) -> bool {
        host.parse().is_ok_and(|authority| policy.allows(&authority, None))
    }

    #[test]
    fn loopback_is_meant_with_its_own_port_only() {
        let policy = policy("127.0.0.1:8816", &[]);
        for host in
            ["localhost:8816", "LOCALHOST:8816", "localhost.:8816", "127.0.0.1:8816", "[::1]:8816", "127.9.9.9:8816"]
        {
            assert!(allowed(&policy, host), "{host}");
        }
        for host in [
            "localhost",
            "localhost:8817",
            "evil.example:8816",
            "localhost.evil.example:8816",
            "127.0.0.1.evil.example:8816",
            "user@localhost:8816",
            "localhost:08816",
            "localhost:",
            "10.0.0.1:8816",
            "0.0.0.0:8816",
            ".:8816",
        ] {
            assert!(!allowed(&policy, host), "{host}");
        }
    }

    #[test]
    fn the_address_of_the_connection_is_meant_too() {
        let policy = policy("0.0.0.0:80", &[]);
        let authority: Authority = "10.0.0.1".parse().unwrap();
        assert!(policy.allows(&authority, Some("10.0.0.1:80".parse().unwrap())));
        assert!(policy.allows(&authority, Some("[::ffff:10.0.0.1]:80".parse().unwrap())));
        assert!(!policy.allows(&authority, Some("10.0.0.2:80".parse().unwrap())));
        assert!(!policy.allows(&authority, None));
    }

    #[test]
    fn configured_names_are_meant_with_their_port_if_they_have_one() {
        let policy = policy("0.0.0.0:8816", &["Lake.Example.com", "lake:443", "[2001:db8::1]:80"]);
        for host in ["lake.example.com", "lake.example.com.:99", "lake:443", "[2001:db8::1]:80"] {
            assert!(allowed(&policy, host), "{host}");
        }
        for host in ["lake", "lake:8816", "www.lake.example.com", "[2001:db8::1]:81", "lake.example.co"] {
            assert!(!allowed(&policy, host), "{host}");
        }
    }

    #[test]
    fn names_that_no_client_sends_are_refused() {
        for name in ["", "a b", "http://lake.example.com", "user@lake", "lake:", "lake:99999", "lake/x"] {
            let error = HostPolicy::new("127.0.0.1:1".parse().unwrap(), &[name.to_owned()]).unwrap_err();
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }
}
