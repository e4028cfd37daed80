//! Tests of the regular expression functions.

use crate::testing::{rows, value};

#[test]
fn regexp_like_finds_anywhere() {
    assert_eq!(value("regexp_like('1a 2b', '\\d+b')").unwrap(), "true");
    assert_eq!(value("regexp_like('abc', '')").unwrap(), "true");
    assert_eq!(value("regexp_like('', 'a')").unwrap(), "false");
    assert_eq!(value("regexp_like('äöü', '^.{3}$')").unwrap(), "true");
    assert_eq!(value("regexp_like('DeleteUser', '^(?!Get|List)')").unwrap(), "true");
    assert_eq!(value("regexp_like('abab', '^(ab)\\1$')").unwrap(), "true");
    assert_eq!(value("regexp_like(NULL, 'a')").unwrap(), "NULL");
    assert_eq!(value("regexp_like('a', NULL)").unwrap(), "NULL");
}

#[test]
fn a_bad_pattern_is_an_error() {
    assert!(value("regexp_like('a', '(')").unwrap_err().contains("Invalid regular expression '(': Unclosed group"));
    assert!(value("regexp_like('a', '[')").unwrap_err().contains("Unclosed character class"));
    assert!(value("regexp_replace('a', '*')").unwrap_err().contains("Dangling meta character '*'"));
    assert!(value("regexp_like('a', '(?:a{1000}){1000}')").unwrap_err().contains("Invalid regular expression"));
}

#[test]
fn a_search_without_end_is_an_error() {
    let hostile = "regexp_like(lpad('', 100, 'a') || 'b', '^(?=a)(a|aa|a?)+(?!b)$')";
    assert!(value(hostile).unwrap_err().contains("takes more than 1000000 steps"));
    assert_eq!(value("regexp_like(lpad('', 10000, 'a') || 'b', '^(a+)+$')").unwrap(), "false");
}

#[test]
fn regexp_extract_gives_the_first_match_or_null() {
    assert_eq!(value("regexp_extract('1a 2b', '\\d+')").unwrap(), "1");
    assert_eq!(value("regexp_extract('1a 2b', '(\\d+)([a-z])', 2)").unwrap(), "a");
    assert_eq!(value("regexp_extract('b', '(a)?b', 1)").unwrap(), "NULL");
    assert_eq!(value("regexp_extract('', 'x*')").unwrap(), "");
    assert_eq!(value("regexp_extract(NULL, 'x*')").unwrap(), "NULL");
    assert_eq!(value("regexp_extract('x', 'x', NULL)").unwrap(), "NULL");
    assert!(value("regexp_extract('a', 'a', 1)").unwrap_err().contains("Pattern has 0 groups. Cannot access group 1"));
    assert!(value("regexp_extract('a', 'a', -1)").unwrap_err().contains("Group cannot be negative"));
}

#[test]
fn regexp_extract_all_keeps_groups_that_took_no_part() {
    assert_eq!(value("cardinality(regexp_extract_all('abc', '\\d'))").unwrap_or_else(|_| "0".into()), "0");
    assert_eq!(value("regexp_extract_all('ab b', '(a)?b', 1)[1]").unwrap(), "a");
    assert_eq!(value("regexp_extract_all('ab b', '(a)?b', 1)[2]").unwrap(), "NULL");
    assert_eq!(value("regexp_extract_all(NULL, 'a')").unwrap(), "NULL");
    assert!(value("regexp_extract_all('a', 'a', 7)").is_err());
}

#[test]
fn empty_matches_count_as_in_java() {
    assert_eq!(value("regexp_count('baaac', 'a*')").unwrap(), "4");
    assert_eq!(value("regexp_count('', '')").unwrap(), "1");
    assert_eq!(value("regexp_count('äö', '')").unwrap(), "3");
    assert_eq!(value("regexp_replace('äö', '', '-')").unwrap(), "-ä-ö-");
    assert_eq!(value("regexp_split('ab', '')").unwrap(), "[, a, b, ]");
    assert_eq!(value("regexp_count(NULL, 'a')").unwrap(), "NULL");
    assert_eq!(value("regexp_count('aaaa', 'aa')").unwrap(), "2");
}

