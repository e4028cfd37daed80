//! Prefixes of addresses. They are texts here, such as `10.0.0.0/8`.

use std::net::IpAddr;

use datafusion::common::{Result, exec_datafusion_err};
use ipnet::IpNet;

use super::DOC;
use super::address::{of_bytes, of_text, prefix, to_bytes};
use crate::functions::kit::Kind::{self, Bigint, Text};
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![ip_prefix(), ip_subnet_min(), ip_subnet_max(), ip_subnet_range(), is_subnet_of()]
}

fn ip_prefix() -> Function {
    scalar("ip_prefix")
        .on(&[Kind::IpAddress, Bigint], |row| cut(of_bytes(row.bytes(0))?, row.bigint(1)))
        .on(&[Text, Bigint], |row| cut(of_text(row.text(0))?, row.bigint(1)))
        .documented(FunctionDoc {
            name: "ip_prefix",
            usage: &["ip_prefix(address, bits) → varchar"],
            text: "The network of so many bits that an address, also one given as text, is in.",
            examples: &[("ip_prefix('192.168.255.255', 9)", "192.128.0.0/9")],
            ..DOC
        })
}

fn ip_subnet_min() -> Function {
    scalar("ip_subnet_min").on(&[Text], |row| Ok(Some(to_bytes(prefix(row.text(0))?.network())))).documented(
        FunctionDoc {
            name: "ip_subnet_min",
            usage: &["ip_subnet_min(prefix) → ipaddress"],
            text: "The first address of a network.",
            examples: &[("ip_subnet_min('192.64.0.0/9')", "192.0.0.0")],
            ..DOC
        },
    )
}

fn ip_subnet_max() -> Function {
    scalar("ip_subnet_max").on(&[Text], |row| Ok(Some(to_bytes(prefix(row.text(0))?.broadcast())))).documented(
        FunctionDoc {
            name: "ip_subnet_max",
            usage: &["ip_subnet_max(prefix) → ipaddress"],
            text: "The last address of a network.",
            examples: &[("ip_subnet_max('192.64.0.0/9')", "192.127.255.255")],
            ..DOC
        },
    )
}

fn ip_subnet_range() -> Function {
    scalar("ip_subnet_range")
        .on(&[Text], |row| {
            let network = prefix(row.text(0))?;
            Ok(Some(vec![Some(network.network().to_string()), Some(network.broadcast().to_string())]))
        })
        .documented(FunctionDoc {
            name: "ip_subnet_range",
            usage: &["ip_subnet_range(prefix) → array(varchar)"],
            text: "The first and the last address of a network.",
            examples: &[("ip_subnet_range('1.2.3.160/24')", "[1.2.3.0, 1.2.3.255]")],
            ..DOC
        })
}

fn is_subnet_of() -> Function {
    scalar("is_subnet_of")
        .on(&[Text, Kind::IpAddress], |row| {
            Ok(Some(prefix(row.text(0))?.contains(&IpNet::from(of_bytes(row.bytes(1))?))))
        })
        .on(&[Text, Text], |row| Ok(Some(prefix(row.text(0))?.contains(&prefix(row.text(1))?))))
        .documented(FunctionDoc {
            name: "is_subnet_of",
            usage: &["is_subnet_of(prefix, ipaddress) → boolean", "is_subnet_of(prefix, prefix) → boolean"],
            text: "Whether an address or a network is in a network.",
            examples: &[
                ("is_subnet_of('1.2.3.128/26', IPADDRESS '1.2.3.129')", "true"),
                ("is_subnet_of('192.168.3.131/26', '192.168.3.144/30')", "true"),
            ],
            ..DOC
        })
}

fn cut(address: IpAddr, bits: i64) -> Result<Option<String>> {
    let (version, most) = if address.is_ipv4() { (4, 32) } else { (6, 128) };
    let network = u8::try_from(bits).ok().and_then(|bits| IpNet::new(address, bits).ok());
    let network =
        network.ok_or_else(|| exec_datafusion_err!("IPv{version} subnet size must be in range [0, {most}]"))?;
    Ok(Some(network.trunc().to_string()))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn prefixes_are_cut_from_addresses() {
        assert_eq!(value("ip_prefix(IPADDRESS '10.1.2.3', 8)").unwrap(), "10.0.0.0/8");
        assert_eq!(value("ip_prefix('2001:db8:1::1', 32)").unwrap(), "2001:db8::/32");
        assert_eq!(value("ip_prefix('10.1.2.3', 0)").unwrap(), "0.0.0.0/0");
        assert_eq!(value("ip_prefix('10.1.2.3', NULL)").unwrap(), "NULL");
        assert!(value("ip_prefix('10.1.2.3', 33)").unwrap_err().contains("IPv4 subnet size must be in range [0, 32]"));
        assert!(value("ip_prefix('::1', -1)").unwrap_err().contains("IPv6 subnet size must be in range [0, 128]"));
        assert!(value("ip_prefix('x', 8)").unwrap_err().contains("Cannot cast value to IPADDRESS: x"));
    }

    #[test]
    fn networks_have_a_first_and_a_last_address() {
        assert_eq!(value("ip_subnet_min('10.1.2.3')").unwrap(), "10.1.2.3");
        assert_eq!(value("ip_subnet_max('2001:db8::/126')").unwrap(), "2001:db8::3");
        assert_eq!(value("ip_subnet_min(NULL)").unwrap(), "NULL");
        assert_eq!(value("ip_subnet_max(NULL)").unwrap(), "NULL");
        assert_eq!(value("ip_subnet_range(NULL)").unwrap(), "NULL");
        assert!(value("ip_subnet_range('10.0.0.0/99')").unwrap_err().contains("Cannot cast value to IPPREFIX"));
        assert!(value("ip_subnet_min('')").is_err());
    }

    #[test]
    fn subnets_lie_inside_their_network() {
        assert_eq!(value("is_subnet_of('10.0.0.0/8', '10.0.0.0/7')").unwrap(), "false");
        assert_eq!(value("is_subnet_of('10.0.0.0/8', '10.0.0.0/8')").unwrap(), "true");
        assert_eq!(value("is_subnet_of('::/0', '10.0.0.0/8')").unwrap(), "false");
        assert_eq!(value("is_subnet_of('10.0.0.0/8', IPADDRESS '11.0.0.0')").unwrap(), "false");
        assert_eq!(value("is_subnet_of(NULL, '10.0.0.0/8')").unwrap(), "NULL");
        assert!(value("is_subnet_of('x', '10.0.0.0/8')").is_err());
    }
}
