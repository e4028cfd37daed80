//! Keeps the memory of commands that write events near what lives, and of those that answer for long ready for the next
//! question.
//!
//! Batches come and go by the megabyte on several threads. glibc gives each thread an arena of its own and keeps
//! what is freed there, so a process holds two to three times what it uses; and it gives large pieces back to the system
//! at once, so that each question has them zeroed and mapped again. Its settings are read once, when a
//! process starts: so the process starts again with them, in place, before it has done anything.

use std::ffi::OsStr;

/// Settings of glibc (`man 3 mallopt`), as environment variables.
type Settings = &'static [(&'static str, &'static str)];

/// Commands, and the settings that suit them.
const SUITED: [(&[&str], Settings); 2] =
    [(&["ingest", "demo", "compact", "quarantine"], WRITING), (&["repl", "serve"], ANSWERING)];

/// Few arenas, and what is large goes back to the system when it is freed, but not the buffers that every chunk of rows
/// and every file asks for again.
const WRITING: Settings =
    &[("MALLOC_ARENA_MAX", "2"), ("MALLOC_MMAP_THRESHOLD_", "1048576"), ("MALLOC_TRIM_THRESHOLD_", "33554432")];

/// Few arenas, each of which keeps up to 64 MiB of what is freed.
const ANSWERING: Settings = &[
    ("MALLOC_ARENA_MAX", "2"),
    ("MALLOC_MMAP_THRESHOLD_", "33554432"),
    ("MALLOC_TRIM_THRESHOLD_", "67108864"),
    ("MALLOC_TOP_PAD_", "4194304"),
];

/// Starts a command again under the settings that suit it, unless the user chose some; goes on as it is where that
/// fails.
pub(crate) fn settle() {
    let is_said = |command: &&str| std::env::args_os().skip(1).any(|word| word == OsStr::new(command));
    if let Some((_, settings)) = SUITED.iter().find(|(commands, _)| commands.iter().any(is_said)) {
        start_again(settings);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn start_again(settings: Settings) {
    use std::os::unix::process::CommandExt;

    let chosen = |(name, _): &(&str, &str)| std::env::var_os(name).is_some();
    if settings.iter().any(chosen) {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let name = std::env::args_os().next().unwrap_or_else(|| program.clone().into());
        let words = std::env::args_os().skip(1);
        // It only comes back when it failed, and then the command runs with the memory it gets.
        let _ = std::process::Command::new(program).arg0(name).args(words).envs(settings.iter().copied()).exec();
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn start_again(_: Settings) {}
