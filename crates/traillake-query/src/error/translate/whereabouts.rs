//! Where an error is that came without a place: by the words of the query it is about.

use datafusion::sql::sqlparser::keywords::Keyword;

use super::super::Position;
use super::super::messages::between;
use super::Translator;

/// Parts of messages and the words of the text they are about, in the order they are looked for.
const ABOUT: [(&str, &[&str]); 28] = [
    ("annot apply operator", &["IN", "BETWEEN", "CASE"]),
    ("parsing timestamp", &["IN", "USING"]),
    ("cast to timestamp", &["UNION", "IN", "USING"]),
    ("row expected", &["VALUES"]),
    ("Values", &["VALUES"]),
    ("CASE", &["CASE", "IF"]),
    ("LIKE", &["LIKE"]),
    ("COALESCE", &["COALESCE"]),
    ("COUNT DISTINCT", &["COUNT"]),
    ("HAVING", &["HAVING"]),
    ("non-boolean predicate", &["WHERE", "HAVING"]),
    ("boolean type", &["ON"]),
    ("SELECT DISTINCT, ORDER BY", &["ORDER"]),
    ("ORDER BY", &["ORDER"]),
    ("grouping function", &["GROUPING"]),
    ("UNION", &["UNION"]),
    ("Union", &["UNION"]),
    ("EXCEPT", &["EXCEPT"]),
    ("INTERSECT", &["INTERSECT"]),
    ("SELECT * with no tables", &["*"]),
    ("Qualified wildcard", &["*"]),
    ("ambda", &["->"]),
    ("LATERAL", &["JOIN"]),
    ("USING", &["USING"]),
    ("BETWEEN", &["BETWEEN"]),
    ("IN expression", &["IN"]),
    ("row expression", &["ROW"]),
    ("EXISTS", &["EXISTS"]),
];

impl Translator {
    /// The place a message of the engine is about.
    pub(super) fn whereabouts(&self, message: &str) -> Option<Position> {
        self.of_expression(message)
            .or_else(|| self.of_alias(message))
            .or_else(|| self.of_function(message))
            .or_else(|| self.of_total(message))
            .or_else(|| self.of_subquery(message))
            .or_else(|| {
                let (_, words) = ABOUT.iter().find(|(part, _)| message.contains(part))?;
                words.iter().find_map(|word| self.places.word(word))
            })
    }

    /// The first sub-select; which of several the engine does not say.
    fn of_subquery(&self, message: &str) -> Option<Position> {
        let words = ["ubquery", "sub-query", "sub-select"];
        let found = || self.places.subquery().or_else(|| self.places.word("LATERAL"));
        words.iter().any(|word| message.contains(word)).then(found)?
    }

    /// An expression that the message quotes, in the clause it belongs to.
    fn of_expression(&self, message: &str) -> Option<Position> {
        let conditions = [Keyword::WHERE, Keyword::HAVING, Keyword::ON];
        if let Some(condition) = between(message, "non-boolean predicate '", "' returning") {
            return self.places.mentioned(condition, &conditions);
        }
        let sorted = between(message, "ORDER BY expressions ", " must appear")?;
        self.places.mentioned(sorted, &[Keyword::ORDER])
    }

    /// A name given twice, or a list of names that does not fit.
    fn of_alias(&self, message: &str) -> Option<Position> {
        if let Some(name) = between(message, "WITH query name \"", "\" specified") {
            return self.places.named_again(name);
        }
        let count = between(message, "columns but only ", " names given")?;
        self.places.alias_list(count.parse().ok()?)
    }

    /// The only sum or average of the query, which do not know where they stand.
    fn of_total(&self, message: &str) -> Option<Position> {
        (message.contains("addition overflow") || message == "Decimal overflow")
            .then(|| self.places.only(&["sum", "avg"]))?
    }

    fn of_function(&self, message: &str) -> Option<Position> {
        let name = message.split_once("for function ").or_else(|| message.split_once("lambda of "))?.1;
        let end = name.find(|char: char| !char.is_ascii_alphanumeric() && char != '_').unwrap_or(name.len());
        self.places.find(&[name.get(..end)?])
    }
}
