//! CloudTrail's JSON 1.1 API: `POST /` with `X-Amz-Target`, errors and paging as AWS has them.
//!
//! ```text
//!  body, principal ──> operation by name ──> request read and validated ──> answer as JSON
//!                                            └──> ApiError: code, status, text
//! ```
//!
//! Source: AWS CloudTrail API Reference, service model 2013-11-01.

mod call;
mod door;
mod error;
mod operations;
mod paging;
mod request;
mod resources;
mod shapes;
mod tags;
mod timestamp;
mod validate;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use call::Call;
pub(crate) use door::router;
pub(crate) use error::{ApiError, ApiResult};
pub(crate) use paging::Paging;
