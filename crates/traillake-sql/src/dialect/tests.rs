//! What texts become: trees are compared as they are written.

mod hostile;
mod literals;
mod names;
mod operands;
mod operators;
mod planned;
mod queries;
mod statements;

use datafusion::sql::sqlparser::ast::{Expr, SelectItem, SetExpr};

use super::*;

/// The statement as the tree writes it.
fn query(sql: &str) -> Result<String, String> {
    on_deep_stack(sql, |statement| statement.to_string())
}

fn statement(sql: &str) -> Result<Statement, String> {
    on_deep_stack(sql, |statement| statement)
}

/// Deep trees are walked and dropped where there is room for them.
fn on_deep_stack<T: Send + 'static>(sql: &str, then: fn(Statement) -> T) -> Result<T, String> {
    let sql = sql.to_owned();
    let parse = move || {
        let mut statements = Parser::parse_sql(&LakeDialect, &sql).map_err(|error| error.to_string())?;
        statements.pop().map(then).ok_or_else(|| "nothing".to_owned())
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(parse).unwrap().join().unwrap()
}

/// The one item of a SELECT.
fn item(expression: &str) -> Result<String, String> {
    query(&format!("SELECT {expression}")).map(|sql| sql.trim_start_matches("SELECT ").to_owned())
}

fn tree(expression: &str) -> Expr {
    let Ok(Statement::Query(query)) = statement(&format!("SELECT {expression}")) else { panic!("{expression}") };
    let SetExpr::Select(select) = *query.body else { panic!("{expression}") };
    match select.projection.into_iter().next() {
        Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => expr,
        other => panic!("{other:?}"),
    }
}

/// With parentheses around every operation.
fn grouped(expr: &Expr) -> String {
    match expr {
        Expr::BinaryOp { left, op, right } => format!("({} {op} {})", grouped(left), grouped(right)),
        Expr::UnaryOp { op, expr } => format!("({op} {})", grouped(expr)),
        Expr::Between { expr, low, high, .. } => {
            format!("({} BETWEEN {} AND {})", grouped(expr), grouped(low), grouped(high))
        }
        Expr::IsNull(expr) => format!("({} IS NULL)", grouped(expr)),
        Expr::Like { expr, pattern, .. } => format!("({} LIKE {})", grouped(expr), grouped(pattern)),
        other => other.to_string(),
    }
}

fn all_same(cases: &[&str]) {
    for sql in cases {
        assert_eq!(query(sql).as_deref(), Ok(*sql), "{sql}");
    }
}

fn all_become(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        assert_eq!(item(written).as_deref(), Ok(*expected), "{written}");
    }
}

fn all_refused(cases: &[(&str, &str)]) {
    for (sql, expected) in cases {
        let error = query(sql).expect_err(sql);
        assert!(error.contains(expected), "{sql}: {error}");
    }
}
