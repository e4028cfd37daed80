//! Deviations, correlations and shapes.

use super::super::testing::partitioned;
use crate::testing::rows;

fn over(aggregate: &str, values: &str) -> Result<String, String> {
    Ok(rows(&format!("SELECT {aggregate} FROM (VALUES {values}) AS t(x)"))?.remove(0).join("|"))
}

#[test]
fn deviations_of_samples_need_two_values() {
    let all = "stddev(x), stddev_samp(x), variance(x), var_samp(x), stddev_pop(x), var_pop(x)";
    assert_eq!(over(all, "(4), (NULL)").unwrap(), "NULL|NULL|NULL|NULL|0.0|0.0");
    assert_eq!(over(all, "(CAST(NULL AS bigint))").unwrap(), "NULL|NULL|NULL|NULL|NULL|NULL");
    assert_eq!(over("variance(x), var_pop(x)", "(1), (3)").unwrap(), "2.0|1.0");
    assert!(over("stddev(x)", "('1')").is_err());
}

#[test]
fn pairs_with_a_null_are_left_out() {
    let found =
        rows("SELECT covar_pop(y, x), regr_slope(y, x) FROM (VALUES (1, 2), (3, 6), (NULL, 9), (9, NULL)) AS t(y, x)");
    assert_eq!(found.unwrap(), [["2.0", "0.5"]]);
}

#[test]
fn correlations_that_are_not_defined_are_null() {
    let all = "corr(y, x), regr_slope(y, x), regr_intercept(y, x), covar_samp(y, x)";
    let found = rows(&format!("SELECT {all} FROM (VALUES (1, 2)) AS t(y, x)")).unwrap();
    assert_eq!(found, [["NULL", "NULL", "NULL", "NULL"]]);
    let found = rows("SELECT corr(y, x), regr_slope(y, x) FROM (VALUES (1, 2), (3, 2)) AS t(y, x)").unwrap();
    assert_eq!(found, [["NULL", "NULL"]]);
}

#[test]
fn shapes_need_enough_values() {
    assert_eq!(over("skewness(x), kurtosis(x)", "(1), (2)").unwrap(), "NULL|NULL");
    assert_eq!(over("skewness(x), kurtosis(x)", "(1), (2), (3)").unwrap(), "0.0|NULL");
    assert_eq!(over("kurtosis(x)", "(2), (2), (2), (6)").unwrap(), "4.0");
}

#[test]
fn geometric_means_and_entropies() {
    assert_eq!(over("geometric_mean(x), entropy(x)", "(CAST(NULL AS bigint))").unwrap(), "NULL|0.0");
    assert_eq!(over("geometric_mean(x)", "(0), (4)").unwrap(), "0.0");
    assert_eq!(over("entropy(x)", "(1), (1), (1), (1)").unwrap(), "2.0");
    assert_eq!(over("entropy(x)", "(0), (0)").unwrap(), "0.0");
    assert!(over("entropy(x)", "(-1)").unwrap_err().contains("non-negative"));
}

#[test]
fn frames_and_partitions_apply() {
    let frame = "OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)";
    let found =
        rows(&format!("SELECT var_pop(x) {frame}, geometric_mean(x) {frame} FROM (VALUES (1), (1), (3)) AS t(x)"));
    assert_eq!(found.unwrap()[..2], [["0.0", "1.0"], ["0.0", "1.0"]]);
    let found =
        partitioned("SELECT var_pop(x), skewness(x) > -0.001, kurtosis(x) < -1.19, regr_slope(x, d) FROM t").unwrap();
    assert_eq!(found, [["833.25", "true", "true", "2.0"]]);
}
