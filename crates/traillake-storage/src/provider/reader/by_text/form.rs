//! Which conditions are on one text of an event, and on which.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::physical_expr::expressions::{CastExpr, Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use crate::provider::reader::slots::{Slot, Slots};
use crate::pruning::any_node;

/// Where the text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the leaf.
    Leaf,
    /// It is the value of this key of a map.
    Entry(String),
    /// It is any value of a map.
    AnyEntry,
}

/// A condition on one text.
pub(super) struct Form {
    pub(super) place: Place,
    /// The condition over one column of texts; of any value of a map, over one column of maps.
    pub(super) expr: Arc<dyn PhysicalExpr>,
    pub(super) texts: DataType,
    /// The type of the column.
    pub(super) column: DataType,
    /// Whether it costs no more than looking at the text.
    pub(super) is_cheap: bool,
}

impl Form {
    /// None for a condition on something else.
    pub(super) fn of(slots: &Slots) -> Result<Option<Self>> {
        let ([Slot { hidden: None, data_type, .. }], [expr]) = (slots.places.as_slice(), slots.exprs.as_slice()) else {
            return Ok(None);
        };
        Ok(match data_type {
            text if is_text(text) => Some(Self::on_texts(Place::Leaf, Arc::clone(expr), text)),
            DataType::Map(entries, _) => match value_type(entries) {
                Some(texts) if is_any_match(expr) => Some(Self {
                    place: Place::AnyEntry,
                    expr: Arc::clone(expr),
                    texts: texts.clone(),
                    column: data_type.clone(),
                    is_cheap: false,
                }),
                Some(texts) => of_entry(expr)?.map(|(key, expr)| Self::on_texts(Place::Entry(key), expr, texts)),
                None => None,
            },
            _ => None,
        })
    }

    fn on_texts(place: Place, expr: Arc<dyn PhysicalExpr>, texts: &DataType) -> Self {
        let is_cheap = !any_node(&expr, |node| node.is::<ScalarFunctionExpr>() || node.is::<CastExpr>());
        Self { place, expr, texts: texts.clone(), column: texts.clone(), is_cheap }
    }
}

pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::Utf8View)
}

/// The type of the values of a map from texts to texts.
pub(super) fn value_type(entries: &Field) -> Option<&DataType> {
    match entries.data_type() {
        DataType::Struct(fields) => match fields.as_ref() {
            [key, value] if is_text(key.data_type()) && is_text(value.data_type()) => Some(value.data_type()),
            _ => None,
        },
        _ => None,
    }
}

/// The key of which a condition on the map in column 0 takes the value, and the condition on that.
fn of_entry(expr: &Arc<dyn PhysicalExpr>) -> Result<Option<(String, Arc<dyn PhysicalExpr>)>> {
    let (mut key, mut is_fit) = (None, true);
    let rewritten = Arc::clone(expr).transform_down(|expr| {
        if let Some(name) = entry(&expr) {
            is_fit &= key.get_or_insert_with(|| name.to_owned()) == name;
            let text: Arc<dyn PhysicalExpr> = Arc::new(Column::new("text", 0));
            return Ok(Transformed::new(text, true, TreeNodeRecursion::Jump));
        }
        is_fit &= !expr.is::<Column>();
        Ok(Transformed::no(expr))
    })?;
    Ok(key.filter(|_| is_fit).map(|key| (key, rewritten.data)))
}

/// The key of `get_field(column, 'key')`.
fn entry(expr: &Arc<dyn PhysicalExpr>) -> Option<&str> {
    let call = expr.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.fun().name() == "get_field")?;
    let [map, key] = call.args() else { return None };
    map.is::<Column>().then(|| key.downcast_ref::<Literal>())??.value().try_as_str().flatten()
}

/// Whether an expression is `any_match(map_values(column), lambda)` with a lambda over nothing but the value.
fn is_any_match(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let of = |expr: &Arc<dyn PhysicalExpr>, name: &str| {
        let call = expr.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.fun().name() == name)?;
        let [argument] = call.args() else { return None };
        Some(Arc::clone(argument))
    };
    of(expr, "any_match").and_then(|values| of(&values, "map_values")).is_some_and(|map| map.is::<Column>())
}
