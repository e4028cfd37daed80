//! What to write instead, by what a message says.

/// Parts of messages in lower case, and a way out; the first that fits is said.
const WAYS: [(&str, &str); 60] = [
    ("returned multiple rows", "use an aggregate such as `max(...)` or `arbitrary(...)`, or LIMIT 1"),
    (
        "correlated sub-select is not answered",
        "write it as a join with a condition, or as `CROSS JOIN UNNEST(...)` in the query itself",
    ),
    ("rows are compared with a sub-select", "compare their fields one by one, or use `=` and `<>`"),
    ("change from reading to reading", "leave functions such as `random()` out of the query around the sub-select"),
    ("division by zero", "`nullif(x, 0)` as the divisor, or `try(...)`, gives NULL instead"),
    ("divide by zero", "`nullif(x, 0)` as the divisor, or `try(...)`, gives NULL instead"),
    ("modulo by zero", "`nullif(x, 0)` as the divisor, or `try(...)`, gives NULL instead"),
    ("key not present in map", "`element_at(map, key)` gives NULL for a missing key"),
    ("array subscript", "`element_at(array, index)` gives NULL beyond the end"),
    ("array indices start at 1", "the first element is `x[1]`, the last one `element_at(x, -1)`"),
    ("for subscript of", "arrays take integers, maps their keys; `substr(x, 1, 1)` takes a character of a text"),
    ("row indices start at 1", "the first field is `r[1]`; fields have names, too: `r.field`"),
    ("index out of bounds for row", "name the field: `r.field`"),
    (
        "left side of like",
        "`CAST(x AS varchar) LIKE ...`; times are compared with `>=`, `<` and `BETWEEN`, keys of maps by `element_at(x, 'key')`",
    ),
    ("pattern for like", "a pattern stands in quotes: `x LIKE '%text%'`"),
    ("pattern of like", "a pattern stands in quotes: `x LIKE '%text%'`"),
    ("escape string", "`x LIKE 'a!%b' ESCAPE '!'`"),
    ("the lambda must give boolean", "compare in the lambda: `r -> r.arn LIKE '%text%'`"),
    ("the lambda", "see `SHOW FUNCTIONS` for the parameters of a function's lambda"),
    ("must evaluate to a boolean", "compare it: `x = 'text'`, `x IN ('a', 'b')`, `x IS NOT NULL`"),
    ("must be boolean", "compare it: `x = 'text'`, `x IN ('a', 'b')`, `x IS NOT NULL`"),
    ("must be a boolean", "compare it: `x = 'text'`, `x IN ('a', 'b')`, `x IS NOT NULL`"),
    ("common type", "`CAST` them to one type: `CAST(x AS varchar)`"),
    ("mismatched types", "`CAST` them to one type: `CAST(x AS varchar)`"),
    ("incompatible types", "`CAST` the column of one branch to the type of the other"),
    (
        "invalid regular expression",
        "a character such as `(`, `[`, `.`, `*` or `+` that stands for itself has a backslash before it: `'\\('`",
    ),
    ("cannot access group", "groups count from 1; 0 is the whole match"),
    (
        "json path",
        "paths: `'$.requestParameters.bucketName'`, `'$.items[0].key'`; also without `$`: `'items[0].key'`; `'$.items[*].key'` finds an array",
    ),
    ("value to json", "`try(json_parse(x))` gives NULL for text that is no JSON"),
    ("time zone", "zones are `UTC`, names such as `Europe/Berlin`, and offsets such as `+02:00`"),
    (
        "is not a valid timestamp field",
        "units: `'second'`, `'minute'`, `'hour'`, `'day'`, `'week'`, `'month'`, `'quarter'`, `'year'`",
    ),
    ("is not a valid date field", "units: `'day'`, `'week'`, `'month'`, `'quarter'`, `'year'`"),
    ("is not a valid time field", "units: `'millisecond'`, `'second'`, `'minute'`, `'hour'`"),
    ("date format", "formats are MySQL's: `'%Y-%m-%d %H:%i:%s'`"),
    ("invalid format string", "`%s` for text, `%d` for integers, `%.2f` for numbers with decimals"),
    (
        "invalid format",
        "the text and the format must agree: `date_parse('2024-05-01', '%Y-%m-%d')`; `try(...)` gives NULL for others",
    ),
    ("cannot cast row", "`CAST(ROW(1, 'a') AS row(x bigint, y varchar))` has a field for each value"),
    ("cannot cast map", "`json_format(CAST(x AS json))` writes a map as text; `element_at(x, 'key')` takes one value"),
    ("cannot cast array", "`array_join(x, ', ')` or `json_format(CAST(x AS json))` writes an array as text"),
    ("cannot cast timestamp(3) to", "`to_unixtime(x)` gives a number, `date_format(x, '%Y-%m-%d')` a text"),
    ("to_unixtime", "`to_unixtime(x)` gives a number, `date_format(x, '%Y-%m-%d')` a text"),
    ("cannot cast", "`try_cast(x AS type)` gives NULL for values that do not fit"),
    ("cannot be cast", "`try_cast(x AS type)` gives NULL for values that do not fit"),
    ("error parsing", "`try_cast(x AS type)` gives NULL for values that do not fit"),
    ("duplicate map keys", "`multimap_agg(key, value)` keeps all values of a key, `map_agg` one of them"),
    ("must be the same length", "give as many keys as values"),
    ("grouping", "the arguments of GROUPING are columns of GROUP BY"),
    ("specified more than once", "give the queries of WITH different names"),
    ("names are given", "give as many names as there are columns, or none"),
    (
        "unnest takes arrays and maps",
        "`split(x, ',')` makes an array of a text, `CAST(json_parse(x) AS array(varchar))` one of JSON",
    ),
    ("takes no arguments", "leave the parentheses empty"),
    (
        "has no fields",
        "only rows have fields; functions take parts of values: `year(eventTime)`, `split_part(eventSource, '.', 1)`",
    ),
    ("not orderable", "sort by a part of it, `element_at(map, 'key')`, or by a text of it"),
    ("appears twice", "give one of them another name with AS"),
    ("out of range", "`try(...)` gives NULL instead; `CAST(x AS double)` holds more"),
    ("overflow", "`try(...)` gives NULL instead; `CAST(x AS double)` holds more"),
    (
        "for a batch of rows",
        "shorten what is made of each row, or raise `--memory-limit`, of which it may take a quarter",
    ),
    ("must not have more than", "narrow the range, or take larger steps"),
    ("index must be greater than zero", "parts count from 1"),
    ("hex character", "hexadecimal text has an even number of digits and letters from A to F"),
];

