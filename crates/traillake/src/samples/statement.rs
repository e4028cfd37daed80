//! A sample's statement with values in the places of its parameters: for people to read, change and run.

use traillake_query::{ParameterKind, QueryParameter};

use super::Sample;

impl Sample {
    /// The statement with literals for its `:name` placeholders; those without a value stay.
    ///
    /// To run a sample, bind its parameters instead: see [`Sample::values`].
    pub fn statement(&self, values: &[QueryParameter]) -> String {
        let mut statement = String::with_capacity(self.sql.len());
        let mut rest = self.sql;
        while let Some((before, after)) = rest.split_once(':') {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
            let (name, left) = after.split_at(end);
            statement.push_str(before);
            match values.iter().find(|value| value.name.eq_ignore_ascii_case(name)) {
                Some(value) if !in_quotes(&statement) => {
                    let literal = literal(value, statement.trim_end().to_ascii_uppercase().ends_with("INTERVAL"));
                    statement.push_str(&literal);
                }
                _ => {
                    statement.push(':');
                    statement.push_str(name);
                }
            }
            rest = left;
        }
        statement + rest
    }
}

/// Whether a text ends inside of a literal.
fn in_quotes(text: &str) -> bool {
    text.matches('\'').count() % 2 == 1
}

fn literal(value: &QueryParameter, of_interval: bool) -> String {
    let quoted = format!("'{}'", value.value.replace('\'', "''"));
    match value.kind {
        ParameterKind::Number | ParameterKind::Boolean if !of_interval => value.value.clone(),
        ParameterKind::Timestamp => format!("timestamp {quoted}"),
        ParameterKind::Date => format!("date {quoted}"),
        _ => quoted,
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use crate::samples;

    #[test]
    fn no_statement_keeps_a_placeholder_and_all_keep_their_store() {
        for sample in samples() {
            let statement = sample.statement(&sample.defaults(DateTime::UNIX_EPOCH));
            for parameter in &sample.parameters {
                assert!(!statement.contains(&format!(":{}", parameter.name)), "{}: {statement}", sample.name);
            }
            assert!(statement.contains("$EDS_ID"), "{}", sample.name);
        }
    }

    #[test]
    fn a_value_is_a_literal_of_its_kind() {
        let sample = crate::sample("root-user-activity").unwrap();
        let statement = sample.statement(&sample.defaults(DateTime::UNIX_EPOCH));
        assert!(statement.contains("eventTime < timestamp '1970-01-01 00:00:00.000'"), "{statement}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_statement_is_accepted() {
        let lake = crate::Lake::open("memory://samples").await.unwrap();
        lake.event_data_store_or_new("events").await.unwrap();
        let options = crate::QueryOptions::default();
        for sample in samples().iter().filter(|sample| sample.kind == crate::EventDataStoreKind::CloudTrail) {
            let statement = sample.statement(&sample.defaults(DateTime::UNIX_EPOCH));
            let shape = lake.describe_query(&statement, &options).await;
            assert_eq!(shape.map(|shape| shape.stores.len()).map_err(|e| e.to_string()), Ok(1), "{}", sample.name);
        }
    }
}
