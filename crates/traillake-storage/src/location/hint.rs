//! What to do about an error of an object store.

use object_store::Error;

/// A hint for an error at `path`, told from its kind and, where the kind is generic, from S3's error codes.
pub(crate) fn hint_for(path: &str, error: &Error) -> Option<String> {
    let text = chain(error);
    let says = |word: &str| text.contains(word);
    let hint = if says("NoSuchBucket") {
        "the bucket does not exist there: check its name, region and endpoint"
    } else if says("PermanentRedirect") || says("redirect") || says("AuthorizationHeaderMalformed") {
        "the bucket is in another region: set `--region` or AWS_REGION"
    } else if says("InvalidAccessKeyId") || says("SignatureDoesNotMatch") || says("ExpiredToken") {
        "the credentials are not valid (any more): check AWS_PROFILE and AWS_ACCESS_KEY_ID, or log in again with `aws sso login`"
    } else if matches!(error, Error::Unauthenticated { .. }) {
        "no AWS credentials were found or accepted: set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    } else if matches!(error, Error::PermissionDenied { .. }) || says("AccessDenied") || says("Permission denied") {
        "reading needs permission to get and list, writing also to put and delete (s3:GetObject, s3:ListBucket, s3:PutObject, s3:DeleteObject)"
    } else if says("No space left") {
        "the disk is full; nothing that was committed is lost: make room and run the command again"
    } else if says("Read-only file system") {
        "the file system is mounted read-only"
    } else if says("hard_link") || says("Unable to rename file") {
        "the file system must support hard links for create-if-absent"
    } else if says("Connect") || says("connect") || says("dns") || says("timed out") {
        "the server cannot be reached: check the network and `--endpoint-url`"
    } else if matches!(error, Error::NotFound { .. }) {
        return Some(format!("`{path}` should be there: was it removed by hand, or by a vacuum while it was read?"));
    } else {
        return None;
    };
    Some(hint.to_owned())
}

fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(" / ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> Error {
        Error::Generic { store: "S3", source: text.to_owned().into() }
    }

    #[test]
    fn common_failures_have_a_hint_of_their_own() {
        for (text, word) in [
            ("<Code>NoSuchBucket</Code>", "bucket"),
            ("Received redirect without LOCATION", "region"),
            ("<Code>ExpiredToken</Code>", "credentials"),
            ("error: No space left on device", "disk"),
            ("tcp connect error", "network"),
        ] {
            let hint = hint_for("x", &generic(text)).unwrap();
            assert!(hint.contains(word), "{text}: {hint}");
        }
    }

    #[test]
    fn an_unknown_failure_has_no_hint() {
        assert_eq!(hint_for("x", &generic("injected")), None);
    }
}
