//! What users are told about a function.

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, HigherOrderUDF, ScalarUDF, WindowUDF};

/// A function of Lake's SQL and its documentation.
#[derive(Debug, Clone)]
pub struct Function {
    /// What users are told.
    pub doc: FunctionDoc,
    /// What runs.
    pub implementation: Implementation,
}

/// The documentation of a function: the source of `docs/functions.md` and of the listing in the REPL.
#[derive(Debug, Clone, Copy)]
pub struct FunctionDoc {
    /// Name, in lower case.
    pub name: &'static str,
    /// Other names of the same function.
    pub aliases: &'static [&'static str],
    /// The chapter it stands in.
    pub group: Group,
    /// Each form with its result: `replace(text, search) → varchar`.
    pub usage: &'static [&'static str],
    /// What it does, with NULL and error cases that a reader would not guess.
    pub text: &'static str,
    /// Where the implementation comes from.
    pub origin: Origin,
    /// Expressions with their results as Lake writes them (`NULL` for null); run by the tests.
    pub examples: &'static [(&'static str, &'static str)],
}

/// Chapters of the function reference, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// `coalesce`, `if`, `try` ...
    Conditional,
    /// Text, in code points.
    Strings,
    /// Java's regular expressions.
    Regex,
    /// JSON texts and values.
    Json,
    /// Maps.
    Maps,
    /// Arrays.
    Arrays,
    /// Dates, times and time zones.
    DateTime,
    /// Aggregates.
    Aggregates,
    /// Window functions.
    Window,
    /// Numbers and bits.
    Numbers,
    /// Hashes and encodings of bytes.
    Binary,
    /// Addresses and networks.
    Network,
    /// Parts of URLs.
    Url,
    /// What investigators write by hand elsewhere: not part of Lake.
    Investigation,
}

/// Where the code of a function comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Written here, after Trino's documentation.
    Here,
    /// DataFusion's own.
    DataFusion,
    /// Written here around a crate.
    Crate(&'static str),
}

/// The code of a function.
#[derive(Debug, Clone)]
pub enum Implementation {
    /// One value for each row.
    Scalar(Arc<ScalarUDF>),
    /// Takes lambdas.
    HigherOrder(Arc<HigherOrderUDF>),
    /// One value for each group.
    Aggregate(Arc<AggregateUDF>),
    /// One value for each row from the rows around it.
    Window(Arc<WindowUDF>),
    /// Part of the grammar: planned without a function of its own.
    Grammar,
}
