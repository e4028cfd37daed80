//! The words and signs of a path of the SQL standard.

/// A word or sign.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Sign(&'static str),
    Name(String),
    Text(String),
    Number(serde_json::Number),
}

/// Signs, each before those it begins with.
const SIGNS: &[&str] = &[
    "==", "<>", "!=", "<=", ">=", "&&", "||", "..", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", ".",
    ",", "?", "@", "$",
];

/// The tokens of a path; the error says what cannot be read.
pub(super) fn tokens(path: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = path.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = if first == '"' {
            text(rest)?
        } else if first.is_ascii_digit() {
            number(rest)?
        } else if first == '_' || first.is_alphabetic() {
            let (name, after) =
                rest.split_at(end_of(rest, |char| char == '_' || char == '$' || char.is_alphanumeric()));
            (Token::Name(name.to_owned()), after)
        } else {
            sign(rest)?
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn end_of(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|char| !belongs(char)).unwrap_or(text.len())
}

fn sign(path: &str) -> Result<(Token, &str), String> {
    let found = SIGNS.iter().find_map(|sign| Some((*sign, path.strip_prefix(sign)?)));
    match found {
        Some(("$", after)) if after.starts_with(|char: char| char == '_' || char.is_alphabetic()) => {
            Err("variables are not supported".to_owned())
        }
        Some((sign, after)) => Ok((Token::Sign(sign), after)),
        None => Err(format!("unexpected character '{}'", path.chars().next().unwrap_or_default())),
    }
}

/// A text in double quotes, which are doubled inside of it.
fn text(path: &str) -> Result<(Token, &str), String> {
    let mut text = String::new();
    let mut rest = path.get(1..).unwrap_or_default();
    while let Some((part, after)) = rest.split_once('"') {
        text.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                text.push('"');
                rest = after;
            }
            None => return Ok((Token::Text(text), after)),
        }
    }
    Err("a text is not closed".to_owned())
}

/// `1`, `1.5`, `1e3`; the point belongs to the number if a digit follows.
fn number(path: &str) -> Result<(Token, &str), String> {
    let digits = |from: usize| from + end_of(path.get(from..).unwrap_or_default(), |char| char.is_ascii_digit());
    let is_digit = |at: usize| path.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut end = digits(0);
    if path.as_bytes().get(end) == Some(&b'.') && is_digit(end + 1) {
        end = digits(end + 1);
    }
    if matches!(path.as_bytes().get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(path.as_bytes().get(end + 1), Some(b'+' | b'-')));
        if is_digit(end + 1 + signed) {
            end = digits(end + 1 + signed);
        }
    }
    let (number, after) = path.split_at(end);
    match number.parse() {
        Ok(number) => Ok((Token::Number(number), after)),
        Err(_) => Err(format!("not a number: {number}")),
    }
}
