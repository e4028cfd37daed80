//! How the binary is linked.

#[expect(clippy::print_stdout, reason = "Cargo reads it")]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // Three hundred thousand relocations in 24 bytes each are read and applied before `main`: packed, they are
        // one twentieth of it.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
