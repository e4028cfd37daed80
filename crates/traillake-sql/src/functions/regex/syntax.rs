//! Java's pattern syntax, translated into that of fancy-regex.
//!
//! A few constructs are much slower to match exactly than for most texts: `$` also matches before a
//! newline that ends the text, and `\b` knows ASCII only. There are therefore two translations.

mod class;
mod escape;
mod group;
mod property;

use std::collections::HashMap;

/// What a pattern becomes.
#[derive(Debug, Default)]
pub(super) struct Translation {
    /// Right for texts of ASCII that do not end with a newline.
    pub(super) quick: String,
    /// Right for all texts.
    pub(super) exact: String,
    /// Number of groups.
    pub(super) groups: usize,
    /// Number of each named group.
    pub(super) names: HashMap<String, usize>,
}

/// The translation, or what is wrong with the pattern.
pub(super) fn translate(pattern: &str) -> Result<Translation, String> {
    let mut translator = Translator {
        pattern: pattern.chars().collect(),
        at: 0,
        depth: 0,
        ignores_case: false,
        done: Translation::default(),
    };
    translator.alternatives(Flags::default())?;
    match translator.peek() {
        None => Ok(translator.done),
        Some(_) => Err("Unmatched closing ')'".to_owned()),
    }
}

/// Flags at a place of a pattern.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own in Java's syntax")]
struct Flags {
    ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    comments: bool,
}

struct Translator {
    pattern: Vec<char>,
    at: usize,
    depth: usize,
    /// Whether what was written so far leaves case ignored.
    ignores_case: bool,
    done: Translation,
}

impl Translator {
    fn peek(&self) -> Option<char> {
        self.pattern.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    /// Steps over these characters if they come next.
    fn eat(&mut self, text: &str) -> bool {
        let length = text.chars().count();
        let found =
            self.pattern.get(self.at..self.at + length).is_some_and(|next| text.chars().eq(next.iter().copied()));
        if found {
            self.at += length;
        }
        found
    }

    /// What comes before the next `end`; steps over both.
    fn until(&mut self, end: char, message: &str) -> Result<String, String> {
        let rest = self.pattern.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&c| c == end).ok_or(message)?;
        let text = rest.iter().take(length).collect();
        self.at += length + 1;
        Ok(text)
    }

    fn write(&mut self, text: &str) {
        self.write_both(text, text);
    }

    fn write_both(&mut self, quick: &str, exact: &str) {
        self.done.quick.push_str(quick);
        self.done.exact.push_str(exact);
    }

    /// Makes the case flag of what was written that of this place.
    fn sync(&mut self, flags: Flags) {
        if self.ignores_case != flags.ignore_case {
            self.write(if flags.ignore_case { "(?i)" } else { "(?-i)" });
            self.ignores_case = flags.ignore_case;
        }
    }

    fn literal(&mut self, c: char, flags: Flags) {
        self.sync(flags);
        if r"\.+*?()|[]{}^$#".contains(c) {
            self.write("\\");
        }
        self.write(c.encode_utf8(&mut [0; 4]));
    }

    /// Everything up to the end of the pattern or of the group.
    fn alternatives(&mut self, mut flags: Flags) -> Result<(), String> {
        loop {
            match self.peek() {
                None | Some(')') => return Ok(()),
                Some('|') => {
                    self.at += 1;
                    self.write("|");
                }
                Some(c) if flags.comments && self.skip_comment(c) => {}
                Some(c) => {
                    self.at += 1;
                    if self.item(c, &mut flags)? {
                        self.quantifier(flags)?;
                    }
                }
            }
        }
    }

    fn skip_comment(&mut self, c: char) -> bool {
        if c == '#' {
            while self.next().is_some_and(|c| c != '\n') {}
            return true;
        }
        let blank = matches!(c, ' ' | '\t'..='\r');
        self.at += usize::from(blank);
        blank
    }

    /// One item; answers whether a quantifier may follow.
    fn item(&mut self, c: char, flags: &mut Flags) -> Result<bool, String> {
        match c {
            '(' => return self.group(flags),
            '[' => {
                let class = self.class(*flags)?;
                self.sync(*flags);
                self.write(&class);
            }
            '\\' => return self.escape(*flags),
            '.' if flags.dot_all => self.write("(?s:.)"),
            '.' => self.write("."),
            '^' if flags.multi_line => self.write_both("(?m:^)", r"(?:\A|(?m:^)(?!\z))"),
            '^' => self.write(r"\A"),
            '$' if flags.multi_line => self.write("(?m:$)"),
            '$' => self.write_both(r"\z", r"(?=\n?\z)"),
            '*' | '+' | '?' => return Err(format!("Dangling meta character '{c}'")),
            c => self.literal(c, *flags),
        }
        Ok(true)
    }

    fn quantifier(&mut self, flags: Flags) -> Result<(), String> {
        while flags.comments && self.peek().is_some_and(|c| self.skip_comment(c)) {}
        match self.peek() {
            Some(c @ ('*' | '+' | '?')) => {
                self.at += 1;
                self.write(c.encode_utf8(&mut [0; 4]));
            }
            Some('{') => match self.repetition() {
                Some(repetition) => self.write(&repetition),
                None => return Ok(()),
            },
            _ => return Ok(()),
        }
        if let Some(c @ ('?' | '+')) = self.peek() {
            self.at += 1;
            self.write(c.encode_utf8(&mut [0; 4]));
        }
        match self.peek() {
            Some(c @ ('*' | '+' | '?')) => Err(format!("Dangling meta character '{c}'")),
            _ => Ok(()),
        }
    }

    /// `{2}`, `{2,}` or `{2,3}`; anything else is a brace.
    fn repetition(&mut self) -> Option<String> {
        let rest = self.pattern.get(self.at..)?;
        let length = rest.iter().position(|&c| c == '}')? + 1;
        let text: String = rest.iter().take(length).collect();
        let bounds = text.get(1..text.len() - 1)?;
        let (least, most) = bounds.split_once(',').unwrap_or((bounds, ""));
        let number = |text: &str| !text.is_empty() && text.len() < 7 && text.bytes().all(|b| b.is_ascii_digit());
        let fits = number(least) && (most.is_empty() || number(most));
        fits.then(|| {
            self.at += length;
            text
        })
    }
}

#[cfg(test)]
mod tests;
