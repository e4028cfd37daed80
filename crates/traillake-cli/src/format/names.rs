//! Column names for formats that need them distinct.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};

/// The names of the columns; a repeated one gets `_1`, `_2` ... until it is free.
pub(super) fn distinct_names(schema: &Schema) -> Vec<String> {
    let written: BTreeSet<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut taken = BTreeSet::new();
    let mut names = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let mut name = field.name().clone();
        let mut number = 0;
        while taken.contains(&name) || (number > 0 && written.contains(name.as_str())) {
            number += 1;
            name = format!("{}_{number}", field.name());
        }
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// The same schema with distinct names.
pub(super) fn distinct_schema(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .zip(distinct_names(schema))
        .map(|(field, name)| Arc::new(field.as_ref().clone().with_name(name)))
        .collect();
    Arc::new(Schema::new(fields))
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn repeated_names_are_numbered_around_those_that_are_taken() {
        let fields: Vec<_> = ["n", "n", "n_1", "n", "m"].map(|name| Field::new(name, DataType::Int64, true)).into();
        assert_eq!(distinct_names(&Schema::new(fields)), ["n", "n_2", "n_1", "n_3", "m"]);
    }
}
