//! Finding a value: every event in which it stands, whichever column that is, newest first.

use arrow::datatypes::DataType;
use chrono::{DateTime, Utc};
use datafusion::common::{Column, ScalarValue, TableReference};
use datafusion::error::Result;
use datafusion::functions::core::get_field;
use datafusion::logical_expr::{Expr, LogicalPlan, ScalarUDF, lit};
use datafusion::prelude::{DataFrame, SessionContext};
use traillake_storage::FoundIn;

use crate::QueryOptions;
use crate::catalog::{CATALOG, STORES};
use crate::session::QuerySession;

const EVENT_TIME: &str = "eventtime";
/// Columns of the answer beside `foundIn`, as far as the store has them: what they are called, the column, its member.
const COLUMNS: [(&str, &str, Option<&str>); 8] = [
    ("eventTime", EVENT_TIME, None),
    ("eventName", "eventname", None),
    ("eventSource", "eventsource", None),
    ("awsRegion", "awsregion", None),
    ("recipientAccountId", "recipientaccountid", None),
    ("userIdentity.arn", "useridentity", Some("arn")),
    ("sourceIPAddress", "sourceipaddress", None),
    ("eventID", "eventid", None),
];

/// Where a value is looked for, and within which limits.
#[derive(Debug, Clone, Default)]
pub struct FindOptions {
    /// Only events from this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Only events before this moment.
    pub until: Option<DateTime<Utc>>,
    /// The store (`default_store`, else the only one of the lake) and the limits; the rest is of no use here.
    pub query: QueryOptions,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    pub(crate) value: String,
    pub(crate) options: FindOptions,
}

impl Search {
    /// The plan: `SELECT ..., $found_in(value, columns) AS foundIn ... WHERE foundIn IS NOT NULL ORDER BY eventTime DESC`.
    pub(crate) async fn plan(&self, session: &QuerySession, store: &str) -> Result<LogicalPlan> {
        let context = SessionContext::new_with_state(session.state().clone());
        let events = context.table(TableReference::full(CATALOG, STORES, store)).await?;
        let found = self.found_in(&events);
        let mut condition = found.clone().is_not_null();
        if let Some(from) = self.options.from {
            condition = condition.and(column(EVENT_TIME).gt_eq(moment(from)));
        }
        if let Some(until) = self.options.until {
            condition = condition.and(column(EVENT_TIME).lt(moment(until)));
        }
        let mut shown = columns(&events);
        shown.push(found.alias("foundIn"));
        let newest_first = ["eventTime", "eventID"].map(|name| column(name).sort(name == "eventID", false));
        let newest_first = newest_first.into_iter().filter(|sort| is_shown(&shown, &sort.expr)).collect();
        Ok(events.filter(condition)?.select(shown)?.sort(newest_first)?.into_unoptimized_plan())
    }

    fn found_in(&self, events: &DataFrame) -> Expr {
        let fields = events.schema().fields().iter().map(|field| field.name());
        let columns = fields.filter(|name| FoundIn::looks_into(name)).map(|name| column(name));
        ScalarUDF::from(FoundIn::default()).call(std::iter::once(lit(self.value.as_str())).chain(columns).collect())
    }
}

fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

fn moment(at: DateTime<Utc>) -> Expr {
    Expr::Literal(ScalarValue::TimestampMillisecond(Some(at.timestamp_millis()), None), None)
}

/// The columns of the answer that the store has.
fn columns(events: &DataFrame) -> Vec<Expr> {
    let schema = events.schema();
    let known = |root: &str, member: Option<&str>| {
        let field = schema.field_with_unqualified_name(root).ok()?;
        match (field.data_type(), member) {
            (DataType::Struct(fields), Some(member)) => {
                fields.find(member).map(|_| get_field().call(vec![column(root), lit(member)]))
            }
            (_, None) => Some(column(root)),
            _ => None,
        }
    };
    COLUMNS.iter().filter_map(|(name, root, member)| Some(known(root, *member)?.alias(*name))).collect()
}

fn is_shown(shown: &[Expr], wanted: &Expr) -> bool {
    let Expr::Column(wanted) = wanted else { return false };
    shown.iter().any(|expr| expr.name_for_alias().is_ok_and(|name| name == wanted.name))
}
