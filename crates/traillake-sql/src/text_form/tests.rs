use super::*;
use crate::testing::value;

fn double(value: f64) -> String {
    double_text(&format!("{value:e}"))
}

#[test]
fn doubles_are_written_as_java_writes_them() {
    let cases = [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (1.5, "1.5"),
        (-12.25, "-12.25"),
        (100.0, "100.0"),
        (1_234_567.0, "1234567.0"),
        (9_999_999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (1e10, "1.0E10"),
        (0.001, "0.001"),
        (0.01, "0.01"),
        (0.000_1, "1.0E-4"),
        (1e-5, "1.0E-5"),
        (1.234e-7, "1.234E-7"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
        (f64::MAX, "1.7976931348623157E308"),
    ];
    for (value, text) in cases {
        assert_eq!(double(value), text);
    }
}

#[test]
fn decimals_keep_their_scale() {
    assert_eq!(decimal_text(150, 2), "1.50");
    assert_eq!(decimal_text(-5, 2), "-0.05");
    assert_eq!(decimal_text(7, 0), "7");
    assert_eq!(decimal_text(i128::MIN, 0), i128::MIN.to_string());
}

#[test]
fn timestamps_have_three_decimals_and_their_zone() {
    assert_eq!(timestamp_text(0), "1970-01-01 00:00:00.000");
    assert_eq!(timestamp_text(-1), "1969-12-31 23:59:59.999");
    assert_eq!(zoned_text(0, "UTC"), "1970-01-01 00:00:00.000 UTC");
    assert_eq!(zoned_text(0, "+00:00"), "1970-01-01 00:00:00.000 UTC");
    assert_eq!(zoned_text(0, "Europe/Berlin"), "1970-01-01 01:00:00.000 Europe/Berlin");
    assert_eq!(zoned_text(0, "+02:30"), "1970-01-01 02:30:00.000 +02:30");
    assert_eq!(zoned_text(0, "nowhere"), "1970-01-01 00:00:00.000 nowhere");
}

#[test]
fn intervals_are_days_and_time_or_years_and_months() {
    assert_eq!(interval_text(0, 7 * DAY), "7 00:00:00.000");
    assert_eq!(interval_text(0, -90_061_001), "-1 01:01:01.001");
    assert_eq!(interval_text(14, 0), "1-2");
    assert_eq!(interval_text(-14, 0), "-1-2");
    assert_eq!(interval_text(0, 0), "0 00:00:00.000");
}

#[test]
fn values_with_parts_show_inner_nulls() {
    assert_eq!(value("ARRAY[1, NULL, 3]").unwrap(), "[1, null, 3]");
    assert_eq!(value("\"$row\"(1, NULL, 'a')").unwrap(), "{field0=1, field1=null, field2=a}");
    assert_eq!(value("NULL").unwrap(), "NULL");
}

#[test]
fn bytes_and_addresses_have_their_own_forms() {
    assert_eq!(value("X'65ff'").unwrap(), "65 ff");
    assert_eq!(value("\"$cast\"('10.0.0.1', 'ipaddress')").unwrap(), "10.0.0.1");
    assert_eq!(value("\"$cast\"('2001:0DB8:0:0::1', 'ipaddress')").unwrap(), "2001:db8::1");
}
