//! The words of TrailLake as types: what a lake, an event data store, a trail, a selector
//! and an event's category are, and which values they may take.
//!
//! ```text
//!  text, JSON, flags --FromStr/serde--> checked values --> the other crates
//!                                            |
//!     record --SelectorInput--> SelectorMatcher::matches --> kept or filtered
//!     eventTime --time::parse_event_time--> micros --checked_date--> partition date
//! ```
//!
//! ```
//! use traillake_model::{AdvancedEventSelector, EventDataStoreKind, Retention, SelectorMatcher};
//!
//! let selectors = AdvancedEventSelector::parse_list(
//!     r#"[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},
//!                            {"Field":"readOnly","Equals":["false"]}]}]"#,
//! )?;
//! let matcher = SelectorMatcher::try_new(&selectors, EventDataStoreKind::CloudTrail)?;
//! let retention: Retention = "365".parse()?;
//! # let _ = (matcher, retention);
//! # Ok::<(), traillake_model::ModelError>(())
//! ```
//!
//! This crate reads and writes nothing, knows no Arrow and no async runtime, and holds no
//! event: records are parsed in `traillake-columnar`, settings are stored by
//! `traillake-storage`.

mod arn;
mod byte_size;
mod category;
mod clock;
mod column;
mod error;
mod error_code;
mod grants;
mod ids;
mod import;
mod kind;
mod lake;
pub mod limits;
mod names;
mod partition;
mod query_job;
mod retention;
mod selector;
mod settings;
mod signing_key;
mod status;
mod tags;
pub mod time;
mod trail;

pub use arn::EventDataStoreArn;
pub use byte_size::ByteSize;
pub use category::EventCategory;
pub use clock::{Clock, FixedClock, SystemClock};
pub use column::{AddedColumn, ColumnType};
pub use error::{ModelError, Result};
pub use error_code::ErrorCode;
pub use grants::Grants;
pub use ids::{EventDataStoreId, LakeId};
pub use import::{Import, ImportFailure, ImportSource, ImportStatistics, ImportStatus};
pub use kind::EventDataStoreKind;
pub use lake::{FORMAT_VERSION, LakeMetadata};
pub use names::{EventDataStoreName, TrailName};
pub use partition::{
    DateOutOfRange, PartitionBy, PartitionKey, PartitionValues, Period, UNKNOWN, checked_account, checked_date,
    checked_region,
};
pub use query_job::{Delivery, DeliveryStatus, QueryJob, QueryStatistics, QueryStatus};
pub use retention::Retention;
pub use selector::{
    AdvancedEventSelector, FieldSelector, SelectorError, SelectorField, SelectorInput, SelectorMatcher,
    SelectorOperator, SelectorPlace, SelectorProblem, SelectorResource,
};
pub use settings::{ApiSettings, BillingMode, EventDataStoreSettings};
pub use signing_key::SigningKeyDocument;
pub use status::EventDataStoreStatus;
pub use tags::Tags;
pub use trail::TrailSettings;
