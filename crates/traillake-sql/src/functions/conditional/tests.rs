use crate::testing::{rows, value};

fn attempt(expression: &str) -> String {
    value(&format!("\"$try\"(nobody -> {expression})")).unwrap_or_else(|error| error)
}

#[test]
fn coalesce_takes_the_first_value() {
    assert_eq!(value("coalesce(NULL, 2, 3)").unwrap(), "2");
    assert_eq!(value("coalesce(1, 2.5)").unwrap(), "1.0");
    assert_eq!(value("coalesce(NULL, ARRAY['a'])").unwrap(), "[a]");
    assert!(value("coalesce('a', 1)").unwrap_err().contains("All COALESCE operands must be the same type"));
    let sql = "SELECT coalesce(x, 'none') FROM (VALUES ('a'), (NULL)) t(x)";
    assert_eq!(rows(sql).unwrap(), [["a"], ["none"]]);
}

#[test]
fn nullif_compares_any_type() {
    assert_eq!(value("nullif(ARRAY[1], ARRAY[1])").unwrap(), "NULL");
    assert_eq!(value("nullif(1, 1.0)").unwrap(), "NULL");
    assert_eq!(value("nullif(NULL, 1)").unwrap(), "NULL");
    assert_eq!(
        rows("SELECT nullif(x, '') FROM (VALUES (''), ('a'), (NULL)) t(x)").unwrap(),
        [["NULL"], ["a"], ["NULL"]]
    );
}

#[test]
fn greatest_and_least_are_null_with_a_null() {
    let sql = "SELECT greatest(a, b), least(a, b) FROM (VALUES (1, 2), (3, NULL), (5, 4)) t(a, b)";
    assert_eq!(rows(sql).unwrap(), [["2", "1"], ["NULL", "NULL"], ["5", "4"]]);
    assert_eq!(value("greatest('b', 'a')").unwrap(), "b");
    assert_eq!(value("least(ARRAY[2], ARRAY[1, 5])").unwrap(), "[1, 5]");
    assert!(value("greatest('a', 1)").unwrap_err().contains("common type"));
}

#[test]
fn typeof_names_types_as_trino_does() {
    assert_eq!(value("typeof(NULL)").unwrap(), "unknown");
    assert_eq!(value("typeof(\"$row\"(1, 'a'))").unwrap(), "row(bigint, varchar)");
    assert_eq!(value("typeof(\"$cast\"('{}', 'json'))").unwrap(), "json");
    assert_eq!(value("typeof(\"$cast\"('2024-01-01', 'timestamp'))").unwrap(), "timestamp(3)");
}

#[test]
fn uuids_differ() {
    let found = rows("SELECT uuid() FROM (VALUES 1, 2) t(x)").unwrap();
    assert_ne!(found[0], found[1]);
}

#[test]
fn try_turns_errors_of_values_into_null() {
    assert_eq!(attempt("\"$cast\"('x', 'bigint')"), "NULL");
    assert_eq!(attempt("\"$cast\"('1', 'bigint')"), "1");
    assert!(attempt("nothing(1)").contains("nothing"));
}

#[test]
fn try_works_row_by_row_on_columns() {
    let sql = "SELECT y, \"$try\"(nobody -> \"$cast\"(x, 'bigint') + y) FROM (VALUES ('1', 1), ('x', 2), ('3', 3), (NULL, 4)) t(x, y)";
    assert_eq!(rows(sql).unwrap(), [["1", "2"], ["2", "NULL"], ["3", "6"], ["4", "NULL"]]);
}

#[test]
fn the_same_error_in_two_tries_stays_inside() {
    let part = "\"$try\"(nobody -> \"$cast\"(x, 'bigint'))";
    let sql = format!("SELECT {part}, coalesce({part}, 0) FROM (VALUES ('1'), ('x')) t(x) WHERE {part} IS NULL");
    assert_eq!(rows(&sql).unwrap(), [["NULL", "0"]]);
}

#[test]
fn try_works_over_groups_and_inside_of_itself() {
    let sql = "SELECT \"$try\"(nobody -> \"$cast\"(max(x), 'bigint')) FROM (VALUES ('1'), ('x')) t(x)";
    assert_eq!(rows(sql).unwrap(), [["NULL"]]);
    let sql = "SELECT \"$try\"(a -> \"$cast\"(\"$try\"(b -> \"$cast\"(x, 'bigint')), 'varchar')) FROM (VALUES ('1'), ('x')) t(x)";
    assert_eq!(rows(sql).unwrap(), [["1"], ["NULL"]]);
}
