//! How scalar functions are written here: overloads of parameter kinds, each with a function of a row.

mod cell;
mod hooks;
mod kind;
mod limits;
mod named;
mod parts;
mod row;
mod scalar;

pub(crate) use cell::{Cell, Date, IpAddress, Json, Timestamp, UtcTimestamp};
pub(crate) use kind::Kind;
pub(crate) use limits::{MAX_BYTES, MAX_ELEMENTS, check_bytes, check_column, check_elements};
pub(crate) use named::equal_by_name;
pub(crate) use parts::{column_of, columns_of, in_parts};
pub(crate) use row::Row;
pub(crate) use scalar::{Scalar, scalar};
