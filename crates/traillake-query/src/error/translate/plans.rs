//! Messages of the planner whose meaning is known, by the texts they are made of.

use super::super::messages::{between, brief};
use super::super::{Position, QueryError, hints};
use super::Translator;

/// Messages by a part of them, what is said instead, and what to do.
const SAID: [(&str, &str, &str); 25] = [
    ("for function LIKE", "the pattern of LIKE must be a varchar", "a pattern stands in quotes: `x LIKE '%text%'`"),
    (
        "ast node in sqltorel: Lambda",
        "`->` makes a lambda, which stands only in the arguments of functions such as `transform`",
        "Lake writes `json_extract_scalar(x, '$.key')` for a key of JSON",
    ),
    (
        "does not support logical expression OuterReferenceColumn",
        "a subquery that uses columns of the query around it is not answered here",
        "write it as a join with a condition, or as `CROSS JOIN UNNEST(...)` in the query itself",
    ),
    (
        "HAVING clause references",
        "HAVING takes conditions on groups, and the query has none",
        "put conditions on rows into WHERE, or add GROUP BY",
    ),
    (
        "Incompatible inputs for Union",
        "the branches of a UNION have columns of different types",
        "`CAST` the columns of one branch to the types of the other",
    ),
    (
        "Cannot create filter with non-boolean predicate",
        "the condition of WHERE, HAVING or ON must be a boolean",
        "compare the value: `x = 'text'`, `x IS NOT NULL`",
    ),
    (
        "must be boolean type, but got",
        "the condition of WHERE, HAVING or ON must be a boolean",
        "compare the value: `x = 'text'`, `x IS NOT NULL`",
    ),
    (
        "Unary operator 'NOT' requires a boolean",
        "the operand of NOT must be a boolean",
        "compare the value: `NOT x = 1`",
    ),
    (
        "Unary operator '-' only supports",
        "the operand of `-` must be a number or an interval",
        "`CAST(x AS bigint)`, or `try_cast` for values that may not fit",
    ),
    ("for function $like_pattern", "the pattern of LIKE must be a varchar", "convert it: `CAST(x AS varchar)`"),
    (
        "params but UDF support only",
        "a lambda has more parameters than its function gives it",
        "`x -> ...` for arrays, `(k, v) -> ...` for maps",
    ),
    (
        "Physical plan does not support logical expression",
        "EXISTS and IN with a subquery are answered in WHERE and HAVING, not here",
        "count in a sub-select and compare the count, or use a join",
    ),
    (
        "For SELECT DISTINCT, ORDER BY expressions",
        "for SELECT DISTINCT, ORDER BY expressions must be in the select list",
        "add the expression to the list, or sort by one of its items",
    ),
    (
        "Scalar subquery should only return one column",
        "a subquery in the place of a value has several columns",
        "select one column",
    ),
    (
        "InSubquery should only return one column",
        "a subquery in the place of a value has several columns",
        "select one column",
    ),
    (
        "Correlated scalar subquery must be aggregated to return at most one row",
        "a subquery in the place of a value must give one row",
        "use an aggregate such as `max(...)` or `arbitrary(...)`, or LIMIT 1",
    ),
    (
        "Scalar subquery should only return one row",
        "a subquery in the place of a value has several rows",
        "use an aggregate such as `max(...)` or `arbitrary(...)`, or LIMIT 1",
    ),
    (
        "Subquery returns more than one row",
        "a subquery in the place of a value has several rows",
        "use an aggregate such as `max(...)`, or LIMIT 1",
    ),
    (
        "returned more than one row",
        "a subquery in the place of a value has several rows",
        "use an aggregate such as `max(...)`, or LIMIT 1",
    ),
    (
        "Qualified wildcard with expression not supported",
        "`.*` takes a relation, or a row column of a store",
        "name the fields: `r.arn AS arn, r.type AS type`",
    ),
    ("SELECT * with no tables specified", "SELECT * needs a FROM", "name the columns, or add `FROM <store>`"),
    (
        "LATERAL syntax is not supported for",
        "a join with UNNEST is INNER, LEFT or CROSS",
        "put UNNEST on the right side of `CROSS JOIN` or `LEFT JOIN ... ON TRUE`",
    ),
    (
        "UNNEST must have at least one argument",
        "UNNEST takes at least one array or map",
        "`UNNEST(resources) AS t(resource)`",
    ),
    (
        "Cannot infer common type for bitwise operation",
        "cannot apply a bitwise operator to these types",
        "use `bitwise_and(a, b)` with bigint values",
    ),
    (
        "Invalid identifier in USING clause",
        "USING takes names of columns both sides have",
        "`JOIN b USING (eventid)`, or ON with two columns",
    ),
];

