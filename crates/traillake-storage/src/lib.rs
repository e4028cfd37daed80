//! traillake-storage
