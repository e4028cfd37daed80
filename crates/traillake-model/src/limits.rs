//! The product's named limits, each with where it comes from. A limit that a user can raise
//! is the default of a setting elsewhere; the others are fixed.

/// Shortest event data store or trail name, in characters (AWS API).
pub const NAME_CHARS_MIN: usize = 3;
/// Longest event data store or trail name, in characters (AWS API).
pub const NAME_CHARS_MAX: usize = 128;

/// Shortest retention, in days (AWS API).
pub const RETENTION_DAYS_MIN: u16 = 7;
/// Longest limited retention, in days (AWS API); `unlimited` is TrailLake's own.
pub const RETENTION_DAYS_MAX: u16 = 3653;
/// Retention of a store created without one, in days: seven years, the AWS default.
pub const RETENTION_DAYS_DEFAULT: u16 = 2557;

/// Days a deleted store can still be restored (AWS: `PENDING_DELETION` for 7 days).
pub const PENDING_DELETION_DAYS: i64 = 7;

/// Advanced event selectors in one store (AWS API).
pub const SELECTORS_PER_STORE: usize = 5;
/// Values over all conditions of all selectors of a store (AWS API).
pub const SELECTOR_VALUES: usize = 500;
/// Longest selector name, in characters (AWS API).
pub const SELECTOR_NAME_CHARS: usize = 1000;
/// Longest value of a selector condition, in characters (AWS API).
pub const SELECTOR_VALUE_CHARS: usize = 2048;

/// Tags of one resource (AWS API).
pub const TAGS: usize = 50;
/// Longest key of a tag, in characters (AWS API).
pub const TAG_KEY_CHARS: usize = 128;
/// Longest value of a tag, in characters (AWS API).
pub const TAG_VALUE_CHARS: usize = 256;

/// Longest retention with `FIXED_RETENTION_PRICING`, in days (AWS API).
pub const FIXED_RETENTION_DAYS_MAX: u16 = 2557;

/// Distinct accounts a store keeps as partition values; further ones go to `unknown`.
pub const PARTITION_ACCOUNTS: usize = 10_000;
/// Distinct regions a store keeps as partition values; further ones go to `unknown`.
pub const PARTITION_REGIONS: usize = 100;
/// First year a partition date may lie in: the first year of AWS.
pub const PARTITION_FIRST_YEAR: i32 = 2006;
/// Days ahead of the clock a partition date may lie.
pub const PARTITION_DAYS_AHEAD: u64 = 2;
/// Longest region name that becomes a partition value, in characters.
pub const PARTITION_REGION_CHARS: usize = 32;

/// Deepest nesting of one record; a deeper one is quarantined.
pub const RECORD_DEPTH: usize = 128;
/// Most JSON values in one record; one with more is quarantined.
pub const RECORD_VALUES: usize = 1_000_000;
/// Largest record in bytes, as a default (settable); a larger one is quarantined.
pub const RECORD_BYTES: u64 = 16 << 20;

/// Columns that can be added to one store.
pub const ADDED_COLUMNS: usize = 100;
