//! The columns and nested leaves that expressions name, each as a column of its own.
//!
//! `get_field(useridentity, 'arn')` is rewritten to the column `useridentity.arn` of a flat schema, once for a scan;
//! what differs from file to file is only where the values of a slot come from.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Result, internal_err};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::physical_expr::expressions::{CastExpr, Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

/// A value that expressions take of every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Names from root to leaf.
    pub(super) path: Vec<String>,
    /// The type that the table shows.
    pub(super) data_type: DataType,
    /// The number of the hidden column it is, if it is one: all rows of a file have the same value.
    pub(super) hidden: Option<usize>,
}

/// Expressions over slots.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) places: Vec<Slot>,
    /// One column for each slot.
    pub(super) schema: SchemaRef,
    /// The expressions, over `schema`.
    pub(super) exprs: Vec<Arc<dyn PhysicalExpr>>,
}

impl Slots {
    /// The slots of expressions over the columns of `table`.
    pub(super) fn of(exprs: impl IntoIterator<Item = Arc<dyn PhysicalExpr>>, table: &TableSchema) -> Result<Self> {
        Self::found_by(slot, exprs, table)
    }

    /// The same, with texts that are cast to dictionaries as slots of that type: they are never expanded.
    pub(super) fn with_codes(
        exprs: impl IntoIterator<Item = Arc<dyn PhysicalExpr>>,
        table: &TableSchema,
    ) -> Result<Self> {
        Self::found_by(|expr, table| codes(expr, table).or_else(|| slot(expr, table)), exprs, table)
    }

    fn found_by(
        find: impl Fn(&Arc<dyn PhysicalExpr>, &TableSchema) -> Option<Slot>,
        exprs: impl IntoIterator<Item = Arc<dyn PhysicalExpr>>,
        table: &TableSchema,
    ) -> Result<Self> {
        let mut slots = Vec::new();
        let find = |expr: &Arc<dyn PhysicalExpr>| find(expr, table);
        let exprs = exprs.into_iter().map(|expr| rewrite(expr, &find, &mut slots)).collect::<Result<_>>()?;
        let fields = slots.iter().map(|slot: &Slot| Field::new(slot.path.join("."), slot.data_type.clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(Self { places: slots, schema, exprs })
    }

    /// Where each slot of `other` is among these; `None` where one is missing.
    pub(super) fn places_of(&self, other: &Self) -> Option<Vec<usize>> {
        other.places.iter().map(|slot| self.places.iter().position(|own| own == slot)).collect()
    }
}

/// Whether an expression takes a map, a list or a whole struct: those cost many times what a leaf does.
pub(super) fn takes_nested(expr: &Arc<dyn PhysicalExpr>, table: &TableSchema) -> bool {
    Slots::of([Arc::clone(expr)], table).is_ok_and(|slots| slots.places.iter().any(|slot| slot.data_type.is_nested()))
}

fn rewrite(
    expr: Arc<dyn PhysicalExpr>,
    find: &impl Fn(&Arc<dyn PhysicalExpr>) -> Option<Slot>,
    slots: &mut Vec<Slot>,
) -> Result<Arc<dyn PhysicalExpr>> {
    let rewritten = expr.transform_down(|expr| {
        let Some(slot) = find(&expr) else {
            return if expr.is::<Column>() {
                internal_err!("no column `{expr}` to scan")
            } else {
                Ok(Transformed::no(expr))
            };
        };
        let index = slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
            slots.push(slot.clone());
            slots.len() - 1
        });
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(&slot.path.join("."), index));
        Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
    })?;
    Ok(rewritten.data)
}

/// The type of codes of texts of a type; `None` for what is no text.
pub(in crate::provider) fn codes_type(texts: &DataType) -> Option<DataType> {
    let is_text = matches!(texts, DataType::Utf8 | DataType::Utf8View);
    is_text.then(|| DataType::Dictionary(Box::new(DataType::UInt32), Box::new(texts.clone())))
}

/// A stored text that is cast to a dictionary of codes.
fn codes(expr: &Arc<dyn PhysicalExpr>, table: &TableSchema) -> Option<Slot> {
    let cast = expr.downcast_ref::<CastExpr>()?;
    let slot = slot(cast.expr(), table).filter(|slot| slot.hidden.is_none())?;
    let is_codes = codes_type(&slot.data_type).as_ref() == Some(cast.cast_type());
    is_codes.then(|| Slot { data_type: cast.cast_type().clone(), ..slot })
}

/// The path of a text that is stored with events, if `expr` is one: a scan can give its codes.
pub(in crate::provider) fn stored_text(expr: &Arc<dyn PhysicalExpr>, table: &TableSchema) -> Option<String> {
    let slot = slot(expr, table).filter(|slot| slot.hidden.is_none() && codes_type(&slot.data_type).is_some())?;
    Some(slot.path.join("."))
}

fn slot(expr: &Arc<dyn PhysicalExpr>, table: &TableSchema) -> Option<Slot> {
    let (path, data_type) = member(expr, table.table_schema())?;
    let root = path.first()?;
    let hidden = table.table_partition_cols().iter().position(|field| field.name() == root);
    Some(Slot { path, data_type, hidden })
}

/// The names from root to member and the member's type if `expr` is a column or a member of a struct column.
fn member(expr: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<(Vec<String>, DataType)> {
    if let Some(column) = expr.downcast_ref::<Column>() {
        let field = schema.field_with_name(column.name()).ok()?;
        return Some((vec![field.name().clone()], field.data_type().clone()));
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.fun().name() == "get_field")?;
    let (base, names) = call.args().split_first()?;
    let (mut path, mut data_type) = member(base, schema)?;
    for name in names {
        let name = name.downcast_ref::<Literal>()?.value().try_as_str().flatten()?;
        let DataType::Struct(members) = &data_type else { return None };
        let found = members.iter().find(|member| member.name() == name)?;
        path.push(name.to_owned());
        data_type = found.data_type().clone();
    }
    Some((path, data_type))
}
