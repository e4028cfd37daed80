//! `UNNEST(...)` in FROM: arrays and maps as rows, side by side, rows of structs as columns.
//!
//! Columns of the relations before it are planned as outer references; the rule
//! `LateralUnnest` turns the join with them into a plain unnest.

use std::ops::ControlFlow;

use arrow::datatypes::{DataType, Fields};
use datafusion::common::{Column, DFSchema, NullHandling, Result, ScalarValue, UnnestOptions, plan_err};
use datafusion::functions::core::get_field;
use datafusion::functions_nested::expr_fn::{array_length, gen_series, map_keys, map_values};
use datafusion::logical_expr::planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlanBuilder, cast, lit};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr as SqlExpr, Ident, Subscript, TableAlias, TableFactor, Value, VisitMut, VisitorMut,
};

/// Plans the UNNEST of a FROM.
#[derive(Debug)]
pub(crate) struct UnnestPlanner;

impl RelationPlanner for UnnestPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let TableFactor::UNNEST { alias, array_exprs, with_offset: false, with_offset_alias: None, with_ordinality } =
            relation
        else {
            return Ok(RelationPlanning::Original(Box::new(relation)));
        };
        let mut lists = Vec::new();
        for array in array_exprs {
            lists.extend(lists_of(planned(array, context)?)?);
        }
        if with_ordinality {
            lists.push(ordinals(&lists));
        }
        let alias = alias.map(|alias| Alias::new(alias, context));
        let relation = unnested(lists, alias.as_ref())?;
        let plan = match &alias {
            Some(alias) => relation.alias(alias.name.as_str())?.build()?,
            None => relation.build()?,
        };
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

/// A list to unnest and the fields of its elements.
struct List {
    expr: Expr,
    fields: Option<Fields>,
}

/// A table alias with lower-case names.
struct Alias {
    name: String,
    columns: Vec<String>,
}

impl Alias {
    fn new(alias: TableAlias, context: &dyn RelationPlannerContext) -> Self {
        let columns = alias.columns.into_iter().map(|column| context.normalize_ident(column.name)).collect();
        Self { name: context.normalize_ident(alias.name), columns }
    }
}

fn planned(mut array: SqlExpr, context: &mut dyn RelationPlannerContext) -> Result<Expr> {
    let _: ControlFlow<()> = array.visit(&mut OuterFields { context: &mut *context });
    context.sql_to_expr(array, &DFSchema::empty())
}

/// Spells `t.column.field` as `t.column['field']`: the planner knows fields of outer columns only so.
struct OuterFields<'a> {
    context: &'a mut dyn RelationPlannerContext,
}

impl VisitorMut for OuterFields<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut SqlExpr) -> ControlFlow<()> {
        if let SqlExpr::CompoundIdentifier(parts) = &*expr
            && let Some(length) = (1..=parts.len()).rev().find(|length| self.is_column(&parts[..*length]))
        {
            let (column, fields) = parts.split_at(length);
            if !fields.is_empty() {
                let access_chain = fields.iter().map(field).collect();
                *expr = SqlExpr::CompoundFieldAccess { root: Box::new(name(column)), access_chain };
            }
        }
        ControlFlow::Continue(())
    }
}

impl OuterFields<'_> {
    fn is_column(&mut self, parts: &[Ident]) -> bool {
        let planned = self.context.sql_expr_to_logical_expr(name(parts), &DFSchema::empty());
        matches!(planned, Ok(Expr::OuterReferenceColumn(..)))
    }
}

fn name(parts: &[Ident]) -> SqlExpr {
    match parts {
        [single] => SqlExpr::Identifier(single.clone()),
        _ => SqlExpr::CompoundIdentifier(parts.to_vec()),
    }
}

fn field(name: &Ident) -> AccessExpr {
    let index = SqlExpr::value(Value::SingleQuotedString(name.value.clone()));
    AccessExpr::Subscript(Subscript::Index { index })
}

