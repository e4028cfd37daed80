//! The function reference, `docs/functions.md`, from the documentation of the functions.

use std::fmt::{self, Write};

use super::{Function, Group, Origin, functions};

const HEAD: &str = "\
<!-- Generated from the functions' own documentation; TRAILLAKE_BLESS=1 cargo test -p traillake-sql writes it anew. -->

# Functions

The functions of the `lake` dialect mean what they mean in Trino. Names are matched in any case. Unless the text says otherwise, a scalar function
is NULL when an argument is NULL, and an aggregate ignores NULL values and is NULL when there are no others. Positions in texts and arrays are
counted from 1, and texts are counted in characters. An error ends the query; `try(...)` makes NULL of it.

Every example is run by the tests. `a|b` are columns of a row, `;` stands between rows. `system.functions` holds the same as a table,
and `SHOW FUNCTIONS [LIKE '...']` lists it.
";

/// All functions in Markdown, by chapter.
pub fn reference_markdown() -> String {
    let mut out = HEAD.to_owned();
    let mut chapter = None;
    for function in functions() {
        if chapter != Some(function.doc.group) {
            chapter = Some(function.doc.group);
            out.push_str(&heading(function.doc.group, functions()));
        }
        out.push_str(&entry(function));
    }
    out
}

/// The title of a chapter and the names in it.
fn heading(group: Group, all: &[Function]) -> String {
    let names = all.iter().filter(|function| function.doc.group == group);
    let names: Vec<String> = names.map(|function| format!("[{0}](#{0})", function.doc.name)).collect();
    format!("\n## {}\n\n{}\n", group.title(), names.join(" · "))
}

fn entry(function: &Function) -> String {
    let doc = &function.doc;
    let mut out = format!("\n### {}\n\n```text\n{}\n```\n\n{}\n", doc.name, doc.usage.join("\n"), doc.text);
    if !doc.aliases.is_empty() {
        let aliases: Vec<String> = doc.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        push(&mut out, format_args!("\nAlso {}.\n", aliases.join(", ")));
    }
    out.push_str("\n| example | result |\n|---|---|\n");
    for (expression, result) in doc.examples {
        push(&mut out, format_args!("| {} | {} |\n", code(expression), code(result)));
    }
    if doc.origin != Origin::Here {
        push(&mut out, format_args!("\nOrigin: {}.\n", doc.origin));
    }
    out
}

fn push(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = out.write_fmt(text);
}

/// Text as code in a cell of a table.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text = text.replace('|', "\\|").replace('\n', " ");
    let fence = if text.contains('`') { "``" } else { "`" };
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

impl Group {
    /// The title of the chapter.
    pub fn title(self) -> &'static str {
        match self {
            Self::Conditional => "Conditional and general",
            Self::Strings => "Strings",
            Self::Regex => "Regular expressions",
            Self::Json => "JSON",
            Self::Maps => "Maps",
            Self::Arrays => "Arrays",
            Self::DateTime => "Date and time",
            Self::Aggregates => "Aggregates",
            Self::Window => "Window functions",
            Self::Numbers => "Numbers and bits",
            Self::Binary => "Hashes and encodings",
            Self::Network => "Networks",
            Self::Url => "URLs",
            Self::Investigation => "Investigation",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here => write!(f, "TrailLake"),
            Self::DataFusion => write!(f, "DataFusion"),
            Self::Crate(name) => write!(f, "the crate `{name}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_function_reference_follows_the_functions() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/functions.md");
        if std::env::var_os("TRAILLAKE_BLESS").is_some() {
            std::fs::write(&path, reference_markdown()).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == reference_markdown(),
            "docs/functions.md is out of date; run the tests with TRAILLAKE_BLESS=1"
        );
    }

    #[test]
    fn cells_of_tables_keep_their_text() {
        assert_eq!(code("a || b"), "`a \\|\\| b`");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" x"), "`  x `");
        assert_eq!(code(""), "");
    }

    #[test]
    fn names_and_aliases_are_unique_within_their_kind() {
        let mut known = std::collections::BTreeSet::new();
        for function in functions() {
            for name in std::iter::once(&function.doc.name).chain(function.doc.aliases) {
                assert!(known.insert(*name), "`{name}` is there twice");
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }

    #[test]
    fn every_function_is_described() {
        for function in functions() {
            let doc = &function.doc;
            assert!(!doc.usage.is_empty() && !doc.text.is_empty(), "{}", doc.name);
            assert!(doc.text.ends_with('.'), "{}: {}", doc.name, doc.text);
        }
    }
}
