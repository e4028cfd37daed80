//! Groups, look-around and flags.

use super::{Flags, Translator};

/// Groups inside groups; fancy-regex takes sixty-three.
const DEEPEST: usize = 50;

impl Translator {
    /// What follows `(`; answers whether a quantifier may follow.
    pub(super) fn group(&mut self, flags: &mut Flags) -> Result<bool, String> {
        if !self.eat("?") {
            self.done.groups += 1;
            return self.inside("(", *flags);
        }
        for open in ["(?=", "(?!", "(?<=", "(?<!", "(?>"] {
            if self.eat(open.trim_start_matches("(?")) {
                return self.inside(open, *flags);
            }
        }
        if self.eat("<") {
            self.name()?;
            return self.inside("(", *flags);
        }
        let changed = self.flags(*flags)?;
        if self.eat(":") {
            return self.scoped(changed);
        }
        if self.eat(")") {
            *flags = changed;
            return Ok(false);
        }
        Err("Unknown inline modifier".to_owned())
    }

    fn inside(&mut self, open: &str, flags: Flags) -> Result<bool, String> {
        self.write(open);
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("More than {DEEPEST} groups inside each other"));
        }
        self.alternatives(flags)?;
        self.depth -= 1;
        if !self.eat(")") {
            return Err("Unclosed group".to_owned());
        }
        self.write(")");
        Ok(true)
    }

    /// A group without number: fancy-regex has its old flags behind it.
    fn scoped(&mut self, flags: Flags) -> Result<bool, String> {
        let before = self.ignores_case;
        let quantifiable = self.inside("(?:", flags)?;
        self.ignores_case = before;
        Ok(quantifiable)
    }

    /// Gives the group that begins here its number and its name; names are not written.
    fn name(&mut self) -> Result<(), String> {
        let name = self.until('>', "Group name has no closing '>'")?;
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("Not a group name: {name}"));
        }
        self.done.groups += 1;
        match self.done.names.insert(name.clone(), self.done.groups) {
            Some(_) => Err(format!("Named capturing group <{name}> is already defined")),
            None => Ok(()),
        }
    }

    /// The letters of `(?im-s)`. Only `\n` ends a line and case is Unicode's in any case: `d` and `u` say nothing.
    fn flags(&mut self, mut flags: Flags) -> Result<Flags, String> {
        let mut on = true;
        loop {
            match self.peek() {
                Some('i') => flags.ignore_case = on,
                Some('m') => flags.multi_line = on,
                Some('s') => flags.dot_all = on,
                Some('x') => flags.comments = on,
                Some('d' | 'u') => {}
                Some('-') if on => on = false,
                Some(')' | ':') => return Ok(flags),
                Some(c) => return Err(format!("Unknown inline modifier '{c}'")),
                None => return Err("Unclosed group".to_owned()),
            }
            self.at += 1;
        }
    }
}
