//! traillake-testing
