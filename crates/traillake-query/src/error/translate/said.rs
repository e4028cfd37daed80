//! What an error of the engine says, out of its wrappers.

use datafusion::error::DataFusionError;
use traillake_sql::Place;

use super::super::Position;
use super::super::messages::about_values;

/// A message with the place it came with.
pub(super) struct Said {
    pub(super) message: String,
    pub(super) place: Option<Position>,
    /// Whether it is about values, not about the query.
    pub(super) of_values: bool,
}

impl Said {
    /// What an error says; `None` for failures of the machinery.
    pub(super) fn by(error: &DataFusionError) -> Option<Self> {
        match error.find_root() {
            DataFusionError::Plan(message)
            | DataFusionError::NotImplemented(message)
            | DataFusionError::Configuration(message)
            | DataFusionError::Internal(message) => Some(Self::of_plan(message)),
            DataFusionError::Execution(message) if message.contains(COERCION) => Some(Self::of_plan(message)),
            DataFusionError::Execution(message) => Some(Self::of_values(message)),
            DataFusionError::ArrowError(arrow, _) => about_values(arrow)
                .map_or_else(|| buried(&arrow.to_string()), |message| Some(Self::of_values(&message))),
            other => buried(&other.to_string()),
        }
    }

    fn of_plan(message: &str) -> Self {
        let (message, marked) = without_marks(message);
        let (place, message) = match Place::within(&message) {
            Some((place, rest)) => (Some(place), rest.to_owned()),
            None => (marked, message),
        };
        let rest = message.split_once(COERCION).map_or(message.as_str(), |(_, rest)| rest);
        let rest = rest.split(". No function matches").next().unwrap_or(rest);
        Self { message: rest.to_owned(), place: place.map(position), of_values: false }
    }

    /// What a message about values says.
    pub(super) fn of_values(message: &str) -> Self {
        let (place, message) = match Place::at_start(message) {
            Some((place, rest)) => (Some(position(place)), rest),
            None => (None, message),
        };
        Self { message: message.to_owned(), place, of_values: true }
    }
}

/// Stands before what a function says of arguments it does not take.
const COERCION: &str = "user-defined coercion failed with: Error during planning: ";

fn position(place: Place) -> Position {
    Position { line: place.line, column: place.column }
}

/// A message without the places in the names of functions, and the first of them.
fn without_marks(message: &str) -> (String, Option<Place>) {
    let mut kept = String::with_capacity(message.len());
    let mut place = None;
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('@') {
        kept.push_str(before);
        if let Some((found, behind)) = mark(after) {
            place = place.or(Some(found));
            rest = behind;
        } else {
            kept.push('@');
            rest = after;
        }
    }
    kept.push_str(rest);
    (kept, place)
}

/// `3:14` at the start of a text.
fn mark(text: &str) -> Option<(Place, &str)> {
    let (line, rest) = text.split_once(':')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (column, behind) = rest.split_at_checked(digits)?;
    Some((Place { line: line.parse().ok()?, column: column.parse().ok()? }, behind))
}

/// A message about values inside the text of an error: a scan that filters rows keeps no more of it.
fn buried(text: &str) -> Option<Said> {
    const OPENINGS: [&str; 6] = [
        "Execution(\"",
        "CastError(\"",
        "ComputeError(\"",
        "InvalidArgumentError(\"",
        "ParseError(\"",
        "ArithmeticOverflow(\"",
    ];
    if !text.contains("filter predicate") {
        return None;
    }
    let starts = OPENINGS.iter().filter_map(|opening| text.find(opening).map(|start| start + opening.len()));
    match starts.min() {
        Some(start) => Some(Said::of_values(&unquoted(text.get(start..)?))),
        None => text.contains("DivideByZero").then(|| Said::of_values("Division by zero")),
    }
}

/// The text up to the closing quote, without the escapes of Rust's debug form.
fn unquoted(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next().filter(|char| *char != '"') {
        match char {
            '\\' => match chars.next() {
                Some('n' | 'r' | 't') => plain.push(' '),
                Some('u') => plain.extend(unicode(&mut chars)),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain
}

/// `{1f600}`.
fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let digits: String = chars.by_ref().take_while(|char| *char != '}').filter(char::is_ascii_hexdigit).collect();
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_a_pushed_down_filter_is_found_with_its_place() {
        let text = r#"External: Compute error: Error evaluating filter predicate: Execution("line 1:36: Cannot cast 'a\"\u{e9}' to INT")"#;
        let said = buried(text).unwrap();
        assert_eq!(
            (said.message.as_str(), said.place),
            ("Cannot cast 'a\"é' to INT", Some(Position { line: 1, column: 36 }))
        );
        assert!(buried("External: disk full").is_none());
    }

    #[test]
    fn marks_are_taken_out_of_names() {
        let (message, place) = without_marks("Function 'lower@3:14' is like bob@example and lower@4:1");
        assert_eq!(message, "Function 'lower' is like bob@example and lower");
        assert_eq!(place, Some(Place { line: 3, column: 14 }));
    }
}
