//! How objects are named: urls of local files, and names that no walk takes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The url of standard input.
pub(super) const STDIN: &str = "stdin:-";

/// The `file://` url of an absolute path. Bytes other than letters, digits and `-._~!$&'()*+,;=:@/`
/// are percent-encoded, so that any path comes back exactly.
pub(super) fn url_of(path: &Path) -> String {
    let mut url = "file://".to_owned();
    push_encoded(&mut url, path.as_os_str());
    url
}

/// The absolute path of a `file://` url.
pub(super) fn path_of(url: &str) -> Option<PathBuf> {
    let text = url.strip_prefix("file://")?;
    let text = text.strip_prefix("localhost").unwrap_or(text);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? << 4 | hex(rest.next()?)? } else { byte });
    }
    (bytes.first() == Some(&b'/')).then(|| os_path(bytes))
}

/// Appends `name`, percent-encoded.
pub(super) fn push_encoded(url: &mut String, name: &OsStr) {
    for byte in name.as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(byte) {
            url.push(char::from(*byte));
        } else {
            url.push('%');
            for half in [byte >> 4, byte & 15] {
                url.push(char::from_digit(u32::from(half), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
}

/// Names that a walk leaves out: hidden ones, and what unfinished downloads and writes leave behind.
pub(super) fn is_skipped(name: &str) -> bool {
    let leftover = [".tmp", ".part", ".partial", ".crdownload", "~"].iter().any(|end| name.ends_with(end));
    let staged = name.rsplit_once('#').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    name.starts_with('.') || leftover || staged
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(unix)]
fn os_path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}
