//! A path pattern: the folder to start from, and which files and folders below it to take.

use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// A parsed pattern. `*` and `?` stay within a name, `**` crosses folders.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// The folder before the first special character.
    pub(super) base: PathBuf,
    whole: GlobMatcher,
    /// One matcher per level, up to the first `**`.
    levels: Vec<GlobMatcher>,
    any_depth: bool,
}

impl Pattern {
    /// Parses `text`.
    pub(super) fn new(text: &str) -> Result<Self, globset::Error> {
        let special = |part: &str| part.contains(['*', '?', '[', '{']);
        let parts: Vec<&str> = text.split('/').collect();
        let split = parts.iter().position(|part| special(part)).unwrap_or(parts.len().saturating_sub(1));
        let (base, rest) = parts.split_at(split);
        let base = match base {
            [] => PathBuf::from("."),
            [""] => PathBuf::from("/"),
            base => PathBuf::from(base.join("/")),
        };
        let fixed = rest.iter().take_while(|part| !part.contains("**") && balanced(part));
        let levels = fixed.map(|part| matcher(part)).collect::<Result<Vec<_>, _>>()?;
        let any_depth = levels.len() < rest.len();
        Ok(Self { base, whole: matcher(&rest.join("/"))?, levels, any_depth })
    }

    /// True when a file at this path below the base is taken: it or a folder around it matches.
    pub(super) fn takes(&self, below: &Path) -> bool {
        below.ancestors().filter(|path| !path.as_os_str().is_empty()).any(|path| self.whole.is_match(path))
    }

    /// False when nothing below this folder can be taken.
    pub(super) fn enters(&self, below: &Path) -> bool {
        let names = || below.components().filter(|part| matches!(part, Component::Normal(_)));
        let fits = names().zip(&self.levels).all(|(name, level)| level.is_match(name.as_os_str()));
        self.takes(below) || (fits && (self.any_depth || names().count() < self.levels.len()))
    }
}

/// False for a part of an alternative that spans folders, as in `{a/b,c}`.
fn balanced(part: &str) -> bool {
    part.matches('{').count() == part.matches('}').count()
}

fn matcher(text: &str) -> Result<GlobMatcher, globset::Error> {
    Ok(GlobBuilder::new(text).literal_separator(true).build()?.compile_matcher())
}
