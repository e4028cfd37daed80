//! The resources that requests name: ARNs and ids of this lake, and what the caller may see of it.

use traillake::{
    ErrorCode, EventDataStoreArn, EventDataStoreId, EventDataStoreSettings, LakeMetadata, ModelError, StorageError,
    TrailName, TrailSettings,
};

use super::{ApiError, ApiResult, Call};

/// The event data store of a full ARN or an id.
///
/// # Errors
/// `EventDataStoreARNInvalidException` for what is neither, or belongs to another lake;
/// `EventDataStoreNotFoundException` for one that is unknown or that the caller may not see.
pub(crate) async fn event_data_store(call: &Call, arn_or_id: &str) -> ApiResult<EventDataStoreSettings> {
    let id = event_data_store_id(call.service.lake.metadata(), arn_or_id)?;
    match call.lake().event_data_store(&id.to_string()).await {
        Err(traillake::Error::Storage(StorageError::EventDataStoreNotFound { .. })) => Err(no_such_store(arn_or_id)),
        found => Ok(found?),
    }
}

/// The id in a full ARN of this lake, or the id itself.
pub(crate) fn event_data_store_id(lake: &LakeMetadata, arn_or_id: &str) -> ApiResult<EventDataStoreId> {
    let invalid = |why: String| ApiError::new(ErrorCode::EventDataStoreArnInvalid, format!("`{arn_or_id}` {why}"));
    if let Ok(id) = arn_or_id.parse::<EventDataStoreId>() {
        return Ok(id);
    }
    let Ok(arn) = arn_or_id.parse::<EventDataStoreArn>() else {
        return Err(invalid(
            "is neither the ARN nor the id of an event data store; hint: ListEventDataStores shows both".to_owned(),
        ));
    };
    let own = EventDataStoreArn::new(&lake.region, &lake.account, arn.id);
    if arn == own {
        return Ok(arn.id);
    }
    Err(invalid(format!("is of another account or region; hint: those of this lake begin like `{own}`")))
}

fn no_such_store(arn_or_id: &str) -> ApiError {
    let message =
        format!("there is no event data store `{arn_or_id}`; hint: ListEventDataStores shows those there are");
    ApiError::new(ErrorCode::EventDataStoreNotFound, message)
}

/// The trail of a name or full ARN.
///
/// # Errors
/// `InvalidTrailNameException`, `CloudTrailARNInvalidException`, or `TrailNotFoundException` for one that is unknown
/// or that the caller may not see.
pub(crate) async fn trail(call: &Call, name_or_arn: &str) -> ApiResult<TrailSettings> {
    let name = trail_name(call.service.lake.metadata(), name_or_arn)?;
    let found = call.lake().trails().await?.into_iter().find(|trail| trail.name == name);
    found.ok_or_else(|| {
        let message = format!("there is no trail `{name_or_arn}`; hint: ListTrails shows those there are");
        ApiError::new(ErrorCode::TrailNotFound, message)
    })
}

/// The ARN of a trail of this lake.
pub(crate) fn trail_arn(lake: &LakeMetadata, name: &TrailName) -> String {
    let LakeMetadata { region, account, .. } = lake;
    format!("arn:{}:cloudtrail:{region}:{account}:trail/{name}", lake.partition())
}

/// The name in a full ARN of this lake, or the name itself.
pub(crate) fn trail_name(lake: &LakeMetadata, name_or_arn: &str) -> ApiResult<TrailName> {
    let (name, code) = match name_or_arn.strip_prefix("arn:") {
        Some(arn) => (arn.rsplit_once(":trail/").map_or("", |(_, name)| name), ErrorCode::CloudTrailArnInvalid),
        None => (name_or_arn, ErrorCode::InvalidTrailName),
    };
    let name: TrailName = name
        .parse()
        .map_err(|error: ModelError| ApiError::new(code, format!("`{name_or_arn}` does not name a trail: {error}")))?;
    let own = trail_arn(lake, &name);
    if name_or_arn.starts_with("arn:") && name_or_arn != own {
        let why = "is of another account or region; hint: those of this lake are like";
        return Err(ApiError::new(code, format!("`{name_or_arn}` {why} `{own}`")));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use traillake::LakeId;

    use super::*;

    const ID: &str = "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa";

    fn lake() -> LakeMetadata {
        LakeMetadata::new(LakeId::random(), "eu-west-1", "111122223333", DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_store_is_named_by_its_arn_or_its_id() {
        for text in [ID.to_owned(), format!("arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/{ID}")] {
            assert_eq!(event_data_store_id(&lake(), &text).unwrap().to_string(), ID);
        }
    }

    #[test]
    fn arns_of_other_lakes_and_other_texts_are_invalid() {
        for text in [
            format!("arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/{ID}"),
            format!("arn:aws:cloudtrail:eu-west-1:444455556666:eventdatastore/{ID}"),
            format!("arn:aws-cn:cloudtrail:eu-west-1:111122223333:eventdatastore/{ID}"),
            format!("arn:aws:cloudtrail:eu-west-1:111122223333:trail/{ID}"),
            "events".to_owned(),
        ] {
            assert_eq!(event_data_store_id(&lake(), &text).unwrap_err().code, "EventDataStoreARNInvalidException");
        }
    }

    #[test]
    fn a_trail_is_named_by_its_arn_or_its_name() {
        let arn = trail_arn(&lake(), &"main".parse().unwrap());
        assert_eq!(arn, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main");
        for text in [arn.as_str(), "main"] {
            assert_eq!(trail_name(&lake(), text).unwrap().as_str(), "main");
        }
        for (text, code) in [
            ("a", "InvalidTrailNameException"),
            ("ma..in", "InvalidTrailNameException"),
            ("arn:aws:cloudtrail:eu-west-2:111122223333:trail/main", "CloudTrailARNInvalidException"),
            ("arn:aws:s3:::bucket", "CloudTrailARNInvalidException"),
        ] {
            assert_eq!(trail_name(&lake(), text).unwrap_err().code, code, "{text}");
        }
    }
}
