//! ARN of an event data store: `arn:<partition>:cloudtrail:<region>:<account>:eventdatastore/<id>`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EventDataStoreId, ModelError, checked_account};

/// Full resource name of an event data store.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventDataStoreArn {
    /// AWS partition: `aws`, `aws-cn`, `aws-us-gov`, ….
    pub partition: String,
    /// Region of the lake.
    pub region: String,
    /// Account of the lake, 12 digits.
    pub account: String,
    /// The store.
    pub id: EventDataStoreId,
}

impl EventDataStoreArn {
    /// The ARN of a store in partition `aws`, or the partition the region belongs to
    /// (`cn-…` is `aws-cn`, `us-gov-…` is `aws-us-gov`).
    pub fn new(region: &str, account: &str, id: EventDataStoreId) -> Self {
        Self { partition: partition_of(region).into(), region: region.into(), account: account.into(), id }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        if arn != "arn" || service != "cloudtrail" || !is_word(partition) || !is_word(region) {
            return None;
        }
        Some(Self {
            partition: partition.to_owned(),
            region: region.to_owned(),
            account: checked_account(account)?.to_owned(),
            id: resource.strip_prefix("eventdatastore/")?.parse().ok()?,
        })
    }
}

/// The AWS partition that a region belongs to.
pub(crate) fn partition_of(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

fn is_word(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.bytes().all(word)
}

impl fmt::Display for EventDataStoreArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, id } = self;
        write!(f, "arn:{partition}:cloudtrail:{region}:{account}:eventdatastore/{id}")
    }
}

impl FromStr for EventDataStoreArn {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::parse(text).ok_or_else(|| ModelError::InvalidArn { text: text.to_owned() })
    }
}

impl TryFrom<String> for EventDataStoreArn {
    type Error = ModelError;

    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<EventDataStoreArn> for String {
    fn from(arn: EventDataStoreArn) -> Self {
        arn.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa";

    #[test]
    fn an_arn_is_read_and_written_back() {
        let arn: EventDataStoreArn = ARN.parse().unwrap();
        assert_eq!((arn.region.as_str(), arn.account.as_str()), ("us-east-1", "111122223333"));
        assert_eq!(arn.to_string(), ARN);
        assert_eq!(arn, EventDataStoreArn::new("us-east-1", "111122223333", arn.id));
    }

    #[test]
    fn the_partition_follows_the_region() {
        let id = ARN.parse::<EventDataStoreArn>().unwrap().id;
        let partition = |region| EventDataStoreArn::new(region, "111122223333", id).partition;
        assert_eq!(partition("cn-north-1"), "aws-cn");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("eu-central-1"), "aws");
    }

    #[test]
    fn arns_of_other_resources_and_broken_ones_are_refused() {
        let broken = [
            ARN.replace("eventdatastore", "trail"),
            ARN.replace("cloudtrail", "s3"),
            ARN.replace("111122223333", "1111"),
            ARN.replace("us-east-1", "us/east"),
            ARN.replace("arn:aws", "arn:"),
            format!("{ARN}0"),
            ARN.to_uppercase(),
            String::new(),
        ];
        for text in broken {
            assert!(text.parse::<EventDataStoreArn>().is_err(), "{text}");
        }
    }
}
