//! traillake-model
