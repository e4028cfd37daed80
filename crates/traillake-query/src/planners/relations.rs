//! The relations that `rewrite::relations` makes, and sub-selects whose names repeat.

use datafusion::common::Result;
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning};
use datafusion::sql::sqlparser::ast::{ObjectName, Query, SelectItem, SetExpr, TableFactor};

use super::{common, names, sets, ties, values};

/// Name of the relation of a set operation.
pub(crate) const SET_OPERATION: &str = "$set_operation";
/// Name of the relation of VALUES.
pub(crate) const VALUES: &str = "$values";
/// Name of the relation of a query that fetches ties.
pub(crate) const WITH_TIES: &str = "$with_ties";

/// Plans set operations, VALUES, ties, joins with USING, and sub-selects.
#[derive(Debug)]
pub(crate) struct LakeRelations;

impl RelationPlanner for LakeRelations {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let plan = match relation {
            TableFactor::Function { name, args, .. } if is_named(&name, SET_OPERATION) => sets::plan(args, context)?,
            TableFactor::Function { name, args, .. } if is_named(&name, VALUES) => values::plan(args, context)?,
            TableFactor::Function { name, args, .. } if is_named(&name, WITH_TIES) => ties::plan(args, context)?,
            TableFactor::NestedJoin { table_with_joins, alias: None } => match common::split(table_with_joins) {
                Ok(join) => common::plan(join, context)?,
                Err(table_with_joins) => {
                    return Ok(RelationPlanning::Original(Box::new(TableFactor::NestedJoin {
                        table_with_joins,
                        alias: None,
                    })));
                }
            },
            TableFactor::Derived { lateral, subquery, alias: alias @ Some(_), sample } => {
                let has_wildcard = has_wildcard(&subquery.body);
                let plan = context.plan(TableFactor::Derived { lateral, subquery, alias: None, sample })?;
                let plan = names::distinct(plan, has_wildcard)?;
                return Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, alias))));
            }
            other => return Ok(RelationPlanning::Original(Box::new(other))),
        };
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

/// The plan of a query as a relation.
pub(super) fn of_query(query: Box<Query>, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    context.plan(TableFactor::Derived { lateral: false, subquery: query, alias: None, sample: None })
}

fn has_wildcard(body: &SetExpr) -> bool {
    let is_wildcard = |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
    matches!(body, SetExpr::Select(select) if select.projection.iter().any(is_wildcard))
}

fn is_named(name: &ObjectName, wanted: &str) -> bool {
    matches!(name.0.as_slice(), [part] if part.as_ident().is_some_and(|name| name.value == wanted))
}