/// An array is one list, a map its keys and its values.
fn lists_of(expr: Expr) -> Result<Vec<List>> {
    let data_type = expr.get_type(&DFSchema::empty())?;
    let list = |expr, fields| List { expr, fields };
    match &data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            let fields = match item.data_type() {
                DataType::Struct(fields) => Some(fields.clone()),
                _ => None,
            };
            Ok(vec![list(expr, fields)])
        }
        DataType::Map(..) => Ok(vec![list(map_keys(expr.clone()), None), list(map_values(expr), None)]),
        DataType::Null => {
            Ok(vec![list(expr.cast_to(&DataType::new_list(DataType::Utf8, true), &DFSchema::empty())?, None)])
        }
        other => plan_err!("UNNEST takes arrays and maps, not {}", traillake_sql::type_name(other)),
    }
}

/// `1, 2, ...` as long as the longest list.
fn ordinals(lists: &[List]) -> List {
    let lengths = lists.iter().map(|list| cast(array_length(list.expr.clone()), DataType::Int64)).collect::<Vec<_>>();
    let longest = match <[Expr; 1]>::try_from(lengths) {
        Ok([length]) => length,
        Err(lengths) => datafusion::functions::core::expr_fn::greatest(lengths),
    };
    List { expr: gen_series(lit(1_i64), longest, lit(1_i64)), fields: None }
}

/// The lists as rows over one empty row, named by the alias.
fn unnested(lists: Vec<List>, alias: Option<&Alias>) -> Result<LogicalPlanBuilder> {
    let fields: Vec<Option<Fields>> = lists.iter().map(|list| list.fields.clone()).collect();
    let columns: Vec<String> = (0..lists.len()).map(|index| format!("__unnest_{index}")).collect();
    let inputs = lists.into_iter().zip(&columns).map(|(list, column)| list.expr.alias(column));
    let outputs = named(outputs(&columns, &fields, alias)?, alias)?;
    let options = UnnestOptions { null_handling: NullHandling::Drop, ..UnnestOptions::default() };
    LogicalPlanBuilder::empty(true)
        .project(inputs.collect::<Vec<_>>())?
        .unnest_columns_with_options(columns.iter().map(Column::from_name).collect(), options)?
        .project(outputs)
}

/// Output columns with the names they have without an alias list.
type Outputs = Vec<(Expr, Option<String>)>;

/// Rows of structs become columns unless the alias list has one name for each of them.
fn outputs(columns: &[String], fields: &[Option<Fields>], alias: Option<&Alias>) -> Result<Outputs> {
    let expanded: usize = fields.iter().map(|fields| fields.as_ref().map_or(1, |fields| fields.len())).sum();
    let wanted = alias.map_or(0, |alias| alias.columns.len());
    if wanted != 0 && wanted != expanded && wanted != columns.len() {
        return plan_err!(
            "UNNEST gives {expanded} columns, or {} without expanding rows, but {wanted} names are given",
            columns.len()
        );
    }
    let expands = wanted == 0 || wanted == expanded;
    let element = |column: &String| Expr::Column(Column::from_name(column));
    let output = |(column, fields): (&String, &Option<Fields>)| match fields {
        Some(fields) if expands => fields
            .iter()
            .map(|field| (member(element(column), field.name()), Some(field.name().clone())))
            .collect::<Outputs>(),
        _ => vec![(element(column), None)],
    };
    Ok(columns.iter().zip(fields).flat_map(output).collect())
}

fn member(expr: Expr, name: &str) -> Expr {
    get_field().call(vec![expr, lit(ScalarValue::from(name))])
}

fn named(outputs: Outputs, alias: Option<&Alias>) -> Result<Vec<Expr>> {
    let single = alias.filter(|_| outputs.len() == 1).map(|alias| alias.name.clone());
    let names = outputs.iter().enumerate().map(|(index, (_, name))| {
        let listed = alias.and_then(|alias| alias.columns.get(index)).cloned();
        listed.or_else(|| name.clone()).or_else(|| single.clone()).unwrap_or_else(|| format!("_col{index}"))
    });
    let names: Vec<String> = names.collect();
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
        return plan_err!("UNNEST gives two columns named '{twice}': name them, UNNEST(...) AS t(a, b)");
    }
    Ok(outputs.into_iter().zip(names).map(|((expr, _), name)| expr.alias(name)).collect())
}
