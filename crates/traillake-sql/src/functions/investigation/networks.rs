//! Addresses in texts that may hold anything.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Whether both are what they should be, and the network holds the address.
pub(super) fn contains(cidr: &str, address: &str) -> bool {
    match (network(cidr.trim()), parsed(address)) {
        (Some(network), Some(address)) => network.contains(&address),
        _ => false,
    }
}

/// A network in CIDR form, or one address.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| parsed(text).map(IpNet::from))
}

/// An address; version 4 inside version 6 counts as version 4.
fn parsed(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

pub(super) fn is_private(text: &str) -> bool {
    match parsed(text) {
        Some(IpAddr::V4(address)) => {
            let shared = Ipv4Net::new_assert([100, 64, 0, 0].into(), 10);
            address.is_private() || address.is_loopback() || address.is_link_local() || shared.contains(&address)
        }
        Some(IpAddr::V6(address)) => {
            address.is_unique_local() || address.is_loopback() || address.is_unicast_link_local()
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_both_versions_hold_their_addresses() {
        assert!(contains("10.0.0.0/8", " 10.255.0.1"));
        assert!(contains("10.0.0.1", "10.0.0.1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(contains("2001:db8::/32", "2001:db8:1::1"));
        assert!(!contains("10.0.0.0/8", "2001:db8::1"));
    }

    #[test]
    fn what_is_no_address_is_in_no_network() {
        for (cidr, address) in [("x", "10.0.0.1"), ("10.0.0.0/33", "10.0.0.1"), ("10.0.0.0/8", ""), ("", "")] {
            assert!(!contains(cidr, address), "{cidr} {address}");
        }
    }

    #[test]
    fn private_addresses_are_those_that_are_not_routed() {
        for private in [
            "10.0.0.1",
            "172.31.0.1",
            "192.168.0.1",
            "127.0.0.1",
            "169.254.1.1",
            "100.64.0.1",
            "fd00::1",
            "::1",
            "fe80::1",
        ] {
            assert!(is_private(private), "{private}");
        }
        for other in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2600::1", "", "s3.amazonaws.com"] {
            assert!(!is_private(other), "{other}");
        }
    }
}
