//! Names of the columns of a result.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};

use crate::planners::REPEATED;

/// What one item of the SELECT list is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OutputItem {
    /// By an alias or the last name of a reference.
    Named(String),
    /// By its place: `_col0`.
    Unnamed,
    /// By the columns it stands for.
    Wildcard,
}

/// The names of a query's columns.
#[derive(Debug, Clone)]
pub(crate) struct OutputNames {
    items: Option<Vec<OutputItem>>,
    internal: HashMap<String, String>,
    spelled: HashMap<String, String>,
}

impl OutputNames {
    /// `items` is `None` for VALUES, whose columns are named by their places; `internal` says
    /// what invented names stand for, `spelled` how the query writes the names that wildcards give.
    pub(crate) fn new(
        items: Option<Vec<OutputItem>>,
        internal: HashMap<String, String>,
        spelled: HashMap<String, String>,
    ) -> Self {
        Self { items, internal, spelled }
    }

    /// The schema of the result of a plan with `schema`.
    pub(crate) fn apply(&self, schema: &SchemaRef) -> SchemaRef {
        let width = schema.fields().len();
        let fields = schema.fields().iter().enumerate().map(|(index, field)| {
            let name = self.name(index, width, field.name());
            if name == *field.name() { Arc::clone(field) } else { Arc::new(field.as_ref().clone().with_name(name)) }
        });
        Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
    }

    fn name(&self, index: usize, width: usize, planned: &str) -> String {
        match self.item(index, width) {
            OutputItem::Named(name) => name.clone(),
            OutputItem::Unnamed => format!("_col{index}"),
            OutputItem::Wildcard => {
                let planned = planned.split_once(REPEATED).map_or(planned, |(name, _)| name);
                let known = self.internal.get(planned).or_else(|| self.spelled.get(planned));
                known.cloned().unwrap_or_else(|| planned.to_owned())
            }
        }
    }

    /// The item column `index` of `width` comes from: known up to the first wildcard and from the last one on.
    fn item(&self, index: usize, width: usize) -> &OutputItem {
        let Some(items) = &self.items else { return &OutputItem::Unnamed };
        let is_wildcard = |item: &OutputItem| *item == OutputItem::Wildcard;
        let Some(first) = items.iter().position(is_wildcard) else {
            return items.get(index).unwrap_or(&OutputItem::Wildcard);
        };
        let after_last = items.iter().rev().position(is_wildcard).unwrap_or_default();
        if index < first {
            return items.get(index).unwrap_or(&OutputItem::Wildcard);
        }
        let from_end = width.saturating_sub(index);
        if from_end <= after_last {
            return items.get(items.len() - from_end).unwrap_or(&OutputItem::Wildcard);
        }
        &OutputItem::Wildcard
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};

    use super::*;

    fn names(items: Option<Vec<OutputItem>>, planned: &[&str]) -> Vec<String> {
        let fields: Vec<_> = planned.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
        let internal = HashMap::from([("arn#2".to_owned(), "ARN".to_owned())]);
        let schema = OutputNames::new(items, internal, HashMap::new()).apply(&Arc::new(Schema::new(fields)));
        schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    #[test]
    fn names_are_as_written_and_may_repeat() {
        let items = vec![OutputItem::Named("arn".into()), OutputItem::Unnamed, OutputItem::Named("arn".into())];
        assert_eq!(names(Some(items), &["arn", "_col1", "arn#2"]), ["arn", "_col1", "arn"]);
    }

    #[test]
    fn a_wildcard_takes_what_is_left() {
        let items = vec![OutputItem::Named("A".into()), OutputItem::Wildcard, OutputItem::Unnamed];
        assert_eq!(names(Some(items), &["a", "x", "arn#2", "_col2"]), ["A", "x", "ARN", "_col3"]);
    }

    #[test]
    fn values_are_named_by_their_places() {
        assert_eq!(names(None, &["column1", "column2"]), ["_col0", "_col1"]);
    }
}
