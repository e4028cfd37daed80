//! Values that a filter demands: `requestid = 'x' OR sharedeventid IN ('x', 'y')` holds only for events in which one of
//! them stands as it is, so that the lookup index tells the files that may hold such an event.

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, CastExpr, InListExpr, IsNotNullExpr, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::leaves::leaf_path;
use crate::index::{FOUND_IN, Wanted, hash_of, is_looked_up};

/// Values of one condition that are looked up; a condition of more is left to the scan.
const MAX_VALUES: usize = 64;
/// Conditions that are looked up.
const MAX_CONDITIONS: usize = 8;
/// Functions that take the value of a key out of a map.
const MAP_VALUES: [&str; 3] = ["element_at", "$subscript", "get_field"];

/// What `conjuncts` demand, one condition each.
pub(crate) fn wanted(conjuncts: &[Arc<dyn PhysicalExpr>], table_schema: &Schema) -> Vec<Wanted> {
    let values = conjuncts.iter().filter_map(|conjunct| any_of(conjunct, table_schema));
    values.filter(|values| values.len() <= MAX_VALUES).take(MAX_CONDITIONS).map(Wanted).collect()
}

/// Hashes of values of which one stands in every event that meets `expr`; none when nothing is known.
fn any_of(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Vec<u64>> {
    if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
        let (left, right) = (binary.left(), binary.right());
        return match binary.op() {
            Operator::Eq => equal(left, right, schema).or_else(|| equal(right, left, schema)),
            Operator::And => any_of(left, schema).or_else(|| any_of(right, schema)),
            Operator::Or => Some([any_of(left, schema)?, any_of(right, schema)?].concat()),
            _ => None,
        };
    }
    if let Some(list) = expr.downcast_ref::<InListExpr>() {
        let is_positive = !list.negated() && is_text_leaf(list.expr(), schema);
        return if is_positive { list.list().iter().map(hash_of_literal).collect() } else { None };
    }
    let call = expr.downcast_ref::<IsNotNullExpr>()?.arg().downcast_ref::<ScalarFunctionExpr>()?;
    let value = call.args().first().filter(|_| call.fun().name() == FOUND_IN)?;
    Some(vec![hash_of(text(value)?)?])
}

fn equal(leaf: &Arc<dyn PhysicalExpr>, value: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Vec<u64>> {
    if is_text_leaf(leaf, schema) { Some(vec![hash_of_literal(value)?]) } else { None }
}

/// The hash of a literal that stands for itself in the index: a JSON object or array does not.
fn hash_of_literal(expr: &Arc<dyn PhysicalExpr>) -> Option<u64> {
    text(expr).filter(|text| !text.starts_with(['{', '['])).and_then(hash_of)
}

fn text(expr: &Arc<dyn PhysicalExpr>) -> Option<&str> {
    expr.downcast_ref::<Literal>()?.value().try_as_str().flatten()
}

/// Whether `expr` is a text leaf, or the value of a key of a map, in a column whose values are looked up.
fn is_text_leaf(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> bool {
    let is_text = expr.data_type(schema).is_ok_and(|r#type| matches!(r#type, DataType::Utf8 | DataType::Utf8View));
    if !is_text {
        return false;
    }
    if let Some(cast) = expr.downcast_ref::<CastExpr>() {
        return is_text_leaf(cast.expr(), schema);
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>();
    let map = call.filter(|call| MAP_VALUES.contains(&call.fun().name())).and_then(|call| call.args().first());
    let path = leaf_path(expr).or_else(|| leaf_path(map?));
    path.and_then(|path| path.first().map(|root| is_looked_up(root))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Field;
    use datafusion::common::ScalarValue;
    use datafusion::physical_expr::expressions::{Column, in_list};

    use super::*;

    fn schema() -> Schema {
        Schema::new(
            ["eventid", "requestid", "eventname"].map(|name| Field::new(name, DataType::Utf8View, true)).to_vec(),
        )
    }

    fn column(name: &str) -> Arc<dyn PhysicalExpr> {
        Arc::new(Column::new_with_schema(name, &schema()).unwrap())
    }

    fn literal(text: &str) -> Arc<dyn PhysicalExpr> {
        Arc::new(Literal::new(ScalarValue::Utf8View(Some(text.to_owned()))))
    }

    fn both(left: Arc<dyn PhysicalExpr>, op: Operator, right: Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr> {
        Arc::new(BinaryExpr::new(left, op, right))
    }

    fn equals(name: &str, text: &str) -> Arc<dyn PhysicalExpr> {
        both(column(name), Operator::Eq, literal(text))
    }

    fn values(expr: &Arc<dyn PhysicalExpr>) -> Option<Vec<u64>> {
        any_of(expr, &schema())
    }

    fn hashes(texts: &[&str]) -> Option<Vec<u64>> {
        texts.iter().map(|text| hash_of(text)).collect()
    }

    #[test]
    fn equality_and_lists_demand_their_values() {
        assert_eq!(values(&equals("eventid", "abc")), hashes(&["abc"]));
        assert_eq!(values(&both(literal("abc"), Operator::Eq, column("eventid"))), hashes(&["abc"]));
        let list =
            |negated| in_list(column("requestid"), vec![literal("abc"), literal("def")], &negated, &schema()).unwrap();
        assert_eq!(values(&list(false)), hashes(&["abc", "def"]));
        assert_eq!(values(&list(true)), None);
    }

    #[test]
    fn an_alternative_demands_something_only_if_both_sides_do() {
        let known = equals("eventid", "abc");
        assert_eq!(
            values(&both(Arc::clone(&known), Operator::Or, equals("requestid", "def"))),
            hashes(&["abc", "def"])
        );
        assert_eq!(values(&both(Arc::clone(&known), Operator::Or, equals("eventname", "def"))), None);
        assert_eq!(values(&both(equals("eventname", "def"), Operator::And, known)), hashes(&["abc"]));
    }

    #[test]
    fn what_the_index_does_not_hold_demands_nothing() {
        for text in ["", "ab", "{}", "[\"abc\"]"] {
            assert_eq!(values(&equals("eventid", text)), None, "{text}");
        }
        assert_eq!(values(&equals("eventid", &"x".repeat(2_000))), None);
        assert_eq!(values(&both(column("eventid"), Operator::NotEq, literal("abc"))), None);
        assert_eq!(values(&both(column("eventid"), Operator::Eq, column("requestid"))), None);
    }
}
