//! Error codes: AWS's exception names for what can go wrong.

use std::fmt;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident => $text:literal,)+) => {
        /// An exception of the CloudTrail API that an error of TrailLake corresponds to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name as AWS clients know it, e.g. `EventDataStoreNotFoundException`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

error_codes! {
    /// The caller or the credentials of the lake may not do this.
    AccessDenied => "AccessDeniedException",
    /// Another import is running.
    AccountHasOngoingImport => "AccountHasOngoingImportException",
    /// The text is not an ARN or id of a channel.
    ChannelArnInvalid => "ChannelARNInvalidException",
    /// No such channel.
    ChannelNotFound => "ChannelNotFoundException",
    /// The ARN does not fit the resource.
    CloudTrailArnInvalid => "CloudTrailARNInvalidException",
    /// Something else is changing the same resource.
    Conflict => "ConflictException",
    /// A store of this name exists.
    EventDataStoreAlreadyExists => "EventDataStoreAlreadyExistsException",
    /// The text is not an ARN or id of a store of this lake.
    EventDataStoreArnInvalid => "EventDataStoreARNInvalidException",
    /// An import into the store is running.
    EventDataStoreHasOngoingImport => "EventDataStoreHasOngoingImportException",
    /// There are as many stores as allowed.
    EventDataStoreMaxLimitExceeded => "EventDataStoreMaxLimitExceededException",
    /// No such store.
    EventDataStoreNotFound => "EventDataStoreNotFoundException",
    /// The store is protected against deletion.
    EventDataStoreTerminationProtected => "EventDataStoreTerminationProtectedException",
    /// No such import.
    ImportNotFound => "ImportNotFoundException",
    /// The store is pending deletion.
    InactiveEventDataStore => "InactiveEventDataStoreException",
    /// The query is over or was cancelled.
    InactiveQuery => "InactiveQueryException",
    /// Insights are not on.
    InsightNotEnabled => "InsightNotEnabledException",
    /// The bucket does not let the server write or read there.
    InsufficientS3BucketPolicy => "InsufficientS3BucketPolicyException",
    /// A fault of TrailLake or of the machine.
    InternalFailure => "InternalFailure",
    /// A start that is after its end.
    InvalidDateRange => "InvalidDateRangeException",
    /// A category that is not offered.
    InvalidEventCategory => "InvalidEventCategoryException",
    /// The kind of the store does not allow this.
    InvalidEventDataStoreCategory => "InvalidEventDataStoreCategoryException",
    /// The status of the store does not allow this.
    InvalidEventDataStoreStatus => "InvalidEventDataStoreStatusException",
    /// Selectors that are malformed, too many or contradictory.
    InvalidEventSelectors => "InvalidEventSelectorsException",
    /// A source of log files that cannot be read.
    InvalidImportSource => "InvalidImportSourceException",
    /// Insight selectors that do not fit.
    InvalidInsightSelectors => "InvalidInsightSelectorsException",
    /// A malformed key id.
    InvalidKmsKeyId => "InvalidKmsKeyIdException",
    /// Attributes that cannot be looked up.
    InvalidLookupAttributes => "InvalidLookupAttributesException",
    /// A page size out of its range.
    InvalidMaxResults => "InvalidMaxResultsException",
    /// A page token that is malformed or of another request.
    InvalidNextToken => "InvalidNextTokenException",
    /// A value that is not allowed.
    InvalidParameter => "InvalidParameterException",
    /// Values that exclude each other.
    InvalidParameterCombination => "InvalidParameterCombinationException",
    /// SQL that is not accepted.
    InvalidQueryStatement => "InvalidQueryStatementException",
    /// The state of the query does not allow this.
    InvalidQueryStatus => "InvalidQueryStatusException",
    /// A malformed bucket name.
    InvalidS3BucketName => "InvalidS3BucketNameException",
    /// A malformed prefix.
    InvalidS3Prefix => "InvalidS3PrefixException",
    /// Tags that are malformed or repeated.
    InvalidTagParameter => "InvalidTagParameterException",
    /// A start that is after its end.
    InvalidTimeRange => "InvalidTimeRangeException",
    /// A page token where none is known.
    InvalidToken => "InvalidTokenException",
    /// A malformed trail name.
    InvalidTrailName => "InvalidTrailNameException",
    /// As many queries run as allowed.
    MaxConcurrentQueries => "MaxConcurrentQueriesException",
    /// Not allowed at all.
    OperationNotPermitted => "OperationNotPermittedException",
    /// No such query.
    QueryIdNotFound => "QueryIdNotFoundException",
    /// Some other thing does not exist.
    ResourceNotFound => "ResourceNotFoundException",
    /// The kind of resource does not allow this.
    ResourceTypeNotSupported => "ResourceTypeNotSupportedException",
    /// No such bucket.
    S3BucketDoesNotExist => "S3BucketDoesNotExistException",
    /// The object store or the lake does not answer; later may be better.
    ServiceUnavailable => "ServiceUnavailable",
    /// More tags than a resource may have.
    TagsLimitExceeded => "TagsLimitExceededException",
    /// Too many requests.
    Throttling => "ThrottlingException",
    /// A trail of this name exists.
    TrailAlreadyExists => "TrailAlreadyExistsException",
    /// No such trail.
    TrailNotFound => "TrailNotFoundException",
    /// Not supported.
    UnsupportedOperation => "UnsupportedOperationException",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_name_of_its_own() {
        let names: std::collections::HashSet<_> = ErrorCode::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(names.contains("EventDataStoreARNInvalidException"));
    }
}
