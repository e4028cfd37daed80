//! Which words are names.

use super::*;

/// Names, each with a meaning for `sqlparser` or in some place of Trino's grammar.
const WORDS: &str = "\
    user key value source target region bucket instance volume operator service username weekday date time \
    timestamp interval type name first last position year month day hour minute second week quarter zone count \
    role window set offset limit top qualify sample all any some filter over partition range rows row groups \
    array map struct match prior connect_by_root overlay substring ceil floor convert replace period system \
    session format settings fetch next lateral ordinality pivot unpivot asof semi anti global final sort cluster \
    if try try_cast json schema temporary external cache explain show tablesample div";

#[test]
fn words_that_trino_does_not_reserve_are_names_everywhere() {
    for word in WORDS.split_whitespace() {
        for sql in [
            format!("SELECT {word}, {word} AS {word} FROM {word} AS {word} WHERE {word} = 1 ORDER BY {word}"),
            format!("SELECT a {word} FROM t {word}"),
            format!("SELECT a {word}, b {word}"),
            format!("SELECT {word}.{word}, x.{word} FROM {word}"),
            format!("WITH {word} ({word}) AS (SELECT 1) SELECT {word}.* FROM {word}"),
            format!("SELECT f(x, {word} -> {word} + 1), f(x, ({word}, b) -> {word})"),
            format!("SELECT count(*) FROM t GROUP BY {word} HAVING {word} > 1"),
            format!("SELECT * FROM a JOIN b USING ({word})"),
            format!("SELECT * FROM (SELECT 1 AS x) {word} CROSS JOIN UNNEST({word}) {word} ({word})"),
        ] {
            assert!(query(&sql).is_ok(), "{sql}: {:?}", query(&sql));
        }
    }
}

#[test]
fn reserved_words_are_no_names() {
    for word in ["from", "end", "order", "group", "left", "table", "natural", "using", "values", "trim", "grouping"] {
        assert!(query(&format!("SELECT a AS {word}")).is_err(), "{word}");
        assert!(query(&format!("SELECT * FROM t AS {word}")).is_err(), "{word}");
        assert!(query(&format!("SELECT a AS \"{word}\"")).is_ok(), "{word}");
    }
}
