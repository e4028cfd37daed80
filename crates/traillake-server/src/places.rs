//! Allow-lists of places in S3: what the server may read or write for its callers, with its own credentials.

/// Whether a text is `s3://bucket`, with or without a prefix.
pub(crate) fn is_s3(uri: &str) -> bool {
    split(uri).is_some()
}

/// Whether a place lies at or below one of the listed ones, folder by folder.
pub(crate) fn allowed(listed: &[String], uri: &str) -> bool {
    let Some((bucket, key)) = split(uri) else { return false };
    listed.iter().filter_map(|listed| split(listed)).any(|(allowed_bucket, prefix)| {
        let prefix = prefix.trim_end_matches('/');
        let below = key.strip_prefix(prefix);
        bucket == allowed_bucket
            && below.is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('/'))
    })
}

/// Bucket and key; none for what is no place, or would mean another one once its dots are resolved.
fn split(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("s3://")?;
    let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
    let named = bucket.len() >= 3 && bucket.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'));
    let plain = !key.split('/').any(|part| matches!(part, "." | "..")) && !key.contains(['\\', '?', '#', '%', '*']);
    (named && plain && !key.chars().any(char::is_control)).then_some((bucket, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(listed: &str, uri: &str) -> bool {
        allowed(&[listed.to_owned()], uri)
    }

    #[test]
    fn a_place_is_allowed_at_and_below_a_listed_one() {
        for (listed, uri) in [
            ("s3://logs", "s3://logs/AWSLogs/1/CloudTrail/"),
            ("s3://logs/", "s3://logs"),
            ("s3://logs/a", "s3://logs/a"),
            ("s3://logs/a/", "s3://logs/a/b"),
        ] {
            assert!(is_allowed(listed, uri), "{listed} {uri}");
        }
    }

    #[test]
    fn a_place_beside_or_above_a_listed_one_is_not_allowed() {
        for (listed, uri) in [
            ("s3://logs/a", "s3://logs/ab"),
            ("s3://logs/a", "s3://logs"),
            ("s3://logs/a", "s3://other/a"),
            ("s3://logs/a", "s3://logs/a/../b"),
            ("s3://logs/a", "s3://logs/a/%2e%2e/b"),
            ("s3://logs/a", "file:///logs/a"),
            ("s3://logs", "s3://LOGS"),
        ] {
            assert!(!is_allowed(listed, uri), "{listed} {uri}");
        }
        assert!(!allowed(&[], "s3://logs"));
    }
}
