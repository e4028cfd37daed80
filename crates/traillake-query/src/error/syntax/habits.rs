//! What people write who know other databases, and what Lake has for it.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Scene;

/// What stands before the place, at the place, what is expected there, and what to do.
///
/// A word stands for itself, in any case; `<string>`, `<number>`, `<name>`, `<end>` for what their
/// names say; nothing for anything.
type Habit = (&'static str, &'static str, &'static str, &'static str);

const HABITS: [Habit; 66] = [
    ("(", "<name>", "'(', 'SELECT'", "a query begins with SELECT; to leave columns out of `*`, name those you want"),
    ("PARTITION", "", "", "`OVER (PARTITION BY x ORDER BY y)`"),
    ("", "ORDER", "')'", "`ORDER BY x` belongs here"),
    ("<name>", "(", "'AS'", "`WITH a (x, y) AS (SELECT ...)`"),
    (",", "FROM", "", "remove the comma before `FROM`"),
    (",", "WHERE", "", "remove the comma before `WHERE`"),
    (",", ")", "", "remove the comma before `)`, or write one more value"),
    (",", "<end>", "", "remove the last comma, or write one more item"),
    (",", "", "<identifier>", "remove the comma before it, or write one more item"),
    ("", "‘", "", "text stands in straight quotes: 'text'"),
    ("", "’", "", "text stands in straight quotes: 'text'"),
    ("", "“", "", "text stands in straight single quotes: 'text'"),
    ("", "”", "", "text stands in straight single quotes: 'text'"),
    ("", "`", "", "names are quoted with double quotes, most need none"),
    ("IN", "", "'('", "a list stands in parentheses: `x IN ('a', 'b')`"),
    ("(", ")", "<expression>", "write at least one value between the parentheses"),
    ("<string>", "<string>", "", "put a comma between the values; a quote within text is doubled: 'it''s'"),
    ("<number>", "<number>", "", "put a comma between the values"),
    ("INTERVAL", "<number>", "", "the number stands in quotes: `INTERVAL '7' DAY`"),
    ("", "", "'YEAR', 'MONTH'", "the unit follows the quotes, in the singular: `INTERVAL '7' DAY`"),
    ("TOP", "", "", "Lake writes `LIMIT n` at the end of the query"),
    (
        "QUALIFY",
        "",
        "",
        "put the query into a sub-select and filter around it: `SELECT * FROM (SELECT ...) WHERE rn = 1`",
    ),
    ("LIMIT", "", "", "LIMIT takes a whole number: `LIMIT 10`"),
    ("", "LIMIT", "", "the order of clauses is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, LIMIT"),
    ("", "OFFSET", "", "OFFSET comes before LIMIT: `OFFSET 10 LIMIT 5`"),
    ("", "GROUP", "<EOF>", "the order of clauses is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, LIMIT"),
    (
        "",
        "WHERE",
        "<EOF>",
        "the order of clauses is FROM, WHERE, GROUP BY, HAVING, ORDER BY; conditions are joined by AND",
    ),
    ("", "ORDER", "<EOF>", "the order of clauses is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, LIMIT"),
    ("", "HAVING", "<EOF>", "the order of clauses is WHERE, GROUP BY, HAVING, ORDER BY, OFFSET, LIMIT"),
    ("", "->>", "", "Lake writes `json_extract_scalar(x, '$.key')`"),
    ("", ":", "<EOF>", "Lake writes `json_extract_scalar(x, '$.key')`"),
    ("", "&&", "", "Lake writes `AND`"),
    ("", "||", "", "`||` joins texts; conditions are joined by `OR`"),
    ("", "=", "<EOF>", "comparisons do not chain: join conditions by `AND` or `OR`; `||` joins texts"),
    ("EXCEPT", "", "", "EXCEPT stands between two queries; to leave columns out, name those you want"),
    ("", "EXCLUDE", "", "Lake leaves no columns out of `*`: name those you want"),
    ("", "REPLACE", "<EOF>", "Lake replaces no columns of `*`: name those you want"),
    ("", "CONTAINS", "", "Lake writes `x LIKE '%text%'`"),
    ("", "MATCHES", "", "Lake writes `regexp_like(x, 'pattern')`"),
    ("", "@", "", "a parameter is written `:name`, and given with `--param name=value`"),
    ("", "@@", "", "Lake has no variables"),
    ("", "<<", "", "Lake writes `contains('10.0.0.0/8', IPADDRESS '10.1.2.3')` for networks"),
    ("", "NOT", "<EOF>", "NOT stands before LIKE, IN and BETWEEN; write `x IS NOT NULL`, `x <> 'a'`"),
    ("", "", "'DISTINCT', 'NOT', 'NULL'", "IS goes with NULL: `x IS NULL`; values are compared with `=`"),
    ("", "", "'DISTINCT', 'NULL'", "IS NOT goes with NULL: `x IS NOT NULL`; values are compared with `<>`"),
    ("", "", "'ON', 'USING'", "`JOIN b ON a.k = b.k`, or `CROSS JOIN b`"),
    ("AS", "", "'('", "a query of WITH stands in parentheses: `WITH a AS (SELECT ...)`"),
    ("", "", "'ONLY'", "`FETCH FIRST 10 ROWS ONLY`, or `LIMIT 10`"),
    ("", "", "'WITHIN'", "`listagg(x, ',') WITHIN GROUP (ORDER BY x)`"),
    ("", "UNION", "", "ORDER BY and LIMIT stand once, after the last query; for one branch put it into parentheses"),
    ("FROM", "<string>", "", "a store stands without quotes, or in double quotes"),
    ("AS", "<string>", "", "a name stands without quotes, or in double quotes"),
    ("", "<string>", "<identifier>", "a name stands without quotes, or in double quotes"),
    ("<name>", "-", "<EOF>", "a name with other characters stands in double quotes: `\"my-store\"`"),
    ("", "UNNEST", "", "UNNEST stands in FROM: `FROM events CROSS JOIN UNNEST(resources) AS t(resource)`"),
    ("", "<end>", "'ELSE', 'END', 'WHEN'", "CASE ends with `END`"),
    ("", "", "'ELSE', 'END', 'WHEN'", "CASE ends with `END`: `CASE WHEN c THEN a ELSE b END`"),
    ("", "", "'THEN'", "`CASE WHEN condition THEN result ELSE result END`"),
    ("", "", "'AND'", "`x BETWEEN low AND high`"),
    ("", "", "'AS'", "`CAST(x AS varchar)`"),
    ("", "", "'BY'", "`BY` belongs here: `GROUP BY x`, `ORDER BY x`"),
    ("", "", "'WHERE'", "`count(*) FILTER (WHERE x = 'a')`"),
    ("", "", "'PRECEDING', 'FOLLOWING'", "`ROWS BETWEEN 5 PRECEDING AND CURRENT ROW`"),
    ("", "::", "", "Lake writes `CAST(x AS type)`"),
    ("AS", "", "<identifier>", "the word is a keyword: put it in double quotes, or choose another name"),
    ("OF", "", "<EOF>", "Lake keeps no versions of a store: it answers from what it holds now"),
];

