//! Conditional functions, types and texts of values.

mod choice;
mod coalesce;
mod format;
mod row;
mod try_lambda;

use std::sync::Arc;

use arrow::array::{ArrayRef, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDF;
use uuid::Uuid;

pub(super) use try_lambda::hidden_higher;

use crate::functions::kit::{Kind, scalar};
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};
use crate::types::type_name;

pub(super) fn functions() -> Vec<Function> {
    let mut all = vec![coalesce::function(), choice::nullif(), choice::greatest(), choice::least(), type_of(), uuid()];
    all.extend(grammar());
    all.extend(format::functions());
    all
}

/// Functions that the grammar calls.
pub(super) fn hidden() -> Vec<Arc<ScalarUDF>> {
    vec![row::row()]
}

fn type_of() -> Function {
    let of = |arrays: &[ArrayRef], rows: usize| {
        let name = arrays.first().map(|array| type_name(array.data_type())).unwrap_or_default();
        Ok(Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n(name, rows))) as ArrayRef)
    };
    scalar("typeof").on_arrays(&[Kind::Any], |_| Ok(DataType::Utf8View), of).documented(FunctionDoc {
        name: "typeof",
        aliases: &[],
        group: Group::Conditional,
        usage: &["typeof(x) → varchar"],
        text: "The name of the type of x. Integers without a point are bigint here, texts of any length varchar, and all \
               intervals `interval day to second`.",
        origin: Origin::Here,
        examples: &[("typeof('a')", "varchar"), ("typeof(ARRAY[1.5])", "array(decimal(2,1))")],
    })
}

fn uuid() -> Function {
    scalar("uuid").volatile().on::<String>(&[], |_| Ok(Some(Uuid::new_v4().to_string()))).documented(FunctionDoc {
        name: "uuid",
        aliases: &[],
        group: Group::Conditional,
        usage: &["uuid() → varchar"],
        text: "A random UUID, another one in every row.",
        origin: Origin::Crate("uuid"),
        examples: &[("length(uuid())", "36")],
    })
}

fn grammar() -> Vec<Function> {
    let doc = |name, usage, text, examples| Function {
        doc: FunctionDoc { name, aliases: &[], group: Group::Conditional, usage, text, origin: Origin::Here, examples },
        implementation: Implementation::Grammar,
    };
    vec![
        doc(
            "if",
            &["if(condition, value) → value", "if(condition, value, otherwise) → value"],
            "`value` if the condition is true; `otherwise`, or NULL, if it is false or NULL.",
            &[("if(1 < 2, 'yes', 'no')", "yes"), ("if(NULL, 'yes')", "NULL")],
        ),
        doc(
            "case",
            &["CASE WHEN condition THEN value ... [ELSE value] END", "CASE x WHEN y THEN value ... [ELSE value] END"],
            "The value of the first condition that is true, or of the first y that equals x; NULL without ELSE.",
            &[("CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END", "b"), ("CASE 3 WHEN 1 THEN 'one' END", "NULL")],
        ),
        doc(
            "cast",
            &["CAST(x AS type)"],
            "x as another type; an error if its value has no form in that type.",
            &[("CAST('12' AS bigint)", "12"), ("CAST(1.5 AS double)", "1.5"), ("CAST(true AS varchar)", "true")],
        ),
        doc(
            "try_cast",
            &["TRY_CAST(x AS type)"],
            "As CAST, but NULL where CAST fails.",
            &[("TRY_CAST('x' AS bigint)", "NULL")],
        ),
        doc(
            "try",
            &["TRY(x)"],
            "x, or NULL where its computation fails for a value: division by zero, a bad cast or argument, a number out of \
             range, a missing key, a bad index.",
            &[("TRY(1 / 0)", "NULL"), ("TRY(4 / 2)", "2")],
        ),
    ]
}

#[cfg(test)]
mod tests;
