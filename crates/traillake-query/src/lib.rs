//! traillake-query
