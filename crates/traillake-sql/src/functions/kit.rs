//! How scalar functions are written here: overloads of parameter kinds, each with a function of a row.

mod cell;
mod kind;
mod row;
mod scalar;

pub(crate) use cell::{Cell, Date, IpAddress, Json, Timestamp, UtcTimestamp};
pub(crate) use kind::Kind;
pub(crate) use row::Row;
pub(crate) use scalar::{Scalar, scalar};
