//! What a caller who is held to some stores and accounts sees: the lake as if nothing else were in it.

mod attacks;
mod equality;
mod figures;
mod ingest;
mod lake;
