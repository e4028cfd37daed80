//! traillake
