//! `lag` and `lead`: offset and default may differ from row to row, which the engine's do not allow.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl};

use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};
use crate::types::type_name;

pub(super) fn functions() -> Vec<Function> {
    vec![
        documented(
            FunctionDoc {
                name: "lag",
                aliases: &[],
                group: Group::Window,
                usage: &["lag(x[, offset[, default]]) [IGNORE NULLS] → same as x"],
                text: "The value of the row so many (1 by default) before this one in the partition; \
                       the default, or NULL, if there is none. A negative offset is an error.",
                origin: Origin::Here,
                examples: &[
                    ("SELECT lag(x) OVER (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "NULL; 1"),
                    ("SELECT lag(x, 2, 0) OVER (ORDER BY x) FROM (VALUES (1), (2), (3)) AS t(x)", "0; 0; 1"),
                ],
            },
            Direction::Back,
        ),
        documented(
            FunctionDoc {
                name: "lead",
                aliases: &[],
                group: Group::Window,
                usage: &["lead(x[, offset[, default]]) [IGNORE NULLS] → same as x"],
                text: "The value of the row so many (1 by default) after this one in the partition; \
                       the default, or NULL, if there is none. A negative offset is an error.",
                origin: Origin::Here,
                examples: &[("SELECT lead(x) OVER (ORDER BY x) FROM (VALUES (1), (2)) AS t(x)", "2; NULL")],
            },
            Direction::Ahead,
        ),
    ]
}

fn documented(doc: FunctionDoc, direction: Direction) -> Function {
    let signature = Signature::user_defined(Volatility::Immutable);
    let window = WindowUDF::from(Shift { name: doc.name, direction, signature });
    Function { doc, implementation: Implementation::Window(Arc::new(window)) }
}

/// Where the row is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Direction {
    Back,
    Ahead,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Shift {
    name: &'static str,
    direction: Direction,
    signature: Signature,
}

impl WindowUDFImpl for Shift {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let is_offset = |given: &DataType| given.is_integer() || given.is_null();
        match arg_types {
            [x] => Ok(vec![x.clone()]),
            [x, offset] if is_offset(offset) => Ok(vec![x.clone(), DataType::Int64]),
            [x, offset, _] if is_offset(offset) => Ok(vec![x.clone(), DataType::Int64, x.clone()]),
            _ => {
                let given = arg_types.iter().map(type_name).collect::<Vec<_>>().join(", ");
                plan_err!("Unexpected parameters ({given}) for function {}. Expected: {0}(x, bigint, x)", self.name)
            }
        }
    }

    fn field(&self, args: WindowUDFFieldArgs<'_>) -> Result<FieldRef> {
        let x = args.input_fields().first().map_or(DataType::Null, |field| field.data_type().clone());
        Ok(Arc::new(Field::new(args.name(), x, true)))
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs<'_>) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Shifted { direction: self.direction, ignore_nulls: args.ignore_nulls() }))
    }
}

/// Evaluates a partition as a whole.
#[derive(Debug)]
struct Shifted {
    direction: Direction,
    ignore_nulls: bool,
}

/// Where a result is taken from, as `interleave` counts.
const VALUE: usize = 0;
const DEFAULT: usize = 1;
const NULL: (usize, usize) = (2, 0);

impl Shifted {
    /// The row to look at; `None` outside the partition. `counted` are the rows that count.
    fn place(&self, row: usize, offset: usize, counted: &[usize]) -> Option<usize> {
        if offset == 0 {
            return Some(row);
        }
        let index = match self.direction {
            Direction::Back => counted.partition_point(|&place| place < row).checked_sub(offset)?,
            Direction::Ahead => counted.partition_point(|&place| place <= row).checked_add(offset - 1)?,
        };
        counted.get(index).copied()
    }
}

impl PartitionEvaluator for Shifted {
    fn evaluate_all(&mut self, values: &[ArrayRef], num_rows: usize) -> Result<ArrayRef> {
        let Some(x) = values.first() else { return exec_err!("lag and lead need a value") };
        let counted: Vec<usize> = (0..num_rows).filter(|&row| !self.ignore_nulls || x.is_valid(row)).collect();
        let offsets = values.get(1).and_then(|column| column.as_primitive_opt::<Int64Type>());
        let null = new_null_array(x.data_type(), 1);
        let default = values.get(2);
        let mut sources = Vec::with_capacity(num_rows);
        for row in 0..num_rows {
            let offset = offsets.map_or(Some(1), |offsets| offsets.is_valid(row).then(|| offsets.value(row)));
            let Some(offset) = offset else {
                sources.push(NULL);
                continue;
            };
            let Ok(offset) = usize::try_from(offset) else { return exec_err!("Offset must be at least 0") };
            let outside = default.map_or(NULL, |_| (DEFAULT, row));
            sources.push(self.place(row, offset, &counted).map_or(outside, |place| (VALUE, place)));
        }
        let columns = [x.as_ref(), default.unwrap_or(&null).as_ref(), null.as_ref()];
        Ok(interleave(&columns, &sources)?)
    }
}
