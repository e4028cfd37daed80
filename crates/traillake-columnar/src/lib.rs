//! traillake-columnar
