//! A server on a real socket, and clients of it.

mod aws_api;
mod buckets;
mod imports;
mod lookup;
mod shutdown;
mod support;
mod trails;
