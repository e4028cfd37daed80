//! traillake-ingest
