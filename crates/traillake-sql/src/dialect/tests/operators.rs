//! How operators bind.

use super::*;

#[test]
fn operators_bind_as_in_trino() {
    for (written, expected) in [
        ("a OR b AND NOT c = d", "(a OR (b AND (NOT (c = d))))"),
        ("NOT a AND b", "((NOT a) AND b)"),
        ("1 + 2 * 3 - 4 % 5", "((1 + (2 * 3)) - (4 % 5))"),
        ("a || b + 1 || c", "((a || (b + 1)) || c)"),
        ("a - b - c", "((a - b) - c)"),
        ("-a * -b", "((- a) * (- b))"),
        ("x BETWEEN 1 + 1 AND 3 AND y", "((x BETWEEN (1 + 1) AND 3) AND y)"),
        (
            "a IS DISTINCT FROM 'x' AND b IS NOT DISTINCT FROM c OR d",
            "(((a IS DISTINCT FROM 'x') AND (b IS NOT DISTINCT FROM c)) OR d)",
        ),
        ("a || 'b' LIKE 'c' || '%' AND d", "(((a || 'b') LIKE \"$like_pattern\"('c' || '%')) AND d)"),
        ("a + 1 IS NULL", "((a + 1) IS NULL)"),
        ("a <> b OR a != c", "((a <> b) OR (a <> c))"),
    ] {
        assert_eq!(grouped(&tree(written)), expected, "{written}");
    }
    all_refused(&[
        ("SELECT a = b = c", "mismatched input '='"),
        ("SELECT a IS NULL IS NULL", "mismatched input 'IS'"),
        ("SELECT a IS TRUE", "Expecting: 'DISTINCT', 'NOT', 'NULL'"),
        ("SELECT 1 WHERE a == b", "write `=`"),
        ("SELECT 1 WHERE a ILIKE 'x'", "lower(x) LIKE"),
        ("SELECT a::varchar", "CAST(x AS type)"),
        ("SELECT a & b", "mismatched input '&'"),
        ("SELECT a << b", "mismatched input"),
        ("SELECT 1 WHERE a ~ 'b'", "regexp_like"),
        ("SELECT 1 WHERE a NOTNULL", "mismatched input"),
        ("SELECT a:b", "mismatched input ':'"),
        ("SELECT !a", "write NOT"),
        ("SELECT a ESCAPE 'x'", "mismatched input"),
    ]);
}
