//! What can be wrong with a sample and with the values given to it.

/// Why a sample cannot be read, or run with these values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// A line of the header is neither `-- field: text` nor the continuation of one.
    #[error("`{sample}.sql`, line {line}: expected `-- field: text`")]
    NoField {
        /// The sample.
        sample: &'static str,
        /// The line, from 1.
        line: usize,
    },
    /// A field that no header has.
    #[error("`{sample}.sql`, line {line}: `{field}` is not a field: title, why, controls, kind or parameter")]
    UnknownField {
        /// The sample.
        sample: &'static str,
        /// The line, from 1.
        line: usize,
        /// The field.
        field: String,
    },
    /// A field, or a parameter of this name, occurs twice.
    #[error("`{sample}.sql`, line {line}: `{field}` is there already")]
    Repeated {
        /// The sample.
        sample: &'static str,
        /// The line, from 1.
        line: usize,
        /// The field or parameter.
        field: String,
    },
    /// A field that every header has is missing or empty.
    #[error("`{sample}.sql`: the header has no `{field}`")]
    MissingField {
        /// The sample.
        sample: &'static str,
        /// The field.
        field: &'static str,
    },
    /// The kind of store is none.
    #[error("`{sample}.sql`, line {line}: `{kind}` is not a kind of event data store")]
    UnknownKind {
        /// The sample.
        sample: &'static str,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        kind: String,
    },
    /// A parameter is not written as it should be.
    #[error("`{sample}.sql`, line {line}: expected `name kind default text` and found `{text}`")]
    InvalidParameter {
        /// The sample.
        sample: &'static str,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// There is a header and nothing below it.
    #[error("`{sample}.sql`: there is no statement below the header")]
    NoStatement {
        /// The sample.
        sample: &'static str,
    },
    /// A value is given that the query does not ask for.
    #[error("sample `{sample}` has no parameter `{name}`")]
    UnknownParameter {
        /// The sample.
        sample: &'static str,
        /// The name of the value.
        name: String,
        /// The names it has.
        known: Vec<String>,
    },
}

impl SampleError {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownParameter { known, .. } => {
                let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
                Some(format!("it has {}", known.join(", ")))
            }
            _ => None,
        }
    }
}