impl Translator {
    /// The error a message means; `None` for messages that are not known.
    pub(super) fn known(&self, message: &str, span: Option<Position>) -> Option<QueryError> {
        if let Some(name) = between(message, "Invalid function '", "'") {
            return Some(self.unknown_function(name));
        }
        if let Some(reference) = between(message, "table '", "' not found") {
            return Some(self.unknown_store(reference));
        }
        if let Some(name) = between(message, "table function '", "' not found") {
            return Some(QueryError::Invalid {
                message: format!("`{name}` is no table function"),
                position: self.places.find(&[name]),
                hint: Some("`UNNEST(sequence(1, 10)) AS t(n)` gives numbers as rows".into()),
            });
        }
        if let Some(name) = message.strip_prefix("Invalid qualifier ") {
            let names: Vec<&str> = name.split('.').collect();
            let position = self.places.find(&names);
            let message = format!("`{}` is no relation of the query", self.places.spelled(&names));
            let hint =
                "`t.*` takes the name or alias of a table in FROM; fields of a row are named: `t.r.field`".into();
            return Some(QueryError::Invalid { message, position, hint: Some(hint) });
        }
        if message.starts_with("UNNEST") {
            let position = self.places.find(&["unnest"]);
            return Some(QueryError::Invalid { message: message.to_owned(), position, hint: None });
        }
        if let Some(reference) = between(message, "compound identifier: [", "]") {
            let names: Vec<&str> = reference.split(", ").map(|name| name.trim_matches('"')).collect();
            return Some(self.unknown_column(&names, &[], span));
        }
        if message.contains("for function LIKE") {
            return said(message, span);
        }
        if let Some(count) = between(message, "Source table contains ", " columns but") {
            let given = between(message, "but only ", " names").unwrap_or_default();
            let message = format!("the relation has {count} columns, and {given} names are given");
            return Some(QueryError::Invalid { message, position: span, hint: None });
        }
        if let Some(name) = between(message, "The function '", "' expected zero argument") {
            let message = format!("function `{name}` takes no arguments");
            return Some(QueryError::Invalid { message, position: span, hint: None });
        }
        self.ungrouped(message, span)
            .or_else(|| self.unorderable(message))
            .or_else(|| said(message, span))
            .or_else(|| self.arguments(message, span))
            .or_else(|| Self::operator(message, span))
    }

    /// A column that is neither grouped nor aggregated.
    fn ungrouped(&self, message: &str, span: Option<Position>) -> Option<QueryError> {
        let column = between(message, "column \"", "\" must appear in the GROUP BY")?;
        let name = column.rsplit('.').next().unwrap_or(column);
        let found = span.and_then(|place| Some((place, self.places.at(place)?))).or_else(|| self.places.path(&[name]));
        let found = found.or_else(|| Some((self.places.word("*")?, name.to_owned())));
        let (position, name) = found.map_or((None, name.to_owned()), |(place, name)| (Some(place), name));
        Some(QueryError::Invalid {
            message: format!("'{name}' must be an aggregate expression or appear in GROUP BY clause"),
            position,
            hint: Some(format!("group by `{name}` as well, or take one value of the group: `arbitrary({name})`")),
        })
    }

    /// Arguments that a function does not take.
    fn arguments(&self, message: &str, span: Option<Position>) -> Option<QueryError> {
        if let Some((_, text)) = message.split_once("Unexpected parameters (") {
            let text = text.split(". No function matches").next().unwrap_or(text);
            let name = between(text, " for function ", ".").unwrap_or_default();
            return Some(QueryError::Invalid {
                message: format!("unexpected parameters ({text}"),
                position: span.or_else(|| self.places.find(&[name])),
                hint: Some(hints::call(name)),
            });
        }
        if let Some((_, text)) = message.split_once("user-defined coercion failed with: Error during planning: ") {
            let text = text.split(". No function matches").next().unwrap_or(text);
            return Some(QueryError::Invalid { message: brief(text), position: span, hint: None });
        }
        let name = between(message, "Function '", "' failed to match any signature")
            .or_else(|| between(message, "Function '", "' expects"))
            .or_else(|| between(message, "No function matches the given name and argument types '", "("))
            .or_else(|| between(message, "Failed to coerce arguments to satisfy a call to '", "'"))?;
        let given = between(message, &format!("'{name}("), ")'");
        let given = given.map(|types| format!(" ({types})")).unwrap_or_default();
        Some(QueryError::Invalid {
            message: format!("function `{name}` does not take these arguments{given}"),
            position: span.or_else(|| self.places.find(&[name])),
            hint: None,
        })
    }

    /// Operands that do not go together.
    fn operator(message: &str, span: Option<Position>) -> Option<QueryError> {
        if let Some((_, types)) = message.split_once("Cannot apply operator: ") {
            return Some(operands(types, span));
        }
        if let Some(types) = between(message, "Cannot infer common argument type for comparison operation ", "\n")
            .or_else(|| message.split("Cannot infer common argument type for comparison operation ").nth(1))
        {
            return Some(operands(types, span));
        }
        let types = message.split("Cannot coerce arithmetic expression ").nth(1)?;
        Some(operands(types.trim_end_matches(" to valid types"), span))
    }
}

fn operands(types: &str, position: Option<Position>) -> QueryError {
    QueryError::Invalid {
        message: format!("cannot apply operator: {}", brief(types)),
        position,
        hint: Some("convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit".into()),
    }
}

fn said(message: &str, position: Option<Position>) -> Option<QueryError> {
    let (_, said, hint) = SAID.iter().find(|(part, ..)| message.contains(part))?;
    Some(QueryError::Invalid { message: (*said).to_owned(), position, hint: Some((*hint).to_owned()) })
}
