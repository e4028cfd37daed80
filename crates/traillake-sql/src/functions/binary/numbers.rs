//! Numbers as bytes, the highest first.

use datafusion::common::{Result, exec_datafusion_err};

use super::DOC;
use crate::functions::kit::Kind::{Bigint, Double, Varbinary};
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![to_64(), from_64(), to_32(), from_32(), to_double(), from_double()]
}

fn to_64() -> Function {
    scalar("to_big_endian_64").on(&[Bigint], |row| Ok(Some(row.bigint(0).to_be_bytes().to_vec()))).documented(
        FunctionDoc {
            name: "to_big_endian_64",
            usage: &["to_big_endian_64(bigint) → varbinary"],
            text: "The eight bytes of an integer.",
            examples: &[("to_hex(to_big_endian_64(258))", "0000000000000102")],
            ..DOC
        },
    )
}

fn from_64() -> Function {
    scalar("from_big_endian_64")
        .on(&[Varbinary], |row| Ok(Some(i64::from_be_bytes(exactly("from_big_endian_64", row.bytes(0))?))))
        .documented(FunctionDoc {
            name: "from_big_endian_64",
            usage: &["from_big_endian_64(varbinary) → bigint"],
            text: "The integer of eight bytes; an error for another number of bytes.",
            examples: &[("from_big_endian_64(X'0000000000000102')", "258")],
            ..DOC
        })
}

fn to_32() -> Function {
    scalar("to_big_endian_32").on(&[Bigint], |row| small(row.bigint(0)).map(Some)).documented(FunctionDoc {
        name: "to_big_endian_32",
        usage: &["to_big_endian_32(integer) → varbinary"],
        text: "The four bytes of an integer; an error if it needs more.",
        examples: &[("to_hex(to_big_endian_32(-2))", "FFFFFFFE")],
        ..DOC
    })
}

fn from_32() -> Function {
    scalar("from_big_endian_32")
        .on(&[Varbinary], |row| Ok(Some(i64::from(i32::from_be_bytes(exactly("from_big_endian_32", row.bytes(0))?)))))
        .documented(FunctionDoc {
            name: "from_big_endian_32",
            usage: &["from_big_endian_32(varbinary) → integer"],
            text: "The integer of four bytes; an error for another number of bytes.",
            examples: &[("from_big_endian_32(X'FFFFFFFE')", "-2")],
            ..DOC
        })
}

fn to_double() -> Function {
    scalar("to_ieee754_64").on(&[Double], |row| Ok(Some(row.double(0).to_be_bytes().to_vec()))).documented(
        FunctionDoc {
            name: "to_ieee754_64",
            usage: &["to_ieee754_64(double) → varbinary"],
            text: "The eight bytes of a double.",
            examples: &[("to_hex(to_ieee754_64(1))", "3FF0000000000000")],
            ..DOC
        },
    )
}

fn from_double() -> Function {
    scalar("from_ieee754_64")
        .on(&[Varbinary], |row| Ok(Some(f64::from_be_bytes(exactly("from_ieee754_64", row.bytes(0))?))))
        .documented(FunctionDoc {
            name: "from_ieee754_64",
            usage: &["from_ieee754_64(varbinary) → double"],
            text: "The double of eight bytes; an error for another number of bytes.",
            examples: &[("from_ieee754_64(X'3FF8000000000000')", "1.5")],
            ..DOC
        })
}

fn small(number: i64) -> Result<Vec<u8>> {
    let small = i32::try_from(number).map_err(|_| exec_datafusion_err!("Out of range for integer: {number}"))?;
    Ok(small.to_be_bytes().to_vec())
}

fn exactly<const N: usize>(function: &str, bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| exec_datafusion_err!("{function}: expected {N} bytes, got {}", bytes.len()))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn the_number_of_bytes_must_fit() {
        assert!(value("from_big_endian_64(X'01')").unwrap_err().contains("expected 8 bytes, got 1"));
        assert!(value("from_big_endian_32(X'')").is_err());
        assert!(value("from_ieee754_64(X'00')").is_err());
        assert!(value("to_big_endian_32(2147483648)").unwrap_err().contains("Out of range for integer"));
    }

    #[test]
    fn bytes_of_null_are_null() {
        for name in ["to_big_endian_64", "to_big_endian_32", "to_ieee754_64"] {
            assert_eq!(value(&format!("{name}(NULL)")).unwrap(), "NULL", "{name}");
            assert_eq!(value(&format!("{}(NULL)", name.replace("to_", "from_"))).unwrap(), "NULL", "{name}");
        }
        assert_eq!(value("from_big_endian_64(to_big_endian_64(-1))").unwrap(), "-1");
    }
}
