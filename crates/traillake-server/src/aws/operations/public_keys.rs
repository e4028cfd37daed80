//! ListPublicKeys: the public halves of the keys that signed delivered results.

use serde::{Deserialize, Serialize};
use traillake::{ErrorCode, SigningKeyDocument};

use crate::aws::paging::Pager;
use crate::aws::request::Request;
use crate::aws::timestamp::Timestamp;
use crate::aws::validate::{Member, Shape, optional, text};
use crate::aws::{ApiError, ApiResult, Call};

/// Keys of a page: AWS names no size.
const PAGE_SIZE: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeysRequest {
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    next_token: Option<String>,
}

impl Request for KeysRequest {
    const MEMBERS: &'static [Member] = &[
        optional("StartTime", &Shape::Timestamp),
        optional("EndTime", &Shape::Timestamp),
        optional("NextToken", &text(0, 4096)).or(ErrorCode::InvalidToken),
    ];
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeysAnswer {
    public_key_list: Vec<PublicKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PublicKey {
    value: String,
    validity_start_time: Timestamp,
    validity_end_time: Timestamp,
    fingerprint: String,
}

/// The keys that are valid at some moment of the range; without one, now.
pub(super) async fn list(call: &Call, request: KeysRequest) -> ApiResult<KeysAnswer> {
    let parameters = (request.start_time, request.end_time);
    let pager = Pager::new(call, "ListPublicKeys", &parameters, request.next_token.as_deref())
        .map_err(|error| ApiError::new(ErrorCode::InvalidToken, error.message))?;
    let now = call.service.clock.now();
    let start = request.start_time.map_or(now, |time| time.0);
    let end = request.end_time.map_or(now, |time| time.0);
    if start > end {
        return Err(ApiError::new(ErrorCode::InvalidTimeRange, "`StartTime` is after `EndTime`"));
    }
    let keys = call.service.signing.public_keys(start, end).await?;
    let by_start = |key: &SigningKeyDocument| format!("{:020}{}", key.valid_from.timestamp_micros(), key.fingerprint);
    let (page, next_token) = pager.page(keys, PAGE_SIZE, by_start);
    Ok(KeysAnswer { public_key_list: page.into_iter().map(PublicKey::from).collect(), next_token })
}

impl From<SigningKeyDocument> for PublicKey {
    fn from(key: SigningKeyDocument) -> Self {
        Self {
            value: key.public_key,
            validity_start_time: key.valid_from.into(),
            validity_end_time: key.valid_until.into(),
            fingerprint: key.fingerprint,
        }
    }
}