#[test]
fn regexp_position_counts_code_points_from_a_start() {
    assert_eq!(value("regexp_position('äöü', 'ü')").unwrap(), "3");
    assert_eq!(value("regexp_position('abcabc', 'b', 3)").unwrap(), "5");
    assert_eq!(value("regexp_position('abcabc', 'b', 1, 2)").unwrap(), "5");
    assert_eq!(value("regexp_position('abc', 'x')").unwrap(), "-1");
    assert_eq!(value("regexp_position('abc', 'a', 4)").unwrap(), "-1");
    assert_eq!(value("regexp_position('', '')").unwrap(), "-1");
    assert_eq!(value("regexp_position('abc', 'b', NULL)").unwrap(), "NULL");
    assert!(value("regexp_position('a', 'a', 0)").unwrap_err().contains("start position cannot be smaller than 1"));
    assert!(value("regexp_position('a', 'a', 1, 0)").unwrap_err().contains("occurrence cannot be smaller than 1"));
}

#[test]
fn regexp_split_keeps_trailing_empty_texts() {
    assert_eq!(value("regexp_split('a,b,', ',')").unwrap(), "[a, b, ]");
    assert_eq!(value("regexp_split('', ',')").unwrap(), "[]");
    assert_eq!(value("regexp_split('abc', 'x')").unwrap(), "[abc]");
    assert_eq!(value("regexp_split(NULL, 'x')").unwrap(), "NULL");
}

#[test]
fn a_replacement_names_groups() {
    assert_eq!(value("regexp_replace('abc', '(b)', '[$1$0]')").unwrap(), "a[bb]c");
    assert_eq!(value("regexp_replace('abc', '(b)', '$12')").unwrap(), "ab2c");
    assert_eq!(value("regexp_replace('abc', 'b', '\\$1')").unwrap(), "a$1c");
    assert_eq!(value("regexp_replace('abc', 'b', '\\\\')").unwrap(), "a\\c");
    assert_eq!(value("regexp_replace('b', '(a)?b', '<$1>')").unwrap(), "<>");
    assert_eq!(value("regexp_replace('abc', '(?<x>b)', '${x}${x}')").unwrap(), "abbc");
    assert_eq!(value("regexp_replace('abc', 'x', '$')").unwrap(), "abc");
    assert!(value("regexp_replace('abc', 'b', '$')").unwrap_err().contains("Illegal replacement sequence: $"));
    assert!(value("regexp_replace('abc', 'b', '\\')").unwrap_err().contains("Illegal replacement sequence"));
    assert!(value("regexp_replace('abc', 'b', '$1')").unwrap_err().contains("unknown group 1"));
    assert!(value("regexp_replace('abc', 'b', '${x}')").unwrap_err().contains("unknown group { x }"));
    assert!(value("regexp_replace('abc', 'b', '${x')").unwrap_err().contains("Illegal replacement sequence"));
}

#[test]
fn a_lambda_gets_the_groups() {
    assert_eq!(value("regexp_replace('a1b2', '([a-z])(\\d)', x -> concat(x[2], x[1]))").unwrap(), "1a2b");
    assert_eq!(value("regexp_replace('abc', 'x', x -> 'y')").unwrap(), "abc");
    assert_eq!(value("regexp_replace('abc', 'b', x -> 'y')").unwrap(), "ayc");
    assert_eq!(value("regexp_replace('abc', 'b', x -> NULL)").unwrap(), "NULL");
    assert_eq!(value("regexp_replace('b', '(a)?b', x -> x[1])").unwrap(), "NULL");
    assert_eq!(value("regexp_replace(NULL, 'b', x -> 'y')").unwrap(), "NULL");
    assert!(value("regexp_replace('abc', 'b', x -> 1)").is_err());
    assert!(value("regexp_replace('abc')").is_err());
    assert!(value("regexp_replace(1, 'b')").is_err());
}

#[test]
fn replacing_works_row_by_row() {
    let table = "(VALUES ('a1', 'x'), ('b2c3', 'y'), (NULL, 'z'), ('none', 'w')) t(a, b)";
    let found = rows(&format!("SELECT regexp_replace(a, '(\\d)', x -> concat(b, x[1])) FROM {table}")).unwrap();
    assert_eq!(found, [["ax1"], ["by2cy3"], ["NULL"], ["none"]]);
    let found = rows(&format!("SELECT regexp_replace(a, '\\d', b) FROM {table}")).unwrap();
    assert_eq!(found, [["ax"], ["bycy"], ["NULL"], ["none"]]);
    let found = rows(&format!("SELECT a FROM {table} WHERE regexp_replace(a, '\\d') = 'bc'")).unwrap();
    assert_eq!(found, [["b2c3"]]);
}

#[test]
fn replacing_null_is_null() {
    assert_eq!(value("regexp_replace(NULL, 'a')").unwrap(), "NULL");
    assert_eq!(value("regexp_replace('a', NULL)").unwrap(), "NULL");
    assert_eq!(value("regexp_replace('a', 'a', NULL)").unwrap(), "NULL");
    assert_eq!(value("regexp_replace('', 'a', 'b')").unwrap(), "");
}
