//! Synthetic `CloudTrail` trails: the same options always give the same files, byte for byte.
//!
//! ```text
//! GenerateOptions -> World (accounts, people, workloads, resources)
//!                 -> plan  (which object holds how many events of which minute)
//!                 -> events (templates filled in) -> gzip -> AWSLogs/<account>/CloudTrail/<region>/yyyy/mm/dd/
//! ```

mod actor;
mod catalog;
mod event;
mod incident;
mod options;
mod plan;
mod random;
mod template;
mod time;
mod variable;
mod world;
mod writer;

pub use options::{GenerateError, GenerateOptions, Shape};
pub use writer::{GenerateProgress, GeneratedTrail, generate};

#[cfg(test)]
mod tests;
