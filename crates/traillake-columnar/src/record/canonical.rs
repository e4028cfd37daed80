//! The content of a record as one digest, the same for every way of writing it.
//!
//! ```text
//! object  {  then per member, by name: name, value      null members left out, repeated names in their order
//! array   [  then the elements         string  " length text         number  # length source text
//! true t     false f     null n        end of a container  )
//! ```

use sha2::{Digest, Sha256};

use crate::tape::{NodeKind, Piece, Tape, TapeBuffer, pieces};
use crate::{RecordError, RecordLimits};

/// The digest of a record's content: SHA-256 of a canonical form, cut to 128 bits.
///
/// Two texts have the same digest when they have the same members whatever their order, where null counts as absent,
/// escapes are resolved, white space is ignored, and the top-level `eventContext` (which a store may add) is left out.
/// Numbers are compared as text.
///
/// ```
/// use traillake_columnar::content_digest;
///
/// let one = content_digest(br#"{"a": 1, "b": "\u0041", "c": null}"#)?;
/// let other = content_digest(br#"{"b":"A","a":1,"eventContext":{}}"#)?;
/// assert_eq!(one, other);
/// # Ok::<(), traillake_columnar::RecordError>(())
/// ```
///
/// # Errors
/// When the text is not JSON.
pub fn content_digest(json: &[u8]) -> Result<[u8; 16], RecordError> {
    let limits = RecordLimits { max_depth: usize::MAX, max_values: usize::MAX };
    let mut buffer = TapeBuffer::default();
    Ok(digest(buffer.parse(json, limits)?))
}

pub(super) fn digest(tape: Tape<'_>) -> [u8; 16] {
    let mut form = Vec::with_capacity(tape.text_bytes() + tape.text_bytes() / 4);
    push(tape, 0, true, &mut form);
    let hash: [u8; 32] = Sha256::digest(&form).into();
    hash.first_chunk::<16>().copied().unwrap_or_default()
}

/// Recurses once per level; the tokeniser allows 512 of them.
fn push(tape: Tape<'_>, at: u32, top: bool, form: &mut Vec<u8>) {
    match tape.kind(at) {
        NodeKind::Object => push_object(tape, at, top, form),
        NodeKind::Array => {
            form.push(b'[');
            tape.elements(at).for_each(|element| push(tape, element, false, form));
            form.push(b')');
        }
        NodeKind::String => push_string(tape, at, form),
        NodeKind::Number => push_bytes(b'#', tape.inner(at).as_bytes(), form),
        NodeKind::True => form.push(b't'),
        NodeKind::False => form.push(b'f'),
        NodeKind::Null => form.push(b'n'),
    }
}

fn push_object(tape: Tape<'_>, at: u32, top: bool, form: &mut Vec<u8>) {
    let mut members: Vec<_> = tape
        .members(at)
        .filter(|&(_, value)| tape.kind(value) != NodeKind::Null)
        .map(|(name, value)| (tape.string(name), name, value))
        .filter(|(text, ..)| !(top && text == "eventContext"))
        .collect();
    members.sort_by(|left, right| left.0.cmp(&right.0));
    form.push(b'{');
    for (_, name, value) in members {
        push_string(tape, name, form);
        push(tape, value, false, form);
    }
    form.push(b')');
}

fn push_string(tape: Tape<'_>, at: u32, form: &mut Vec<u8>) {
    if !tape.node(at).escaped {
        return push_bytes(b'"', tape.inner(at).as_bytes(), form);
    }
    let mut text = Vec::new();
    pieces(tape.inner(at), |piece| match piece {
        Piece::Text(part) => text.extend_from_slice(part.as_bytes()),
        Piece::Char(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        // No UTF-8 text holds this byte, so no other string looks the same.
        Piece::LoneSurrogate(unit) => {
            text.push(0xFF);
            text.extend_from_slice(&unit.to_be_bytes());
        }
    });
    push_bytes(b'"', &text, form);
}

fn push_bytes(tag: u8, bytes: &[u8], form: &mut Vec<u8>) {
    form.push(tag);
    form.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    form.extend_from_slice(bytes);
}
