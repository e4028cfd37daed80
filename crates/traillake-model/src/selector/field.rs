//! Fields and operators that selectors know.

use std::fmt;

/// A field of the event whose text a selector looks at; `resources` are looked at apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectorField {
    /// `eventCategory`, derived when the record has none.
    EventCategory,
    /// `eventSource`.
    EventSource,
    /// `readOnly` as `true` or `false`.
    ReadOnly,
    /// `eventName`.
    EventName,
    /// `eventType`.
    EventType,
    /// `sessionCredentialFromConsole`.
    SessionCredentialFromConsole,
    /// `userIdentity.arn`.
    UserIdentityArn,
    /// `errorCode`.
    ErrorCode,
    /// `vpcEndpointId`.
    VpcEndpointId,
}

/// Any field a selector can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Text(SelectorField),
    ResourceType,
    ResourceArn,
}

impl Field {
    pub(super) const ALL: [Self; 11] = [
        Self::Text(SelectorField::EventCategory),
        Self::Text(SelectorField::EventSource),
        Self::Text(SelectorField::ReadOnly),
        Self::Text(SelectorField::EventName),
        Self::Text(SelectorField::EventType),
        Self::Text(SelectorField::SessionCredentialFromConsole),
        Self::Text(SelectorField::UserIdentityArn),
        Self::ResourceType,
        Self::ResourceArn,
        Self::Text(SelectorField::ErrorCode),
        Self::Text(SelectorField::VpcEndpointId),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Text(field) => field.as_str(),
            Self::ResourceType => "resources.type",
            Self::ResourceArn => "resources.ARN",
        }
    }
}

impl SelectorField {
    /// The name of the field in selectors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EventCategory => "eventCategory",
            Self::EventSource => "eventSource",
            Self::ReadOnly => "readOnly",
            Self::EventName => "eventName",
            Self::EventType => "eventType",
            Self::SessionCredentialFromConsole => "sessionCredentialFromConsole",
            Self::UserIdentityArn => "userIdentity.arn",
            Self::ErrorCode => "errorCode",
            Self::VpcEndpointId => "vpcEndpointId",
        }
    }
}

impl fmt::Display for SelectorField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An operator of a field selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectorOperator {
    /// The value is one of the list.
    Equals,
    /// The value starts with one of the list.
    StartsWith,
    /// The value ends with one of the list.
    EndsWith,
    /// The value is none of the list.
    NotEquals,
    /// The value starts with none of the list.
    NotStartsWith,
    /// The value ends with none of the list.
    NotEndsWith,
}

impl SelectorOperator {
    /// Every operator.
    pub const ALL: [Self; 6] =
        [Self::Equals, Self::StartsWith, Self::EndsWith, Self::NotEquals, Self::NotStartsWith, Self::NotEndsWith];

    /// The name of the operator in selectors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::StartsWith => "StartsWith",
            Self::EndsWith => "EndsWith",
            Self::NotEquals => "NotEquals",
            Self::NotStartsWith => "NotStartsWith",
            Self::NotEndsWith => "NotEndsWith",
        }
    }
}

impl fmt::Display for SelectorOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
