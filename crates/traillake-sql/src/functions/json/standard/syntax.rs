//! A path of the SQL standard as it was read.

use fancy_regex::Regex;
use serde_json::Value;

/// A path: `lax $.items[*] ? (@.n > 1).name`.
#[derive(Debug)]
pub(super) struct StandardPath {
    /// Whether structural mistakes are overlooked and arrays unwrapped.
    pub(super) lax: bool,
    pub(super) expression: Expression,
}

/// What gives a sequence of values. Chains are flat, so that long paths are not deep.
#[derive(Debug)]
pub(super) enum Expression {
    /// `$`
    Root,
    /// `@`
    Current,
    /// `last`
    Last,
    Literal(Value),
    Access(Box<Expression>, Vec<Accessor>),
    Negative(Box<Expression>),
    Positive(Box<Expression>),
    /// Operators of one rank, from left to right.
    Arithmetic(Box<Expression>, Vec<(Operator, Expression)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulus,
}

#[derive(Debug)]
pub(super) enum Accessor {
    /// `.name`
    Member(String),
    /// `.*`
    Members,
    /// `..name`
    Descendants(String),
    /// `[*]`
    Elements,
    /// `[0, 2 to last]`
    Subscripts(Vec<Subscript>),
    /// `?(...)`
    Filter(Predicate),
    /// `.size()`
    Method(Method),
}

#[derive(Debug)]
pub(super) struct Subscript {
    pub(super) from: Expression,
    pub(super) to: Option<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Type,
    Size,
    Double,
    Ceiling,
    Floor,
    Abs,
    KeyValue,
}

impl Method {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "type" => Self::Type,
            "size" => Self::Size,
            "double" => Self::Double,
            "ceiling" => Self::Ceiling,
            "floor" => Self::Floor,
            "abs" => Self::Abs,
            "keyvalue" => Self::KeyValue,
            _ => return None,
        })
    }
}

/// What is true, false or unknown of the current value.
#[derive(Debug)]
pub(super) enum Predicate {
    Compare(Comparison, Expression, Expression),
    LikeRegex(Expression, Box<Regex>),
    StartsWith(Expression, String),
    Exists(Expression),
    IsUnknown(Box<Predicate>),
    Not(Box<Predicate>),
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
