//! Hashes of bytes, with and without a key.

use datafusion::common::{Result, exec_datafusion_err};
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use twox_hash::XxHash64;

use super::DOC;
use crate::functions::kit::Kind::Varbinary;
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc, Origin};

pub(super) fn functions() -> Vec<Function> {
    let mut all: Vec<Function> = HASHES.iter().map(hash).collect();
    all.extend(KEYED.iter().map(keyed));
    all.push(crc32());
    all
}

/// What distinguishes one hash from another.
struct Hash<F: 'static> {
    name: &'static str,
    of: F,
    usage: &'static [&'static str],
    text: &'static str,
    origin: Origin,
    examples: &'static [(&'static str, &'static str)],
}

impl<F> Hash<F> {
    fn doc(&self) -> FunctionDoc {
        let &Self { name, usage, text, origin, examples, .. } = self;
        FunctionDoc { name, usage, text, origin, examples, ..DOC }
    }
}

/// The hash of some bytes.
type OfBytes = fn(&[u8]) -> Vec<u8>;
/// The hash of some bytes with a key.
type OfBytesAndKey = fn(&[u8], &[u8]) -> Result<Vec<u8>>;

const HASHES: &[Hash<OfBytes>] = &[
    Hash {
        name: "md5",
        of: |bytes| Md5::digest(bytes).to_vec(),
        usage: &["md5(varbinary) → varbinary"],
        text: "MD5 of the bytes.",
        origin: Origin::Crate("md-5"),
        examples: &[("to_hex(md5(to_utf8('abc')))", "900150983CD24FB0D6963F7D28E17F72")],
    },
    Hash {
        name: "sha1",
        of: |bytes| Sha1::digest(bytes).to_vec(),
        usage: &["sha1(varbinary) → varbinary"],
        text: "SHA-1 of the bytes.",
        origin: Origin::Crate("sha1"),
        examples: &[("to_hex(sha1(to_utf8('abc')))", "A9993E364706816ABA3E25717850C26C9CD0D89D")],
    },
    Hash {
        name: "sha256",
        of: |bytes| Sha256::digest(bytes).to_vec(),
        usage: &["sha256(varbinary) → varbinary"],
        text: "SHA-256 of the bytes.",
        origin: Origin::Crate("sha2"),
        examples: &[(
            "to_hex(sha256(to_utf8('abc')))",
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        )],
    },
    Hash {
        name: "sha512",
        of: |bytes| Sha512::digest(bytes).to_vec(),
        usage: &["sha512(varbinary) → varbinary"],
        text: "SHA-512 of the bytes.",
        origin: Origin::Crate("sha2"),
        examples: &[("substr(to_hex(sha512(to_utf8('abc'))), 1, 16)", "DDAF35A193617ABA")],
    },
    Hash {
        name: "xxhash64",
        of: |bytes| XxHash64::oneshot(0, bytes).to_be_bytes().to_vec(),
        usage: &["xxhash64(varbinary) → varbinary"],
        text: "xxHash64 of the bytes: eight bytes, the highest first.",
        origin: Origin::Crate("twox-hash"),
        examples: &[("to_hex(xxhash64(to_utf8('abc')))", "44BC2CF5AD770999")],
    },
];

