//! Payloads that travel as base64 text, as Lambda, Kinesis and Firehose hand them on: JSON, plain or in gzip.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::read::MultiGzDecoder;

use crate::decode::Decoder;

/// Bytes that one payload may unpack to; a subscription delivers at most a few megabytes.
const MAX_BYTES: u64 = 32 << 20;
/// How gzip, JSON objects and JSON arrays begin in base64.
const STARTS: [&str; 3] = ["H4sI", "e", "W"];

/// The JSON inside; `None` where the text is anything else, damaged or too long.
pub(super) fn unpacked(text: &str) -> Option<Bytes> {
    let text = text.trim_ascii();
    if !STARTS.iter().any(|start| text.starts_with(start)) {
        return None;
    }
    let bytes = STANDARD.decode(text).ok().filter(|bytes| bytes.len() as u64 <= MAX_BYTES)?;
    let json = if Decoder::is_plain(&bytes) { bytes.into() } else { inflated(&bytes)? };
    matches!(json.trim_ascii_start().first(), Some(b'{' | b'[')).then_some(json)
}

fn inflated(bytes: &[u8]) -> Option<Bytes> {
    let mut json = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(MAX_BYTES + 1).read_to_end(&mut json).ok()?;
    (read as u64 <= MAX_BYTES).then(|| json.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> String {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        STANDARD.encode(gzip.finish().unwrap())
    }

    #[test]
    fn base64_of_json_and_of_gzip_is_unpacked() {
        assert_eq!(unpacked(&packed(b"{\"a\":1}")).as_deref(), Some(&b"{\"a\":1}"[..]));
        assert_eq!(unpacked(&STANDARD.encode(b"[1]")).as_deref(), Some(&b"[1]"[..]));
    }

    #[test]
    fn other_text_damage_and_bombs_are_left_alone() {
        assert_eq!(unpacked("plain text"), None);
        assert_eq!(unpacked("H4sIAAAA"), None);
        assert_eq!(unpacked("eyJ*"), None);
        assert_eq!(unpacked(&packed(&vec![b' '; 33 << 20])), None);
    }
}
