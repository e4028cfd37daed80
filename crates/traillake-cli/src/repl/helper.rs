//! Completion and line ends of the prompt.

use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::error::ReadlineError;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper, Highlighter, Hinter};
use traillake::{LakeNames, is_complete_statement, samples};

use super::dot;

/// SQL words that are completed in upper case.
const KEYWORDS: [&str; 40] = [
    "AND", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "CROSS", "DESC", "DESCRIBE", "DISTINCT", "ELSE", "END",
    "EXISTS", "EXPLAIN", "FROM", "GROUP", "HAVING", "IN", "INNER", "INTERVAL", "IS", "JOIN", "LEFT", "LIKE", "LIMIT",
    "NOT", "NULL", "OFFSET", "ON", "OR", "ORDER", "SELECT", "SHOW", "THEN", "UNION", "UNNEST", "WHEN", "WHERE", "WITH",
];
const MODES: [&str; 8] = ["arrow", "csv", "json", "markdown", "ndjson", "parquet", "table", "tsv"];

/// What the editor asks while a line is typed.
#[derive(Helper, Highlighter, Hinter)]
pub(super) struct ShellHelper {
    words: Vec<String>,
    stores: Vec<String>,
    files: FilenameCompleter,
}

impl ShellHelper {
    pub(super) fn new(names: &LakeNames) -> Self {
        let stores: Vec<String> = names.stores.iter().map(|store| store.name.clone()).collect();
        let paths = names.stores.iter().flat_map(|store| store.paths.iter().cloned());
        let mut words: Vec<String> = stores.iter().cloned().chain(paths).collect();
        words.extend(names.system_tables.iter().cloned());
        words.extend(names.functions.iter().map(|name| format!("{name}(")));
        words.extend(KEYWORDS.map(str::to_owned));
        words.sort();
        words.dedup();
        Self { words, stores, files: FilenameCompleter::new() }
    }

    /// Candidates for the word before the cursor: nested fields are offered one level at a time.
    fn candidates(&self, word: &str) -> Vec<String> {
        let wanted = word.to_lowercase();
        let mut found: Vec<String> = Vec::new();
        for known in self.words.iter().filter(|known| known.to_lowercase().starts_with(&wanted)) {
            let next = known[wanted.len()..].find('.').map(|dot| wanted.len() + dot);
            let shown = next.filter(|end| *end > wanted.len()).map_or(known.as_str(), |end| &known[..end]);
            if !shown.is_empty() && found.last().is_none_or(|last| last != shown) {
                found.push(shown.to_owned());
            }
        }
        found.dedup();
        found
    }
}

impl Completer for ShellHelper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        context: &Context<'_>,
    ) -> Result<(usize, Vec<Pair>), ReadlineError> {
        let typed = line.get(..position).unwrap_or(line);
        let start = word_start(typed);
        let word = &typed[start..];
        let candidates = match typed.trim_start().split_once(char::is_whitespace) {
            Some((".read" | ".output", _)) => return self.files.complete(line, position, context),
            Some((".mode", _)) => starting(MODES.iter().copied(), word),
            Some((".samples", _)) => starting(samples().iter().map(|sample| sample.name), word),
            Some((".schema", _)) => starting(self.stores.iter().map(String::as_str), word),
            None if typed.trim_start().starts_with('.') => {
                let start = typed.len() - typed.trim_start().len();
                return Ok((start, pairs(starting(dot::NAMES.into_iter(), typed.trim_start()))));
            }
            _ => self.candidates(word),
        };
        Ok((start, pairs(candidates)))
    }
}

impl Validator for ShellHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> Result<ValidationResult, ReadlineError> {
        let input = context.input();
        let complete = input.trim_start().starts_with('.') || is_complete_statement(input);
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

/// Where the word before the cursor starts: names with dots are one word.
fn word_start(typed: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$');
    typed.char_indices().rev().find(|(_, c)| !is_word(*c)).map_or(0, |(place, c)| place + c.len_utf8())
}

fn starting<'a>(known: impl Iterator<Item = &'a str>, word: &str) -> Vec<String> {
    known.filter(|name| name.starts_with(&word.to_lowercase())).map(str::to_owned).collect()
}

fn pairs(candidates: Vec<String>) -> Vec<Pair> {
    candidates.into_iter().map(|text| Pair { display: text.clone(), replacement: text }).collect()
}

#[cfg(test)]
mod tests {
    use rustyline::history::MemHistory;
    use traillake::StoreNames;

    use super::*;

    fn helper() -> ShellHelper {
        let paths = [
            "eventname",
            "eventtime",
            "useridentity",
            "useridentity.arn",
            "useridentity.sessioncontext",
            "useridentity.sessioncontext.sessionissuer",
        ];
        ShellHelper::new(&LakeNames {
            stores: vec![StoreNames {
                name: "events".to_owned(),
                id: "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa".to_owned(),
                paths: paths.map(str::to_owned).into(),
            }],
            system_tables: vec!["system.objects".to_owned()],
            functions: vec!["count".to_owned(), "element_at".to_owned()],
        })
    }

    fn completed(line: &str) -> Vec<String> {
        let history = MemHistory::new();
        let (_, pairs) = helper().complete(line, line.len(), &Context::new(&history)).unwrap();
        pairs.into_iter().map(|pair| pair.replacement).collect()
    }

    #[test]
    fn stores_columns_and_functions_are_completed_in_any_case() {
        assert_eq!(completed("SELECT Eve"), ["eventname", "events", "eventtime"]);
        assert_eq!(completed("SELECT elem"), ["element_at("]);
        assert_eq!(completed("sel"), ["SELECT"]);
        assert_eq!(completed("SELECT 1 FROM sys"), ["system"]);
    }

    #[test]
    fn nested_fields_are_completed_level_by_level() {
        assert_eq!(completed("SELECT useridentity."), ["useridentity.arn", "useridentity.sessioncontext"]);
        assert_eq!(completed("SELECT userIdentity.sessionContext."), ["useridentity.sessioncontext.sessionissuer"]);
    }

    #[test]
    fn dot_commands_complete_themselves_and_their_arguments() {
        assert_eq!(completed(".s"), [".samples", ".schema", ".stores"]);
        assert_eq!(completed(".samples root"), ["root-user-activity"]);
        assert_eq!(completed(".mode m"), ["markdown"]);
        assert_eq!(completed(".schema e"), ["events"]);
    }

    #[test]
    fn text_of_any_script_is_no_trouble() {
        assert!(completed("SELECT 'größe 日本").is_empty());
        assert!(completed("SELECT é").is_empty());
    }
}