/// Functions that are called otherwise than people think, and how.
const CALLS: [(&str, &str); 22] = [
    ("contains", "`contains(array, x)` looks into arrays; for text write `x LIKE '%part%'` or `strpos(x, 'part') > 0`"),
    ("json_extract_scalar", "it reads JSON text; a map gives its values by `element_at(map, 'key')`"),
    ("json_extract", "it reads JSON text; a map gives its values by `element_at(map, 'key')`"),
    ("json_parse", "it reads text; `CAST(x AS json)` makes JSON of other values"),
    ("date_trunc", "the unit comes first: `date_trunc('day', eventTime)`"),
    ("date_add", "`date_add('day', -7, eventTime)`"),
    ("date_diff", "`date_diff('day', a, b)`"),
    ("date_format", "`date_format(eventTime, '%Y-%m-%d')`"),
    ("date_parse", "`date_parse('2024-05-01', '%Y-%m-%d')` reads text"),
    ("md5", "`to_hex(md5(to_utf8(x)))`"),
    ("sha1", "`to_hex(sha1(to_utf8(x)))`"),
    ("sha256", "`to_hex(sha256(to_utf8(x)))`"),
    ("sha512", "`to_hex(sha512(to_utf8(x)))`"),
    (
        "element_at",
        "`element_at(map, 'key')`, `element_at(array, 1)`; a text gives its parts by `split_part` and `substr`",
    ),
    ("cardinality", "it counts arrays and maps; `length(x)` counts the characters of a text"),
    ("year", "`year(CAST(x AS timestamp))` for text"),
    ("month", "`month(CAST(x AS timestamp))` for text"),
    ("day", "`day(CAST(x AS timestamp))` for text"),
    ("hour", "`hour(CAST(x AS timestamp))` for text"),
    ("to_unixtime", "`to_unixtime(from_iso8601_timestamp(x))` for text"),
    ("transform", "`transform(array, x -> lower(x))`"),
    ("filter", "`filter(array, x -> x <> 'a')`"),
];

/// What to write instead, for a message about a query or its values.
pub(super) fn way_out(message: &str) -> Option<String> {
    let message = message.to_lowercase();
    let way = WAYS.iter().find(|(text, _)| message.contains(text));
    way.map(|(_, way)| (*way).to_owned())
}

/// How to call a function whose arguments do not fit.
pub(super) fn call(name: &str) -> String {
    let known = CALLS.iter().find(|(function, _)| function.eq_ignore_ascii_case(name));
    let otherwise = "convert an argument: `CAST(x AS type)`, or `try_cast` for values that may not fit";
    known.map_or(otherwise, |(_, form)| form).to_owned()
}
