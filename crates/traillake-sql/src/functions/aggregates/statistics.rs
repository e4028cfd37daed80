//! Deviations, correlations and shapes of distributions, all of doubles.

mod moments;

use datafusion::functions_aggregate::correlation::corr_udaf;
use datafusion::functions_aggregate::covariance::{covar_pop_udaf, covar_samp_udaf};
use datafusion::functions_aggregate::regr::{regr_intercept_udaf, regr_slope_udaf};
use datafusion::functions_aggregate::stddev::{stddev_pop_udaf, stddev_udaf};
use datafusion::functions_aggregate::variance::{var_pop_udaf, var_samp_udaf};

use super::aggregate::documented;
use super::native::Native;
use super::parameters::{one_double, two_doubles};
use crate::functions::{Function, FunctionDoc, Group, Origin};

type Examples = &'static [(&'static str, &'static str)];

pub(super) fn functions() -> Vec<Function> {
    let mut all = of_one();
    all.extend(of_two());
    all.extend(moments::functions());
    all
}

fn of_one() -> Vec<Function> {
    vec![
        native(
            ("stddev", &["stddev_samp"], &["stddev(x) → double"]),
            "Sample standard deviation; NULL for fewer than two values.",
            &[("SELECT stddev(x) FROM (VALUES (1), (3)) AS t(x)", "1.4142135623730951")],
            Native { inner: stddev_udaf(), accept: one_double },
        ),
        native(
            ("stddev_pop", &[], &["stddev_pop(x) → double"]),
            "Population standard deviation; NULL for no values.",
            &[("SELECT stddev_pop(x) FROM (VALUES (1), (3)) AS t(x)", "1.0")],
            Native { inner: stddev_pop_udaf(), accept: one_double },
        ),
        native(
            ("variance", &["var_samp"], &["variance(x) → double"]),
            "Sample variance; NULL for fewer than two values.",
            &[("SELECT variance(x) FROM (VALUES (1), (3)) AS t(x)", "2.0")],
            Native { inner: var_samp_udaf(), accept: one_double },
        ),
        native(
            ("var_pop", &[], &["var_pop(x) → double"]),
            "Population variance; NULL for no values.",
            &[("SELECT var_pop(x) FROM (VALUES (1), (3)) AS t(x)", "1.0")],
            Native { inner: var_pop_udaf(), accept: one_double },
        ),
    ]
}

fn of_two() -> Vec<Function> {
    vec![
        native(
            ("corr", &[], &["corr(y, x) → double"]),
            "Correlation coefficient of the pairs without NULL; NULL if it is not defined.",
            &[("SELECT corr(y, x) FROM (VALUES (1, 1), (2, 2), (3, 3)) AS t(y, x)", "1.0")],
            Native { inner: corr_udaf(), accept: two_doubles },
        ),
        native(
            ("covar_pop", &[], &["covar_pop(y, x) → double"]),
            "Population covariance of the pairs without NULL; NULL for no pairs.",
            &[("SELECT covar_pop(y, x) FROM (VALUES (1, 2), (3, 6)) AS t(y, x)", "2.0")],
            Native { inner: covar_pop_udaf(), accept: two_doubles },
        ),
        native(
            ("covar_samp", &[], &["covar_samp(y, x) → double"]),
            "Sample covariance of the pairs without NULL; NULL for fewer than two.",
            &[("SELECT covar_samp(y, x) FROM (VALUES (1, 2), (3, 6)) AS t(y, x)", "4.0")],
            Native { inner: covar_samp_udaf(), accept: two_doubles },
        ),
        native(
            ("regr_slope", &[], &["regr_slope(y, x) → double"]),
            "Slope of the line fitted to the pairs without NULL; NULL if x does not vary.",
            &[("SELECT regr_slope(y, x) FROM (VALUES (3, 1), (5, 2)) AS t(y, x)", "2.0")],
            Native { inner: regr_slope_udaf(), accept: two_doubles },
        ),
        native(
            ("regr_intercept", &[], &["regr_intercept(y, x) → double"]),
            "Intercept of the line fitted to the pairs without NULL; NULL if x does not vary.",
            &[("SELECT regr_intercept(y, x) FROM (VALUES (3, 1), (5, 2)) AS t(y, x)", "1.0")],
            Native { inner: regr_intercept_udaf(), accept: two_doubles },
        ),
    ]
}

type Names = (&'static str, &'static [&'static str], &'static [&'static str]);

fn native((name, aliases, usage): Names, text: &'static str, examples: Examples, native: Native) -> Function {
    let origin = Origin::DataFusion;
    documented(FunctionDoc { name, aliases, group: Group::Aggregates, usage, text, origin, examples }, native)
}

#[cfg(test)]
mod tests;
