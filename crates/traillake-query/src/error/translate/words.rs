//! Messages of the engine in SQL's words.

/// The engine's names for types and Lake's; longer names first.
const TYPES: [(&str, &str); 23] = [
    ("Utf8View", "varchar"),
    ("LargeUtf8", "json"),
    ("Utf8", "varchar"),
    ("UInt64", "bigint"),
    ("UInt32", "bigint"),
    ("Int64", "bigint"),
    ("Int32", "integer"),
    ("Int16", "smallint"),
    ("Int8", "tinyint"),
    ("Float64", "double"),
    ("Float32", "real"),
    ("Boolean", "boolean"),
    ("Date32", "date"),
    ("Timestamp(ms)", "timestamp(3)"),
    ("Timestamp(ms, \"UTC\")", "timestamp(3) with time zone"),
    ("Time32(ms)", "time(3)"),
    ("Decimal128(", "decimal("),
    ("FixedSizeBinary(16)", "ipaddress"),
    ("BinaryView", "varbinary"),
    ("Binary", "varbinary"),
    ("List(", "array("),
    ("Map(", "map("),
    ("Struct(", "row("),
];

/// What Trino says instead.
const TRINO: [(&str, &str); 1] = [("subquery returned more than one row", "sub-query has returned multiple rows")];

/// Functions that the grammar makes and what the query says; longer names first.
const HIDDEN: [(&str, &str); 14] = [
    ("$like_pattern", "LIKE"),
    ("$subscript", "[]"),
    ("$try_cast", "TRY_CAST"),
    ("$time_of_text", "timestamp"),
    ("$interval_length", "interval"),
    ("$concat_bytes", "||"),
    ("$json_", "json_"),
    ("$concat", "||"),
    ("$array", "ARRAY"),
    ("$cast", "CAST"),
    ("$map", "map"),
    ("$row", "ROW"),
    ("$try", "TRY"),
    ("ScalarUDF", "function"),
];

/// A message with Lake's names of types, outside quotes.
pub(super) fn in_sql_words(message: &str) -> String {
    let mut words = String::with_capacity(message.len());
    for (index, part) in message.split('\'').enumerate() {
        if index > 0 {
            words.push('\'');
        }
        let outside = index % 2 == 0;
        words.push_str(&if outside { renamed(part) } else { part.to_owned() });
    }
    words
}

fn renamed(part: &str) -> String {
    let words = |text: String, names: &[(&str, &str)]| {
        names.iter().fold(text, |text, (engine, ours)| text.replace(engine, ours))
    };
    let part = words(words(words(part.to_owned(), &TRINO), &HIDDEN), &TYPES);
    shortened(&part)
}

/// A message whose long rows show their first fields alone.
fn shortened(message: &str) -> String {
    const LONGEST: usize = 80;
    let mut short = String::new();
    let mut rest = message;
    while let Some(start) = rest.find("row(") {
        let (before, row) = rest.split_at(start);
        let end = closing(row).unwrap_or(row.len());
        let (row, after) = row.split_at(end);
        short.push_str(before);
        match row.match_indices(", ").nth(1) {
            Some((second, _)) if row.len() > LONGEST => {
                short.push_str(row.get(..second).unwrap_or(row));
                short.push_str(", ...)");
            }
            _ => short.push_str(row),
        }
        rest = after;
    }
    short.push_str(rest);
    short
}

/// Where the first parenthesis of a text is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(index, char)| {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return None,
        }
        (depth == 0).then_some(index + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_rows_show_their_first_fields() {
        let row = format!("row(a varchar, b row(c bigint), {})", "d varchar, ".repeat(9));
        assert_eq!(shortened(&format!("{row} = varchar")), "row(a varchar, b row(c bigint), ...) = varchar");
        assert_eq!(shortened("row(a varchar) = row(b"), "row(a varchar) = row(b");
    }

    #[test]
    fn types_are_named_as_in_sql_but_not_in_texts() {
        assert_eq!(in_sql_words("cannot cast 'Utf8' to List(Int64)"), "cannot cast 'Utf8' to array(bigint)");
    }
}
