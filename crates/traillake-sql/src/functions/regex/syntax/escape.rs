//! What follows a backslash.

use super::{Flags, Translator, property};

/// A character, or a set of them written in brackets.
pub(super) enum Escaped {
    Char(char),
    Set(String),
}

/// The characters of `\d`, `\w`, `\s`, `\h` and `\v`, for use inside brackets.
fn set(c: char) -> Option<&'static str> {
    Some(match c.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\x0B\f\r ",
        'h' => r" \t\x{A0}\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}",
        'v' => r"\n\x0B\f\r\x{85}\x{2028}\x{2029}",
        _ => return None,
    })
}

const LINE_BREAK: &str = r"(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])";
const BOUNDARY: &str = r"(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
const NO_BOUNDARY: &str = r"(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

impl Translator {
    /// Outside of brackets; answers whether a quantifier may follow.
    pub(super) fn escape(&mut self, flags: Flags) -> Result<bool, String> {
        match self.peek() {
            Some('Q') => return Ok(self.quoted(flags)),
            Some('b') => self.place(r"\b", BOUNDARY),
            Some('B') => self.place(r"\B", NO_BOUNDARY),
            Some('A') => self.place(r"\A", r"\A"),
            Some('G') => self.place(r"\G", r"\G"),
            Some('z') => self.place(r"\z", r"\z"),
            Some('Z') => self.place(r"\z", r"(?=\n?\z)"),
            Some('R') => self.place(LINE_BREAK, LINE_BREAK),
            Some('k') => self.named_reference(flags)?,
            Some('1'..='9') => self.reference(flags)?,
            _ => match self.escaped()? {
                Escaped::Char(c) => self.literal(c, flags),
                Escaped::Set(set) => {
                    self.sync(flags);
                    self.write(&set);
                }
            },
        }
        Ok(true)
    }

    fn place(&mut self, quick: &str, exact: &str) {
        self.at += 1;
        self.write_both(quick, exact);
    }

    /// `\Q...\E`: the text as it stands.
    fn quoted(&mut self, flags: Flags) -> bool {
        self.at += 1;
        let mut any = false;
        while !self.eat("\\E") {
            let Some(c) = self.next() else { break };
            self.literal(c, flags);
            any = true;
        }
        any
    }

    /// As many digits as there are groups for.
    fn reference(&mut self, flags: Flags) -> Result<(), String> {
        let mut group = 0;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)).and_then(|digit| usize::try_from(digit).ok()) {
            if group > 0 && group * 10 + digit > self.done.groups {
                break;
            }
            group = group * 10 + digit;
            self.at += 1;
        }
        self.back_to(group, flags)
    }

    fn named_reference(&mut self, flags: Flags) -> Result<(), String> {
        if !self.eat("k<") {
            return Err("\\k is not followed by '<' for named capturing group".to_owned());
        }
        let name = self.until('>', "Group name has no closing '>'")?;
        match self.done.names.get(&name).copied() {
            Some(group) => self.back_to(group, flags),
            None => Err(format!("Named capturing group <{name}> does not exist")),
        }
    }

    fn back_to(&mut self, group: usize, flags: Flags) -> Result<(), String> {
        if group > self.done.groups {
            return Err(format!("There is no group {group} before its reference"));
        }
        self.sync(flags);
        self.write(&format!(r"(?:\{group})"));
        Ok(())
    }

    /// Escapes that mean the same in and out of brackets.
    pub(super) fn escaped(&mut self) -> Result<Escaped, String> {
        let c = self.next().ok_or("Unexpected end after a backslash")?;
        if let Some(set) = set(c) {
            let negation = if c.is_ascii_uppercase() { "^" } else { "" };
            return Ok(Escaped::Set(format!("[{negation}{set}]")));
        }
        Ok(Escaped::Char(match c {
            'p' | 'P' => return self.property(c == 'P'),
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\u{C}',
            'a' => '\u{7}',
            'e' => '\u{1B}',
            '0' => self.octal()?,
            'c' => self.control()?,
            'x' => self.hexadecimal()?,
            'u' => self.utf16()?,
            c if c.is_ascii_alphanumeric() => return Err(format!("Illegal escape sequence \\{c}")),
            c => c,
        }))
    }

    fn property(&mut self, negated: bool) -> Result<Escaped, String> {
        let name = match self.next().ok_or("Unknown character property")? {
            '{' => self.until('}', "Unclosed character family")?,
            c => c.to_string(),
        };
        let negation = if negated { "^" } else { "" };
        Ok(Escaped::Set(format!("[{negation}{}]", property::set(&name)?)))
    }

    fn octal(&mut self) -> Result<char, String> {
        let mut code = None;
        for _ in 0..3 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            let next = code.unwrap_or(0) * 8 + digit;
            if next > 0o377 {
                break;
            }
            code = Some(next);
            self.at += 1;
        }
        code.and_then(char::from_u32).ok_or_else(|| "Illegal octal escape sequence".to_owned())
    }

    fn control(&mut self) -> Result<char, String> {
        let code = self.next().filter(char::is_ascii).map(|c| u32::from(c) ^ 64);
        code.and_then(char::from_u32).ok_or_else(|| "Illegal control escape sequence".to_owned())
    }

    fn hexadecimal(&mut self) -> Result<char, String> {
        let code = if self.eat("{") {
            u32::from_str_radix(&self.until('}', "Unclosed hexadecimal escape sequence")?, 16).ok()
        } else {
            self.digits(2)
        };
        code.and_then(char::from_u32).ok_or_else(|| "Illegal hexadecimal escape sequence".to_owned())
    }

    /// `\u20AC`, or two of them for a surrogate pair.
    fn utf16(&mut self) -> Result<char, String> {
        let code = match self.digits(4) {
            Some(high @ 0xD800..=0xDBFF) if self.eat("\\u") => {
                let low = self.digits(4).filter(|low| (0xDC00..=0xDFFF).contains(low));
                low.map(|low| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            }
            other => other,
        };
        code.and_then(char::from_u32).ok_or_else(|| "Illegal Unicode escape sequence".to_owned())
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let digits = self.pattern.get(self.at..self.at + count)?;
        let code = digits.iter().try_fold(0, |code, c| Some(code * 16 + c.to_digit(16)?))?;
        self.at += count;
        Some(code)
    }
}
