//! The door over a real socket, as Arrow's own Rust client sees it.

mod callers;
mod cancelling;
mod metadata;
mod prepared;
mod refused;
mod statements;
mod support;