const KEYED: &[Hash<OfBytesAndKey>] = &[
    Hash {
        name: "hmac_md5",
        of: |bytes, key| finished(Hmac::<Md5>::new_from_slice(key), bytes),
        usage: &["hmac_md5(varbinary, key) → varbinary"],
        text: "HMAC of the bytes with MD5 and a key of bytes.",
        origin: Origin::Crate("hmac"),
        examples: &[(
            "to_hex(hmac_md5(to_utf8('what do ya want for nothing?'), to_utf8('Jefe')))",
            "750C783E6AB0B503EAA86E310A5DB738",
        )],
    },
    Hash {
        name: "hmac_sha1",
        of: |bytes, key| finished(Hmac::<Sha1>::new_from_slice(key), bytes),
        usage: &["hmac_sha1(varbinary, key) → varbinary"],
        text: "HMAC of the bytes with SHA-1 and a key of bytes.",
        origin: Origin::Crate("hmac"),
        examples: &[(
            "to_hex(hmac_sha1(to_utf8('what do ya want for nothing?'), to_utf8('Jefe')))",
            "EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79",
        )],
    },
    Hash {
        name: "hmac_sha256",
        of: |bytes, key| finished(Hmac::<Sha256>::new_from_slice(key), bytes),
        usage: &["hmac_sha256(varbinary, key) → varbinary"],
        text: "HMAC of the bytes with SHA-256 and a key of bytes.",
        origin: Origin::Crate("hmac"),
        examples: &[(
            "to_hex(hmac_sha256(to_utf8('what do ya want for nothing?'), to_utf8('Jefe')))",
            "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843",
        )],
    },
    Hash {
        name: "hmac_sha512",
        of: |bytes, key| finished(Hmac::<Sha512>::new_from_slice(key), bytes),
        usage: &["hmac_sha512(varbinary, key) → varbinary"],
        text: "HMAC of the bytes with SHA-512 and a key of bytes.",
        origin: Origin::Crate("hmac"),
        examples: &[(
            "substr(to_hex(hmac_sha512(to_utf8('what do ya want for nothing?'), to_utf8('Jefe'))), 1, 16)",
            "164B7A7BFCF819E2",
        )],
    },
];

fn hash(hash: &'static Hash<OfBytes>) -> Function {
    scalar(hash.name).on(&[Varbinary], |row| Ok(Some((hash.of)(row.bytes(0))))).documented(hash.doc())
}

fn keyed(hash: &'static Hash<OfBytesAndKey>) -> Function {
    let function = scalar(hash.name).on(&[Varbinary, Varbinary], |row| (hash.of)(row.bytes(0), row.bytes(1)).map(Some));
    function.documented(hash.doc())
}

fn finished<M: Mac>(mac: std::result::Result<M, hmac::digest::InvalidLength>, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut mac = mac.map_err(|error| exec_datafusion_err!("{error}"))?;
    mac.update(bytes);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn crc32() -> Function {
    scalar("crc32").on(&[Varbinary], |row| Ok(Some(i64::from(crc32fast::hash(row.bytes(0)))))).documented(FunctionDoc {
        name: "crc32",
        usage: &["crc32(varbinary) → bigint"],
        text: "CRC-32 of the bytes.",
        origin: Origin::Crate("crc32fast"),
        examples: &[("crc32(to_utf8('abc'))", "891568578")],
        ..DOC
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn hashes_take_bytes_and_not_texts() {
        let names = HASHES.iter().map(|hash| hash.name).chain(["crc32"]);
        for name in names {
            assert_eq!(value(&format!("{name}(NULL)")).unwrap(), "NULL", "{name}");
            assert!(value(&format!("{name}('abc')")).unwrap_err().contains("Unexpected parameters"), "{name}");
        }
    }

    #[test]
    fn hashes_of_nothing_are_known() {
        assert_eq!(value("to_hex(md5(X''))").unwrap(), "D41D8CD98F00B204E9800998ECF8427E");
        assert_eq!(value("to_hex(xxhash64(X''))").unwrap(), "EF46DB3751D8E999");
        assert_eq!(value("crc32(X'')").unwrap(), "0");
        assert_eq!(value("length(sha512(X''))").unwrap(), "64");
    }

    #[test]
    fn keys_may_have_any_length() {
        for hash in KEYED {
            assert!(value(&format!("length({}(X'', X''))", hash.name)).is_ok(), "{}", hash.name);
            assert!(value(&format!("length({}(X'00', rpad(X'', 1000, X'61')))", hash.name)).is_ok(), "{}", hash.name);
            assert_eq!(value(&format!("{}(X'00', NULL)", hash.name)).unwrap(), "NULL", "{}", hash.name);
        }
    }
}
