//! Tests of rounding.

use crate::testing::value;

#[test]
fn types_are_kept() {
    for function in ["abs", "sign", "ceil", "ceiling", "floor", "round", "truncate"] {
        assert_eq!(value(&format!("{function}(1)")).unwrap(), "1", "{function}");
        assert_eq!(value(&format!("{function}(1e0)")).unwrap(), "1.0", "{function}");
        assert_eq!(value(&format!("{function}(NULL)")).unwrap(), "NULL", "{function}");
        assert!(value(&format!("{function}('1')")).is_err(), "{function}");
    }
}

#[test]
fn decimals_round_exactly() {
    assert_eq!(value("ceil(-0.5)").unwrap(), "0");
    assert_eq!(value("floor(-0.5)").unwrap(), "-1");
    assert_eq!(value("ceil(99.9)").unwrap(), "100");
    assert_eq!(value("round(9.99, 1)").unwrap(), "10.00");
    assert_eq!(value("round(9.9, 5)").unwrap(), "9.9");
    assert_eq!(value("round(149.9, -2)").unwrap(), "100.0");
    assert_eq!(value("round(9.9, -1)").unwrap(), "0.0");
    assert_eq!(value("round(1.005, 2)").unwrap(), "1.010");
    assert_eq!(value("truncate(99.99, -1)").unwrap(), "90.00");
    assert_eq!(value("truncate(-0.9)").unwrap(), "0");
    assert_eq!(value("sign(-0.1)").unwrap(), "-1");
}

#[test]
fn doubles_round_half_away_from_zero() {
    assert_eq!(value("round(0.5e0)").unwrap(), "1.0");
    assert_eq!(value("round(-2.5e0)").unwrap(), "-3.0");
    assert_eq!(value("round(2.345e0, 1)").unwrap(), "2.3");
    assert_eq!(value("round(1234.5e0, -2)").unwrap(), "1200.0");
    assert_eq!(value("round(1.5e0, 400)").unwrap(), "1.5");
    assert_eq!(value("round(1.5e0, -400)").unwrap(), "0.0");
    assert_eq!(value("is_nan(round(nan()))").unwrap(), "true");
    assert_eq!(value("is_infinite(round(infinity(), 2))").unwrap(), "true");
    assert_eq!(value("sign(-2e0)").unwrap(), "-1.0");
    assert_eq!(value("truncate(-1.9e0)").unwrap(), "-1.0");
}

#[test]
fn integers_overflow_with_an_error() {
    assert!(value("abs(-9223372036854775807 - 1)").unwrap_err().contains("out of range for abs"));
    assert_eq!(value("round(15, -1)").unwrap(), "20");
    assert_eq!(value("round(-15, -1)").unwrap(), "-20");
    assert_eq!(value("round(15, 3)").unwrap(), "15");
    assert!(value("round(9223372036854775807, -1)").unwrap_err().contains("numerical overflow"));
    assert!(value("round(1, -19)").unwrap_err().contains("numerical overflow"));
    assert_eq!(value("round(4, -1)").unwrap(), "0");
    assert_eq!(value("truncate(-19, -1)").unwrap(), "-10");
    assert_eq!(value("truncate(19, -40)").unwrap(), "0");
    assert_eq!(value("round(19, NULL)").unwrap(), "NULL");
}
