//! Commands that start with a dot.

use std::str::FromStr;

use clap::ValueEnum;

use crate::args::{DialectArg, Format};

/// All of them, for completion.
pub(super) const NAMES: [&str; 11] = [
    ".dialect",
    ".exit",
    ".functions",
    ".help",
    ".mode",
    ".output",
    ".read",
    ".samples",
    ".schema",
    ".stores",
    ".timer",
];

/// A command of the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DotCommand {
    Dialect(Option<DialectArg>),
    Exit,
    Functions(Option<String>),
    Help,
    Mode(Option<Format>),
    Output(Option<String>),
    Read(String),
    Samples(Option<String>),
    Schema(Option<String>),
    Stores,
    Timer(bool),
}

impl FromStr for DotCommand {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let line = line.trim().trim_end_matches(';').trim_end();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let argument = (!rest.trim().is_empty()).then(|| rest.trim().trim_matches('\'').trim_matches('"').to_owned());
        match (name, argument) {
            (".exit" | ".quit", None) => Ok(Self::Exit),
            (".functions", pattern) => Ok(Self::Functions(pattern)),
            (".help", None) => Ok(Self::Help),
            (".stores", None) => Ok(Self::Stores),
            (".samples", words) => Ok(Self::Samples(words)),
            (".schema", store) => Ok(Self::Schema(store)),
            (".dialect", None) => Ok(Self::Dialect(None)),
            (".dialect", Some(dialect)) => DialectArg::from_str(&dialect, true)
                .map(|dialect| Self::Dialect(Some(dialect)))
                .map_err(|_| format!("`{dialect}` is not a dialect: `lake` or `datafusion`")),
            (".mode", None) => Ok(Self::Mode(None)),
            (".mode", Some(format)) => Format::from_str(&format, true)
                .map(|format| Self::Mode(Some(format)))
                .map_err(|_| format!("`{format}` is not a format")),
            (".output", path) => Ok(Self::Output(path)),
            (".read", Some(path)) => Ok(Self::Read(path)),
            (".read", None) => Err("`.read` needs a file".to_owned()),
            (".timer", Some(state)) if state == "on" || state == "off" => Ok(Self::Timer(state == "on")),
            (".timer", _) => Err("`.timer` takes `on` or `off`".to_owned()),
            (".exit" | ".quit" | ".help" | ".stores", Some(_)) => Err(format!("`{name}` takes nothing")),
            _ => Err(format!("`{name}` is not a command")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_arguments() {
        let read = |line: &str| line.parse::<DotCommand>();
        assert_eq!(read(".exit"), Ok(DotCommand::Exit));
        assert_eq!(read(".dialect DataFusion"), Ok(DotCommand::Dialect(Some(DialectArg::Datafusion))));
        assert_eq!(read("  .schema events ;"), Ok(DotCommand::Schema(Some("events".to_owned()))));
        assert_eq!(read(".functions array%;"), Ok(DotCommand::Functions(Some("array%".to_owned()))));
        assert_eq!(read(".functions"), Ok(DotCommand::Functions(None)));
        assert_eq!(read(".samples root user"), Ok(DotCommand::Samples(Some("root user".to_owned()))));
        assert_eq!(read(".mode CSV"), Ok(DotCommand::Mode(Some(Format::Csv))));
        assert_eq!(read(".output 'a b.csv'"), Ok(DotCommand::Output(Some("a b.csv".to_owned()))));
        assert_eq!(read(".output"), Ok(DotCommand::Output(None)));
        assert_eq!(read(".timer off"), Ok(DotCommand::Timer(false)));
    }

    #[test]
    fn what_is_no_command_is_said_to_be_none() {
        for line in [".", ".nosuch", ".dialect mysql", ".mode xml", ".read", ".timer", ".timer maybe", ".exit now"] {
            assert!(line.parse::<DotCommand>().is_err(), "{line}");
        }
    }

    #[test]
    fn every_command_that_is_completed_is_known() {
        for name in NAMES {
            let argument = if name == ".timer" {
                " on"
            } else if name == ".read" {
                " x"
            } else {
                ""
            };
            assert!(format!("{name}{argument}").parse::<DotCommand>().is_ok(), "{name}");
        }
    }
}
