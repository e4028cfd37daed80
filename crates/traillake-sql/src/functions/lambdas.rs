//! Functions of arrays and maps that take lambdas: `filter(a, x -> x > 0)`.

mod array_sort;
mod call;
mod form;
mod lifted;
mod lifting;
mod predicates;
mod reduce;
#[cfg(test)]
mod tests;
mod transform;

use arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDFImpl;

use super::arrays::unify::{as_array, entry_types};
use super::maps::build::map_type;
use super::{Function, FunctionDoc, Group, Origin};

pub(super) use lifting::LiftLambdas;

/// Whether a function is a call that holds its lambdas.
pub(super) fn is_lifted(function: &dyn ScalarUDFImpl) -> bool {
    function.is::<lifted::Lifted>()
}

/// The functions of this chapter.
pub(super) fn functions() -> Vec<Function> {
    [array_sort::functions(), predicates::functions(), reduce::functions(), transform::functions()].concat()
}

/// The values of a function of one array.
fn of_array(types: &[DataType]) -> Option<Vec<DataType>> {
    let [array] = types else { return None };
    Some(vec![as_array(array)?])
}

/// The values of a function of one map.
fn of_map(types: &[DataType]) -> Option<Vec<DataType>> {
    match types {
        [DataType::Null] => Some(vec![map_type(&DataType::Null, &DataType::Null)]),
        [map] => entry_types(map).map(|_| vec![map.clone()]),
        _ => None,
    }
}

fn array_doc(
    name: &'static str,
    usage: &'static [&'static str],
    text: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> FunctionDoc {
    FunctionDoc { name, aliases: &[], group: Group::Arrays, usage, text, origin: Origin::Here, examples }
}

fn map_doc(
    name: &'static str,
    usage: &'static [&'static str],
    text: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> FunctionDoc {
    FunctionDoc { group: Group::Maps, ..array_doc(name, usage, text, examples) }
}
