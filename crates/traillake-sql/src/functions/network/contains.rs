//! `contains`: an address in a network, an element in an array.

use std::net::IpAddr;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use ipnet::IpNet;

use super::DOC;
use super::address::of_bytes;
use crate::functions::arrays::encoded::Encoded;
use crate::functions::arrays::lists::Lists;
use crate::functions::arrays::unify::array_and_element;
use crate::functions::kit::Kind::{Any, Array as AnyArray, IpAddress, Text};
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn contains() -> Function {
    scalar("contains")
        .on(&[Text, IpAddress], |row| Ok(Some(network(row.text(0))?.contains(&of_bytes(row.bytes(1))?))))
        .on_arrays(&[AnyArray, Any], |_| Ok(DataType::Boolean), |arrays, _| in_arrays(arrays))
        .fitted(array_and_element)
        .documented(FunctionDoc {
            name: "contains",
            usage: &["contains(network, ipaddress) → boolean", "contains(array(x), x) → boolean"],
            text: "Whether an address is in a network such as `10.0.0.0/8`: an error if that is none or has bits behind \
                   its prefix; addresses and networks of different versions have nothing in common. Whether an element \
                   is in an array: true if it is found, else NULL if the array has a NULL, else false.",
            examples: &[
                ("contains('10.0.0.0/8', CAST('10.1.2.3' AS ipaddress))", "true"),
                ("contains('2001:db8::/32', IPADDRESS '10.1.2.3')", "false"),
                ("contains(ARRAY['a', 'b'], 'b')", "true"),
                ("contains(ARRAY[1, NULL], 2)", "NULL"),
            ],
            ..DOC
        })
}

/// The network of a text; of version 4 only without bits behind the prefix.
fn network(text: &str) -> Result<IpNet> {
    let Some((address, bits)) = text.split_once('/') else { return exec_err!("Invalid CIDR: {text}") };
    let address = address.parse::<IpAddr>();
    let address = address.map_err(|_| exec_datafusion_err!("Invalid network IP address: {text}"))?.to_canonical();
    let Ok(bits) = bits.parse::<i32>() else { return exec_err!("Invalid CIDR: {text}") };
    if bits < 0 {
        return exec_err!("Invalid prefix length: {text}");
    }
    let network = u8::try_from(bits).ok().and_then(|bits| IpNet::new(address, bits).ok());
    let network = network.ok_or_else(|| exec_datafusion_err!("Prefix length exceeds address length: {text}"))?;
    if address.is_ipv4() && network.network() != address {
        return exec_err!("Invalid CIDR: {text}");
    }
    Ok(network)
}

fn in_arrays(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let [arrays, sought] = arrays else { return exec_err!("contains takes an array and an element") };
    let lists = Lists::of(arrays)?;
    let encoded = Encoded::of(&concat(&[lists.values().as_ref(), sought.as_ref()])?)?;
    let behind = lists.values().len();
    let found = lists.ranges().enumerate().map(|(row, range)| {
        let range = range.filter(|_| !encoded.is_null(behind + row))?;
        let found = range.clone().any(|place| encoded.at(place) == encoded.at(behind + row));
        if !found && encoded.has_null(range) { None } else { Some(found) }
    });
    Ok(Arc::new(found.collect::<BooleanArray>()))
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    #[test]
    fn addresses_are_in_networks_of_their_version() {
        let contains = |network: &str, address: &str| value(&format!("contains('{network}', IPADDRESS '{address}')"));
        assert_eq!(contains("10.0.0.0/8", "11.0.0.0").unwrap(), "false");
        assert_eq!(contains("0.0.0.0/0", "255.255.255.255").unwrap(), "true");
        assert_eq!(contains("10.1.2.3/32", "10.1.2.3").unwrap(), "true");
        assert_eq!(contains("0.0.0.0/0", "::1").unwrap(), "false");
        assert_eq!(contains("::/0", "10.0.0.1").unwrap(), "false");
        assert_eq!(contains("2001:db8::/32", "2001:db8:ffff::1").unwrap(), "true");
        assert_eq!(contains("2001:db8::1/32", "2001:db8::2").unwrap(), "true");
    }

    #[test]
    fn bad_networks_are_errors() {
        let refused = |network: &str| value(&format!("contains('{network}', IPADDRESS '10.0.0.1')")).unwrap_err();
        assert!(refused("10.0.0.0").contains("Invalid CIDR"));
        assert!(refused("10.0.0.1/8").contains("Invalid CIDR"));
        assert!(refused("10.0.0.0/x").contains("Invalid CIDR"));
        assert!(refused("10.0.0/8").contains("Invalid network IP address"));
        assert!(refused("10.0.0.0/-1").contains("Invalid prefix length"));
        assert!(refused("10.0.0.0/33").contains("Prefix length exceeds address length"));
        assert!(refused("::/999").contains("Prefix length exceeds address length"));
        assert!(value("contains('10.0.0.0/8', '10.0.0.1')").unwrap_err().contains("Unexpected parameters"));
    }

    #[test]
    fn null_is_in_nothing() {
        assert_eq!(value("contains(NULL, IPADDRESS '10.0.0.1')").unwrap(), "NULL");
        assert_eq!(value("contains('10.0.0.0/8', NULL)").unwrap(), "NULL");
        assert_eq!(value("contains(ARRAY[1], NULL)").unwrap(), "NULL");
        assert_eq!(value("contains(CAST(NULL AS array(bigint)), 1)").unwrap(), "NULL");
    }

    #[test]
    fn arrays_contain_elements_of_any_type() {
        assert_eq!(value("contains(ARRAY[1, 2], 3)").unwrap(), "false");
        assert_eq!(value("contains(ARRAY[1, NULL, 2], 2)").unwrap(), "true");
        assert_eq!(value("contains(ARRAY[1, 2], 2.0)").unwrap(), "true");
        assert_eq!(value("contains(ARRAY[ARRAY[1], ARRAY[2]], ARRAY[2])").unwrap(), "true");
        assert_eq!(value("contains(ARRAY[], 1)").unwrap(), "false");
        assert!(value("contains(ARRAY[1], 'a')").is_err());
        let found =
            rows("SELECT contains(a, b) FROM (VALUES (ARRAY['x'], 'x'), (NULL, 'y'), (ARRAY['p', 'q'], 'r')) t(a, b)");
        assert_eq!(found.unwrap(), [["true"], ["NULL"], ["false"]]);
    }
}
