//! A server on a real socket, and clients of it.

mod aws_api;
mod support;
