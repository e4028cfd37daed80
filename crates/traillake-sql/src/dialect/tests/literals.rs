//! Literals.

use super::*;

#[test]
fn literals_keep_their_meaning() {
    all_become(&[
        ("'it''s \\n'", "'it''s \\n'"),
        ("12, -9223372036854775808, 1.5, .5, 0x1F", "12, -9223372036854775808, 1.5, .5, 31"),
        ("1e3, -1.5E-2", "\"$cast\"('1e3', 'double'), -\"$cast\"('1.5E-2', 'double')"),
        ("timestamp '2024-05-01 00:00:00'", "\"$cast\"('2024-05-01 00:00:00', 'timestamp')"),
        (
            "TIMESTAMP '2024-05-01 00:00 Europe/Oslo'",
            "\"$cast\"('2024-05-01 00:00 Europe/Oslo', 'timestamp with time zone')",
        ),
        (
            "timestamp '2024-05-01 01:02:03.5+02:00'",
            "\"$cast\"('2024-05-01 01:02:03.5+02:00', 'timestamp with time zone')",
        ),
        ("date '2024-05-01', time '01:02'", "\"$cast\"('2024-05-01', 'date'), \"$cast\"('01:02', 'time')"),
        (
            "DOUBLE PRECISION '1.5', double '1', bigint '1'",
            "\"$cast\"('1.5', 'double'), \"$cast\"('1', 'double'), \"$cast\"('1', 'bigint')",
        ),
        (
            "DECIMAL '-12.50', numeric '007', char 'abc', int '7'",
            "\"$cast\"('-12.50', 'decimal(4,2)'), \"$cast\"('007', 'decimal(1,0)'), \"$cast\"('abc', 'varchar'), \"$cast\"('7', 'integer')",
        ),
        ("IPADDRESS '10.0.0.1'", "\"$cast\"('10.0.0.1', 'ipaddress')"),
        ("JSON '{\"a\":1}'", "json_parse('{\"a\":1}')"),
        ("X'65 fF'", "X'65fF'"),
        ("U&'caf\\00e9', u&'!0041' UESCAPE '!'", "'café', 'A'"),
        ("INTERVAL '7' DAY, -INTERVAL '2 03' DAY TO HOUR", "INTERVAL '7 days', INTERVAL '-2 days -03 hours'"),
        ("INTERVAL -'1' MONTH, interval '-1' day", "INTERVAL '-1 months', INTERVAL '-1 days'"),
        (
            "CURRENT_TIMESTAMP, current_timestamp(3), CURRENT_DATE",
            "current_timestamp(), current_timestamp(), current_date()",
        ),
        ("LOCALTIMESTAMP(0), current_timezone()", "localtimestamp(0), current_timezone()"),
        (":name, ?, $StartTime$", ":name, ?, $StartTime$"),
    ]);
    all_refused(&[
        ("SELECT 9223372036854775808", "Invalid numeric literal: 9223372036854775808"),
        ("SELECT 1a", "identifiers must not start with a digit"),
        ("SELECT 10L", "identifiers must not start with a digit"),
        ("SELECT 1_000", "identifiers must not start with a digit"),
        ("SELECT E'a\\n'", "Unknown type: e"),
        ("SELECT decimal '1e5'", "Invalid decimal literal: 1e5"),
        ("SELECT time '01:02+01:00'", "Unknown type: time with time zone at Line: 1, Column: 8"),
        ("SELECT N'a'", "Unknown type: n"),
        ("SELECT b'a'", "Unknown type: b"),
        ("SELECT r'a'", "Unknown type: r"),
        ("SELECT 'a' 'b'", "mismatched input ''b''"),
        ("SELECT a AS 'b'", "Expecting: <identifier>"),
        ("SELECT $$a$$", "$$"),
        ("SELECT X'6'", "even number of digits"),
        ("SELECT X'zz'", "hexadecimal"),
        ("SELECT U&'\\00'", "Incomplete escape"),
        ("SELECT INTERVAL '7'", "Expecting: 'YEAR'"),
        ("SELECT INTERVAL 7 DAY", "mismatched input '7'"),
        ("SELECT INTERVAL '7 days' DAY", "Invalid INTERVAL DAY TO DAY value: 7 days"),
        ("SELECT CURRENT_USER", "CURRENT_USER is not known"),
        ("SELECT `a`", "double quotes"),
        ("SELECT a FROM 'file'", "Expecting: <identifier>"),
    ]);
}