/// What is said when nothing else is known, by what is expected.
const OTHERWISE: [(&str, &str); 8] = [
    ("<EOF>", "the query could end before this; a comma, an operator or a keyword may be missing"),
    ("<expression>", "a column, a value or a call belongs here"),
    ("<identifier>", "a name belongs here; keywords are names only in double quotes"),
    ("<integer>", "a whole number belongs here"),
    ("<string>", "a text in single quotes belongs here"),
    ("'('", "a parenthesis opens here"),
    ("<query>", "a query belongs here: `SELECT ...`"),
    ("'", "one of these words or signs belongs here"),
];

/// What to do about messages that name no tokens.
const MESSAGES: [(&str, &str); 12] = [
    ("unterminated string literal", "close the text with `'`; a quote within text is doubled: 'it''s'"),
    ("expected close delimiter", "close the name with `\"`; text stands in single quotes"),
    (
        "must not start with a digit",
        "a time stands in quotes: `timestamp '2024-01-01 00:00:00'`; a name in double quotes",
    ),
    (
        "invalid EXTRACT field",
        "fields: `YEAR`, `QUARTER`, `MONTH`, `WEEK`, `DAY`, `DAY_OF_WEEK`, `DAY_OF_YEAR`, `HOUR`, `MINUTE`, `SECOND`",
    ),
    ("INTERVAL", "a number in quotes and its unit: `INTERVAL '7' DAY`, `INTERVAL '2 03' DAY TO HOUR`"),
    ("numeric literal", "integers go to 9223372036854775807; write more digits with a decimal point"),
    ("binary literal", "two hexadecimal digits for each byte: `X'65FF'`"),
    ("is not known: a query has no user", "CloudTrail's own columns say who did what: `userIdentity.arn`"),
    ("'try' function", "`try(x)` takes one expression; `coalesce(try(x), y)` gives a default"),
    ("'if' function", "`if(condition, then, else)`"),
    ("too many digits", "decimals have up to 38 digits; `1e40` is a double"),
    ("too many mistakes", "check parentheses, brackets and commas"),
];

