use crate::testing::value;

#[test]
fn flags_width_and_precision_shape_numbers() {
    for (expression, expected) in [
        ("format('%5d|%-5d|%05d', 42, 42, 42)", "   42|42   |00042"),
        ("format('%+d % d %(d', 1, 1, -1)", "+1  1 (1)"),
        ("format('%,d', 1234567)", "1,234,567"),
        ("format('%x %X %#x %o', 255, 255, 255, 8)", "ff FF 0xff 10"),
        ("format('%.3f', 1.0005)", "1.001"),
        ("format('%.1f', 2)", "err"),
        ("format('%e', \"$cast\"('12345.678', 'double'))", "1.234568e+04"),
        ("format('%g', \"$cast\"('12345.678', 'double'))", "12345.7"),
        ("format('%s %S', 'abc', 'abc')", "abc ABC"),
        ("format('%.2s|%5s|%-5s|', 'abc', 'a', 'b')", "ab|    a|b    |"),
        ("format('%b %b %c', true, NULL, 'x')", "true false x"),
        ("format('100%%%n')", "err"),
        ("format('%s', NULL)", "null"),
        ("format('%d', NULL)", "null"),
        ("format('%s', ARRAY[1,2])", "[1, 2]"),
    ] {
        match value(expression) {
            Ok(found) => assert_eq!(found, expected, "{expression}"),
            Err(error) => assert_eq!(expected, "err", "{expression}: {error}"),
        }
    }
}

#[test]
fn bad_patterns_are_errors() {
    for expression in
        ["format('%', 1)", "format('%d', 'x')", "format('%s %s', 1)", "format('%99999999999d', 1)", "format('%y', 1)"]
    {
        assert!(value(expression).is_err(), "{expression}");
    }
}

#[test]
fn a_null_pattern_is_null() {
    assert_eq!(value("format(NULL, 1)").unwrap(), "NULL");
}

#[test]
fn short_numbers_have_three_digits() {
    for (expression, expected) in [
        ("format_number(0)", "0"),
        ("format_number(999)", "999"),
        ("format_number(1000)", "1K"),
        ("format_number(1500)", "1.5K"),
        ("format_number(-1234567)", "-1.23M"),
        ("format_number(1e15)", "1Q"),
        ("format_number(NULL)", "NULL"),
    ] {
        assert_eq!(value(expression).unwrap(), expected, "{expression}");
    }
}
