//! How the binary is linked.

use std::env;
use std::process::Command;

/// The first glibc that reads packed relocations.
const PACKED: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let is_gnu = is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu");
    let is_for_here = env::var("HOST").ok() == env::var("TARGET").ok();
    if is_gnu && is_for_here && glibc().is_some_and(|version| version >= PACKED) {
        // Three hundred thousand relocations in 24 bytes each are read and applied before `main`: packed, they are
        // one twentieth of it.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of this machine's glibc: the last word of the first line that `ldd --version` prints.
fn glibc() -> Option<(u32, u32)> {
    let printed = Command::new("ldd").arg("--version").output().ok()?.stdout;
    let printed = String::from_utf8_lossy(&printed);
    let (major, minor) = printed.lines().next()?.split_whitespace().last()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
