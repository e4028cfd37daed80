//! The shapes that operations share, with the patterns of the API reference.

use traillake::ErrorCode;

use super::validate::{Member, Pattern, Shape, list, matching, optional, required, text};

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// `^[a-zA-Z0-9._\-]+$`
const NAME_PATTERN: Pattern =
    Pattern { text: r"^[a-zA-Z0-9._\-]+$", fits: |text| !text.is_empty() && text.bytes().all(is_name_byte) };

/// `^[a-zA-Z0-9_\-]+$`
const DASHBOARD_PATTERN: Pattern = Pattern {
    text: r"^[a-zA-Z0-9_\-]+$",
    fits: |text| !text.is_empty() && text.bytes().all(|byte| is_name_byte(byte) && byte != b'.'),
};

/// `^[a-zA-Z0-9._/\-:]+$`
const ARN_PATTERN: Pattern = Pattern {
    text: r"^[a-zA-Z0-9._/\-:]+$",
    fits: |text| !text.is_empty() && text.bytes().all(|byte| is_name_byte(byte) || matches!(byte, b'/' | b':')),
};

/// `^[a-f0-9\-]+$`
const UUID_PATTERN: Pattern = Pattern {
    text: r"^[a-f0-9\-]+$",
    fits: |text| text.bytes().all(|byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9' | b'-')),
};

/// `.+`: everything but line ends.
const ANY_PATTERN: Pattern = Pattern { text: ".+", fits: |text| !text.is_empty() && !text.contains(['\n', '\r']) };

/// `[\w|\d|\.|_]+`
const FIELD_PATTERN: Pattern = Pattern {
    text: r"[\w|\d|\.|_]+",
    fits: |text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'|')),
};

/// Name of an event data store.
pub(crate) const NAME: Shape = matching(3, 128, NAME_PATTERN);
/// A full ARN, or only the part after its last slash.
pub(crate) const ARN_OR_ID: Shape = matching(3, 256, ARN_PATTERN);
/// An id of 36 characters.
pub(crate) const UUID: Shape = matching(36, 36, UUID_PATTERN);
/// Id or ARN of a key.
pub(crate) const KMS_KEY_ID: Shape = matching(1, 350, ARN_PATTERN);
/// Name of a dashboard.
pub(crate) const DASHBOARD_NAME: Shape = matching(3, 128, DASHBOARD_PATTERN);
/// Any text; AWS gives no rule.
pub(crate) const ANY_TEXT: Shape = text(0, 4096);

const BILLING_MODE: Shape = Shape::Choice(&traillake::BillingMode::NAMES);
const RETENTION: Shape = Shape::Integer { min: 7, max: 3653 };
const PAGE_SIZE: Shape = Shape::Integer { min: 1, max: 1000 };
const TOKEN: Shape = text(4, 1000);

/// `EventDataStore`, required.
pub(crate) const EVENT_DATA_STORE: Member =
    required("EventDataStore", &ARN_OR_ID).or(ErrorCode::EventDataStoreArnInvalid);
/// `NextToken`.
pub(crate) const NEXT_TOKEN: Member = optional("NextToken", &TOKEN).or(ErrorCode::InvalidNextToken);
/// `MaxResults` of 1 to 1000.
pub(crate) const MAX_RESULTS: Member = optional("MaxResults", &PAGE_SIZE).or(ErrorCode::InvalidMaxResults);
/// `AdvancedEventSelectors`.
pub(crate) const SELECTORS: Member =
    optional("AdvancedEventSelectors", &list(&SELECTOR, 0, 1000)).or(ErrorCode::InvalidEventSelectors);
/// `RetentionPeriod`.
pub(crate) const RETENTION_PERIOD: Member = optional("RetentionPeriod", &RETENTION);
/// `BillingMode`.
pub(crate) const BILLING: Member = optional("BillingMode", &BILLING_MODE);
/// `KmsKeyId`.
pub(crate) const KMS_KEY: Member = optional("KmsKeyId", &KMS_KEY_ID).or(ErrorCode::InvalidKmsKeyId);

/// A list of tags.
pub(crate) const TAGS: Shape = list(&TAG, 0, 200);
const TAG: Shape = Shape::Structure(&[required("Key", &text(1, 128)), optional("Value", &text(1, 256))]);

const SELECTOR: Shape =
    Shape::Structure(&[optional("Name", &text(0, 1000)), required("FieldSelectors", &list(&FIELD_SELECTOR, 1, 1000))]);

const FIELD_SELECTOR: Shape = Shape::Structure(&[
    required("Field", &matching(1, 1000, FIELD_PATTERN)),
    optional("Equals", &OPERATOR),
    optional("StartsWith", &OPERATOR),
    optional("EndsWith", &OPERATOR),
    optional("NotEquals", &OPERATOR),
    optional("NotStartsWith", &OPERATOR),
    optional("NotEndsWith", &OPERATOR),
]);

const OPERATOR: Shape = list(&matching(1, 2048, ANY_PATTERN), 1, 1000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_do_what_their_text_says() {
        for (pattern, good, bad) in [
            (NAME_PATTERN, "my.store_1-x", "my store"),
            (ARN_PATTERN, "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/x", "arn aws"),
            (DASHBOARD_PATTERN, "my_board-1", "my.board"),
            (UUID_PATTERN, "0f4c9a1e-1234", "0F4C"),
            (ANY_PATTERN, "any thing", ""),
            (FIELD_PATTERN, "resources.ARN", "resources-ARN"),
        ] {
            assert!((pattern.fits)(good), "{} {good}", pattern.text);
            assert!(!(pattern.fits)(bad), "{} {bad}", pattern.text);
        }
    }
}
