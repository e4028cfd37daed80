//! What an envelope's own members say about the records inside: account, region, health checks.

use std::sync::Arc;

use serde_json::value::RawValue;

use super::json::Object;
use crate::EnvelopeContext;

/// What stands before the array of an envelope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    /// Account and region for the records.
    pub(crate) context: Arc<EnvelopeContext>,
    /// True for CloudWatch Logs' health checks, whose messages are no records.
    pub(crate) health_check: bool,
}

/// Reads the header of an envelope: its text from `{` to just before the array's `[`.
pub(crate) fn header(text: &[u8]) -> Header {
    let mut whole = Vec::with_capacity(text.len() + 5);
    whole.extend_from_slice(text);
    whole.extend_from_slice(b"null}");
    let Some(object) = Object::parse(&whole) else { return Header::default() };
    Header {
        context: Arc::new(context_of(&object, &EnvelopeContext::default())),
        health_check: object.get("messageType").and_then(scalar_text).as_deref() == Some("CONTROL_MESSAGE"),
    }
}

/// The context that an envelope object gives, over the one around it.
pub(super) fn context_of(object: &Object<'_>, outer: &EnvelopeContext) -> EnvelopeContext {
    let text = |name| object.get(name).and_then(scalar_text);
    EnvelopeContext {
        account: text("account").or_else(|| text("owner")).or_else(|| outer.account.clone()),
        region: text("region")
            .or_else(|| text("logStream").and_then(|s| log_stream_region(&s)))
            .or_else(|| outer.region.clone()),
    }
}

/// `account_CloudTrail_region[_n]`, as CloudTrail names its log streams.
fn log_stream_region(name: &str) -> Option<String> {
    let rest = name.split_once("_CloudTrail_")?.1;
    rest.split('_').next().filter(|region| !region.is_empty()).map(str::to_owned)
}

/// The text of a string or number.
fn scalar_text(value: &RawValue) -> Option<String> {
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str(value.get()).ok(),
        b'0'..=b'9' => Some(value.get().to_owned()),
        _ => None,
    }
}
