//! Every environment variable the program reads; each stands between the configuration file and the flags.

/// The lake, as `--lake`.
pub(crate) const LAKE: &str = "TRAILLAKE_LAKE";
/// The configuration file, as `--config`.
pub(crate) const CONFIG: &str = "TRAILLAKE_CONFIG";
/// The endpoint of an S3-compatible service, as `--endpoint-url`.
pub(crate) const ENDPOINT_URL: &str = "TRAILLAKE_ENDPOINT_URL";
/// The AWS region of the buckets, as `--region`.
pub(crate) const REGION: &str = "TRAILLAKE_REGION";
/// Account in the ARNs of a new lake, as `--lake-account`.
pub(crate) const LAKE_ACCOUNT: &str = "TRAILLAKE_LAKE_ACCOUNT";
/// Region in the ARNs of a new lake, as `--lake-region`.
pub(crate) const LAKE_REGION: &str = "TRAILLAKE_LAKE_REGION";
/// The AWS profile, as `--profile`.
pub(crate) const PROFILE: &str = "TRAILLAKE_PROFILE";
/// Colours, as `--color`.
pub(crate) const COLOR: &str = "TRAILLAKE_COLOR";
/// Any value but the empty one switches colours off, see <https://no-color.org>.
pub(crate) const NO_COLOR: &str = "NO_COLOR";
/// What is logged to standard error, in the syntax of `tracing`: `traillake=debug`.
pub(crate) const LOG: &str = "TRAILLAKE_LOG";

/// The value of a variable that clap does not read; an empty one counts as unset.
pub(crate) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
