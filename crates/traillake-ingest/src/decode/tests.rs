use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(text, 3).unwrap()
}

/// Everything that comes, and the error that ends it.
fn decode(bytes: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
    let mut text = Vec::new();
    let mut decoder = match Decoder::new(Box::new(Cursor::new(bytes.to_vec()))) {
        Ok(decoder) => decoder,
        Err(error) => return (text, Some(error.kind())),
    };
    loop {
        match decoder.next_chunk() {
            Ok(chunk) if chunk.is_empty() => return (text, None),
            Ok(chunk) => text.extend_from_slice(&chunk),
            Err(error) => return (text, Some(error.kind())),
        }
    }
}

#[test]
fn the_format_is_told_by_the_first_bytes() {
    for bytes in [b"text".to_vec(), gzip(b"text"), zstd(b"text"), gzip(&gzip(b"text")), zstd(&gzip(b"text"))] {
        assert_eq!(decode(&bytes), (b"text".to_vec(), None));
    }
    assert_eq!(decode(b""), (Vec::new(), None));
    assert_eq!(decode(b"\x1f"), (b"\x1f".to_vec(), None));
}

#[test]
fn a_third_level_of_compression_is_refused() {
    assert_eq!(decode(&gzip(&gzip(&gzip(b"text")))).1, Some(io::ErrorKind::Unsupported));
}

#[test]
fn many_members_and_frames_are_one_text() {
    assert_eq!(decode(&[gzip(b"one "), gzip(b""), gzip(b"two")].concat()), (b"one two".to_vec(), None));
    assert_eq!(decode(&[zstd(b"one "), zstd(b"two")].concat()), (b"one two".to_vec(), None));
    assert_eq!(decode(&[gzip(b"one"), vec![0; 600]].concat()), (b"one".to_vec(), None));
}

#[test]
fn what_follows_a_stream_and_is_no_stream_is_damage() {
    let (text, error) = decode(&[gzip(b"one"), b"junk".to_vec()].concat());
    assert_eq!((text.as_slice(), error), (&b"one"[..], Some(io::ErrorKind::InvalidData)));
    assert!(decode(&[zstd(b"one"), b"junk".to_vec()].concat()).1.is_some());
}

#[test]
fn a_stream_that_ends_early_delivers_what_came() {
    let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    for bytes in [gzip(&text), zstd(&text)] {
        let (came, error) = decode(&bytes[..bytes.len() / 2]);
        assert_eq!(error, Some(io::ErrorKind::UnexpectedEof));
        assert!(came.len() > 10_000 && text.starts_with(&came));
    }
    let short = gzip(b"{\"Records\":[]}");
    let (came, error) = decode(&short[..short.len() - 6]);
    assert_eq!((came.as_slice(), error), (&b"{\"Records\":[]}"[..], Some(io::ErrorKind::UnexpectedEof)));
}

#[test]
fn a_flipped_bit_is_noticed() {
    let text = b"some text that is long enough to be compressed, compressed, compressed";
    let good = gzip(text);
    for at in 10..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        assert!(decode(&bad).1.is_some() || whole_gzip(&bad, 1 << 20).is_none(), "byte {at}");
    }
}

#[test]
fn a_short_gzip_is_decompressed_at_once_and_nothing_else_is() {
    assert_eq!(whole_gzip(&gzip(b"text"), 4).as_deref(), Some(&b"text"[..]));
    assert_eq!(whole_gzip(&gzip(b"text"), 3), None);
    assert_eq!(whole_gzip(&[gzip(b"a"), gzip(b"a")].concat(), 99), None);
    assert_eq!(whole_gzip(&gzip(&gzip(b"text")), 99), None);
    assert_eq!(whole_gzip(b"text", 99), None);
    assert_eq!(whole_gzip(&GZIP, 99), None);
}

#[test]
fn encodings_are_told_by_the_first_bytes() {
    assert_eq!(text_of(b"{\"a\":1}"), Text::Utf8 { bom_bytes: 0 });
    assert_eq!(text_of(b"\xef\xbb\xbf{}"), Text::Utf8 { bom_bytes: 3 });
    assert_eq!(text_of(b"\xff\xfe{\0"), Text::Other("UTF-16"));
    assert_eq!(text_of(b"{\0\"\0"), Text::Other("UTF-16"));
    assert_eq!(text_of(b"\0{\0\""), Text::Other("UTF-16"));
    assert_eq!(text_of(b"\xff\xfe\0\0{\0\0\0"), Text::Other("UTF-32"));
    assert_eq!(text_of(b"PAR1\0\0"), Text::Binary);
    assert_eq!(text_of(b" {\"a\":\"\0\"}"), Text::Utf8 { bom_bytes: 0 });
    assert_eq!(text_of(b""), Text::Utf8 { bom_bytes: 0 });
}

proptest! {
    #[test]
    fn any_text_comes_back_from_any_compression(text in prop::collection::vec(any::<u8>(), 0..5_000), parts in 1_usize..4) {
        prop_assume!(Decoder::is_plain(&text));
        let members: Vec<u8> = text.chunks(text.len() / parts + 1).flat_map(gzip).collect();
        if !text.is_empty() {
            prop_assert_eq!(decode(&members).0, text.clone());
        }
        prop_assert_eq!(decode(&zstd(&text)).0, text.clone());
        if let Some(whole) = whole_gzip(&gzip(&text), 10_000) {
            prop_assert_eq!(&whole[..], &text[..]);
        }
    }

    #[test]
    fn any_bytes_are_decoded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), magic in 0_usize..3) {
        let start: &[u8] = [&GZIP[..], &ZSTD[..], b""][magic];
        decode(&[start, &bytes].concat());
        whole_gzip(&[start, &bytes].concat(), 1 << 20);
    }
}
