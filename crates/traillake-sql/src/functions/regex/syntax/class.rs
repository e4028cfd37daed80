//! Sets of characters in brackets.

use super::escape::Escaped;
use super::{Flags, Translator};

/// Brackets inside brackets.
const DEEPEST: usize = 50;

impl Translator {
    /// What follows `[`, brackets included.
    pub(super) fn class(&mut self, flags: Flags) -> Result<String, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("More than {DEEPEST} brackets inside each other"));
        }
        let mut class = String::from(if self.eat("^") { "[^" } else { "[" });
        let opening = class.len();
        loop {
            let first = class.len() == opening;
            match self.next().ok_or("Unclosed character class")? {
                ']' if !first => break,
                '[' => class.push_str(&self.class(flags)?),
                '&' if self.peek() == Some('&') => self.intersection(&mut class, first),
                c if flags.comments && matches!(c, ' ' | '\t'..='\r') => {}
                c => self.member(c, &mut class)?,
            }
        }
        self.depth -= 1;
        class.push(']');
        Ok(class)
    }

    /// `&&`, which says nothing at an end.
    fn intersection(&mut self, class: &mut String, first: bool) {
        while self.eat("&") {}
        if !first && self.peek() != Some(']') {
            class.push_str("&&");
        }
    }

    /// A character, a range or an escape that begins with `c`.
    fn member(&mut self, c: char, class: &mut String) -> Result<(), String> {
        let low = match self.single(c)? {
            Escaped::Char(low) => low,
            Escaped::Set(set) => {
                class.push_str(&set);
                return Ok(());
            }
        };
        push(class, low);
        let behind = self.pattern.get(self.at + 1).copied();
        if self.peek() != Some('-') || matches!(behind, None | Some('[' | ']')) {
            // As a range, since `[:alpha:]` would be a class.
            class.push_str(if low == ':' { "-:" } else { "" });
            return Ok(());
        }
        self.at += 1;
        let c = self.next().ok_or("Unclosed character class")?;
        match self.single(c)? {
            Escaped::Char(high) if high >= low => {
                class.push('-');
                push(class, high);
                Ok(())
            }
            _ => Err("Illegal character range".to_owned()),
        }
    }

    fn single(&mut self, c: char) -> Result<Escaped, String> {
        if c == '\\' { self.escaped() } else { Ok(Escaped::Char(c)) }
    }
}

fn push(class: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        class.push(c);
    } else {
        class.extend(["\\x{", &format!("{:X}", u32::from(c)), "}"]);
    }
}
