//! Addresses as sixteen bytes, and prefixes as texts.

use std::net::{IpAddr, Ipv6Addr};

use datafusion::common::{Result, exec_datafusion_err};
use ipnet::IpNet;

use crate::functions::kit::IpAddress;

/// The address of sixteen bytes; a mapped one is of version 4.
pub(super) fn of_bytes(bytes: &[u8]) -> Result<IpAddr> {
    let sixteen = <[u8; 16]>::try_from(bytes);
    let sixteen = sixteen.map_err(|_| exec_datafusion_err!("Invalid IP address binary length: {}", bytes.len()))?;
    Ok(IpAddr::V6(Ipv6Addr::from(sixteen)).to_canonical())
}

/// The address that a text means.
pub(super) fn of_text(text: &str) -> Result<IpAddr> {
    let address = text.parse::<IpAddr>();
    address
        .map(|address| address.to_canonical())
        .map_err(|_| exec_datafusion_err!("Cannot cast value to IPADDRESS: {text}"))
}

/// The sixteen bytes of an address.
pub(super) fn to_bytes(address: IpAddr) -> IpAddress {
    match address {
        IpAddr::V4(address) => IpAddress(address.to_ipv6_mapped().octets()),
        IpAddr::V6(address) => IpAddress(address.octets()),
    }
}

/// The prefix that a text such as `10.0.0.0/8` means; an address alone is a prefix of all its bits.
pub(super) fn prefix(text: &str) -> Result<IpNet> {
    let invalid = || exec_datafusion_err!("Cannot cast value to IPPREFIX: {text}");
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address = address.parse::<IpAddr>().map_err(|_| invalid())?.to_canonical();
    match bits {
        Some(bits) => bits.parse().ok().and_then(|bits| IpNet::new(address, bits).ok()).ok_or_else(invalid),
        None => Ok(IpNet::from(address)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_addresses_are_of_version_four() {
        let four = of_text("10.0.0.1").unwrap();
        assert_eq!(of_text("::ffff:10.0.0.1").unwrap(), four);
        assert_eq!(of_bytes(&to_bytes(four).0).unwrap(), four);
        assert!(of_bytes(&[1, 2, 3, 4]).is_err());
        assert!(of_text("iam.amazonaws.com").is_err());
    }

    #[test]
    fn prefixes_have_bits_or_all_of_them() {
        assert_eq!(prefix("10.1.2.3/8").unwrap().trunc().to_string(), "10.0.0.0/8");
        assert_eq!(prefix("10.1.2.3").unwrap().prefix_len(), 32);
        assert_eq!(prefix("2001:db8::/32").unwrap().prefix_len(), 32);
        for bad in ["", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "10.0.0.0/8/8"] {
            assert!(prefix(bad).is_err(), "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn addresses_round_trip(bytes: [u8; 16]) {
            let address = of_bytes(&bytes).unwrap();
            proptest::prop_assert_eq!(to_bytes(address).0, bytes);
            proptest::prop_assert_eq!(of_text(&address.to_string()).unwrap(), address);
        }
    }
}