/// Types of other databases and Lake's.
const TYPES: [(&str, &str); 19] = [
    ("string", "varchar"),
    ("text", "varchar"),
    ("nvarchar", "varchar"),
    ("str", "varchar"),
    ("n", "'text' without a letter before it"),
    ("e", "'text' without a letter before it; there are no backslash escapes"),
    ("int64", "bigint"),
    ("int8", "bigint"),
    ("long", "bigint"),
    ("signed", "bigint"),
    ("unsigned", "bigint"),
    ("int32", "integer"),
    ("int4", "integer"),
    ("float64", "double"),
    ("number", "decimal(p, s)` or `double"),
    ("bool", "boolean"),
    ("datetime", "timestamp"),
    ("timestamptz", "timestamp with time zone"),
    ("inet", "ipaddress"),
];

/// What the tokens around a mistake tell.
pub(super) fn of(scene: &Scene<'_>) -> Option<String> {
    let habit = HABITS.iter().find(|(before, found, expecting, _)| {
        is(scene.before(1), before) && is(scene.found(), found) && scene.expecting.starts_with(expecting)
    });
    habit.map(|(.., hint)| (*hint).to_owned())
}

/// What the parser expects, in words.
pub(super) fn otherwise(scene: &Scene<'_>) -> Option<String> {
    let known = OTHERWISE.iter().find(|(expecting, _)| scene.expecting.starts_with(expecting));
    known.map(|(_, hint)| (*hint).to_owned())
}

/// What a message itself tells.
pub(super) fn of_message(message: &str) -> Option<String> {
    if let Some((_, name)) = message.split_once("nknown type: ") {
        return Some(of_type(name));
    }
    let known = MESSAGES.iter().find(|(part, _)| message.contains(part));
    known.map(|(_, hint)| (*hint).to_owned())
}

fn of_type(name: &str) -> String {
    let known = TYPES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name.trim()));
    known.map_or_else(
        || {
            "types: `varchar`, `bigint`, `integer`, `double`, `decimal(p, s)`, `boolean`, `date`, `timestamp`, `json`, \
             `varbinary`, `ipaddress`, `array(t)`, `map(k, v)`, `row(...)`"
                .to_owned()
        },
        |(_, ours)| if ours.starts_with('\'') { format!("write {ours}") } else { format!("Lake writes `{ours}`") },
    )
}

/// Whether a token is of a class of [`Habit`].
fn is(token: Option<&Token>, class: &str) -> bool {
    match (class, token) {
        ("", _)
        | ("<end>", None)
        | ("<string>", Some(Token::SingleQuotedString(_)))
        | ("<number>", Some(Token::Number(..))) => true,
        ("<name>", Some(Token::Word(word))) => word.quote_style.is_none(),
        (text, Some(Token::Word(word))) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text),
        (text, Some(token)) => token.to_string() == text,
        (_, None) => false,
    }
}
