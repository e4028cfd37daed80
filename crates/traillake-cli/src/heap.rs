//! Keeps the memory of commands that write events near what lives.
//!
//! Batches come and go by the megabyte on several threads. glibc gives each thread an arena of its own and keeps
//! what is freed there, so a process holds two to three times what it uses. Its settings are read once, when a
//! process starts: so the process starts again with them, in place, before it has done anything.

use std::ffi::OsStr;

/// The commands that build batches of events.
const WRITING: [&str; 5] = ["ingest", "demo", "compact", "quarantine", "serve"];

/// glibc's settings (`man 3 mallopt`): few arenas, and large pieces go back to the system when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SETTINGS: [(&str, &str); 3] =
    [("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "262144"), ("MALLOC_TRIM_THRESHOLD_", "1048576")];

/// Starts a writing command again under [`SETTINGS`], unless the user chose some; goes on as it is where that fails.
pub(crate) fn bound() {
    if std::env::args_os().skip(1).any(|word| WRITING.iter().any(|command| OsStr::new(command) == word)) {
        start_again();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn start_again() {
    use std::os::unix::process::CommandExt;

    let chosen = |(name, _): &(&str, &str)| std::env::var_os(name).is_some();
    if SETTINGS.iter().any(chosen) {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let name = std::env::args_os().next().unwrap_or_else(|| program.clone().into());
        // It only comes back when it failed, and then the command runs with the memory it gets.
        let _ = std::process::Command::new(program).arg0(name).args(std::env::args_os().skip(1)).envs(SETTINGS).exec();
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn start_again() {}
