//! `skewness`, `kurtosis`, `geometric_mean`, `entropy`: of sums that are kept.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

use crate::functions::aggregates::aggregate::documented;
use crate::functions::aggregates::call::Call;
use crate::functions::aggregates::definitions::Running;
use crate::functions::aggregates::parameters::{one_double, returns_double};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![
        of_numbers(
            ("skewness", &["skewness(x) → double"]),
            "Skewness of the values; NULL for fewer than three.",
            &[("SELECT skewness(x) FROM (VALUES (1), (2), (3)) AS t(x)", "0.0")],
            |_| Ok(Box::new(Moments::new(skewness))),
        ),
        of_numbers(
            ("kurtosis", &["kurtosis(x) → double"]),
            "Excess kurtosis of the values, as an unbiased estimate; NULL for fewer than four.",
            &[("SELECT kurtosis(x) FROM (VALUES (2), (2), (2), (6)) AS t(x)", "4.0")],
            |_| Ok(Box::new(Moments::new(kurtosis))),
        ),
        of_numbers(
            ("geometric_mean", &["geometric_mean(x) → double"]),
            "Geometric mean of the values; NULL if there are none.",
            &[("SELECT geometric_mean(x) FROM (VALUES (1), (1), (1)) AS t(x)", "1.0")],
            |_| Ok(Box::new(Sums { of_counts: false, sums: [0.0; 3] })),
        ),
        of_numbers(
            ("entropy", &["entropy(count) → double"]),
            "Entropy in bits of the distribution that the counts describe. A negative count is an error.",
            &[("SELECT entropy(x) FROM (VALUES (1), (1)) AS t(x)", "1.0")],
            |_| Ok(Box::new(Sums { of_counts: true, sums: [0.0; 3] })),
        ),
    ]
}

type Names = (&'static str, &'static [&'static str]);
type Examples = &'static [(&'static str, &'static str)];

fn of_numbers(
    (name, usage): Names,
    text: &'static str,
    examples: Examples,
    make: fn(&Call) -> Result<Box<dyn Accumulator>>,
) -> Function {
    let doc = FunctionDoc { name, aliases: &[], group: Group::Aggregates, usage, text, origin: Origin::Here, examples };
    documented(
        doc,
        Running { accept: one_double, returns: returns_double, state: |_| vec![DataType::Float64; 5], make },
    )
}

fn doubles(column: Option<&ArrayRef>) -> impl Iterator<Item = f64> {
    column
        .and_then(|column| column.as_primitive_opt::<Float64Type>())
        .into_iter()
        .flat_map(|column| column.iter().flatten())
}

fn row<const N: usize>(states: &[ArrayRef], row: usize) -> [f64; N] {
    let mut values = [0.0; N];
    for (value, column) in values.iter_mut().zip(states) {
        *value = column.as_primitive::<Float64Type>().value(row);
    }
    values
}

fn scalars(values: &[f64]) -> Vec<ScalarValue> {
    values.iter().map(|&value| ScalarValue::Float64(Some(value))).collect()
}

/// Count, mean and the sums of the second to fourth powers of deviations from the mean.
#[derive(Debug, Clone, Copy)]
struct Moments {
    count: f64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
    finish: fn(&Self) -> Option<f64>,
}

impl Moments {
    fn new(finish: fn(&Self) -> Option<f64>) -> Self {
        Self { count: 0.0, mean: 0.0, m2: 0.0, m3: 0.0, m4: 0.0, finish }
    }

    /// Adds other values by their moments (Chan, Pébay).
    fn merge(&mut self, [count, mean, m2, m3, m4]: [f64; 5]) {
        if count == 0.0 {
            return;
        }
        let (na, nb, n) = (self.count, count, self.count + count);
        let delta = mean - self.mean;
        let (over_n, squared) = (delta / n, delta * delta);
        self.m4 += m4
            + squared * squared * na * nb * (na * na - na * nb + nb * nb) / (n * n * n)
            + 6.0 * over_n * over_n * (na * na * m2 + nb * nb * self.m2)
            + 4.0 * over_n * (na * m3 - nb * self.m3);
        self.m3 += m3 + squared * delta * na * nb * (na - nb) / (n * n) + 3.0 * over_n * (na * m2 - nb * self.m2);
        self.m2 += m2 + squared * na * nb / n;
        self.mean += over_n * nb;
        self.count = n;
    }
}

fn skewness(moments: &Moments) -> Option<f64> {
    (moments.count >= 3.0).then(|| moments.count.sqrt() * moments.m3 / moments.m2.powf(1.5))
}

fn kurtosis(moments: &Moments) -> Option<f64> {
    let n = moments.count;
    let variance = moments.m2 / (n - 1.0);
    let scale = n * (n + 1.0) / ((n - 1.0) * (n - 2.0) * (n - 3.0));
    let excess = 3.0 * ((n - 1.0) * (n - 1.0)) / ((n - 2.0) * (n - 3.0));
    (n >= 4.0).then(|| scale * moments.m4 / (variance * variance) - excess)
}

impl Accumulator for Moments {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        doubles(values.first()).for_each(|value| self.merge([1.0, value, 0.0, 0.0, 0.0]));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Float64((self.finish)(self)))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(scalars(&[self.count, self.mean, self.m2, self.m3, self.m4]))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, Array::len);
        (0..rows).for_each(|place| self.merge(row(states, place)));
        Ok(())
    }
}

/// Count, sum, and the sum of logarithms; for the entropy of counts each of these times the count.
#[derive(Debug, Clone, Copy)]
struct Sums {
    of_counts: bool,
    sums: [f64; 3],
}

impl Sums {
    fn add(&mut self, other: [f64; 3]) {
        for (sum, value) in self.sums.iter_mut().zip(other) {
            *sum += value;
        }
    }

    fn logarithm(self, value: f64) -> f64 {
        match self.of_counts {
            true if value == 0.0 => 0.0,
            true => value * value.ln(),
            false => value.ln(),
        }
    }
}

fn geometric_mean([count, _, logarithms]: [f64; 3]) -> Option<f64> {
    (count > 0.0).then(|| (logarithms / count).exp())
}

fn entropy([_, total, logarithms]: [f64; 3]) -> f64 {
    if total > 0.0 { ((total.ln() - logarithms / total) / std::f64::consts::LN_2).max(0.0) } else { 0.0 }
}

impl Accumulator for Sums {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for value in doubles(values.first()) {
            if self.of_counts && value < 0.0 {
                return exec_err!("Entropy count argument must be non-negative");
            }
            self.add([1.0, value, self.logarithm(value)]);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let value = if self.of_counts { Some(entropy(self.sums)) } else { geometric_mean(self.sums) };
        Ok(ScalarValue::Float64(value))
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let [count, sum, of_values] = self.sums;
        Ok(scalars(&[count, sum, of_values, 0.0, 0.0]))
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = states.first().map_or(0, Array::len);
        (0..rows).for_each(|place| self.add(row(states, place)));
        Ok(())
    }
}
