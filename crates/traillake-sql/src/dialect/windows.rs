//! Windows: what OVER and WINDOW hold, and references by name replaced by what they name.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, NamedWindowDefinition, NamedWindowExpr, Query, VisitMut, VisitorMut, WindowFrame, WindowFrameBound,
    WindowFrameUnits, WindowSpec, WindowType,
};
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed, fault};

impl Grammar<'_, '_> {
    /// A window in parentheses.
    pub(super) fn window(&mut self) -> Parsed<WindowSpec> {
        self.in_parentheses(|grammar| {
            let window_name = grammar.existing_window()?;
            let mut partition_by = vec![];
            if grammar.at_words(&["PARTITION", "BY"]) {
                grammar.eat_words(&["PARTITION", "BY"]);
                partition_by = grammar.comma_separated(Grammar::expression)?;
            }
            let mut order_by = vec![];
            if grammar.eat("ORDER") {
                grammar.need("BY")?;
                order_by = grammar.comma_separated(Grammar::sort_item)?;
            }
            let window_frame = if grammar.at_frame() { Some(grammar.frame()?) } else { None };
            Ok(WindowSpec { window_name, partition_by, order_by, window_frame })
        })
    }

    fn existing_window(&mut self) -> Parsed<Option<Ident>> {
        if !self.at_identifier_nth(0) || self.at_words(&["PARTITION", "BY"]) || self.at_frame() {
            return Ok(None);
        }
        self.window_names += 1;
        self.identifier().map(Some)
    }

    fn at_frame(&self) -> bool {
        let ends = *self.peek_nth(1) == Token::RParen || self.one_of_nth(1, &["PARTITION", "ORDER"]).is_some();
        !ends && self.one_of_nth(0, &["ROWS", "RANGE", "GROUPS"]).is_some()
    }

    fn frame(&mut self) -> Parsed<WindowFrame> {
        let units = match self.need_one_of(&["ROWS", "RANGE", "GROUPS"])? {
            "ROWS" => WindowFrameUnits::Rows,
            "RANGE" => WindowFrameUnits::Range,
            _ => WindowFrameUnits::Groups,
        };
        if !self.eat("BETWEEN") {
            return Ok(WindowFrame { units, start_bound: self.frame_bound()?, end_bound: None });
        }
        let start_bound = self.frame_bound()?;
        self.need("AND")?;
        Ok(WindowFrame { units, start_bound, end_bound: Some(self.frame_bound()?) })
    }

    fn frame_bound(&mut self) -> Parsed<WindowFrameBound> {
        if self.eat_words(&["CURRENT", "ROW"]) {
            return Ok(WindowFrameBound::CurrentRow);
        }
        let is_unbounded = self.at("UNBOUNDED") && self.one_of_nth(1, &["PRECEDING", "FOLLOWING"]).is_some();
        let distance = if is_unbounded {
            self.advance();
            None
        } else {
            Some(Box::new(self.value(None)?))
        };
        Ok(match self.need_one_of(&["PRECEDING", "FOLLOWING"])? {
            "PRECEDING" => WindowFrameBound::Preceding(distance),
            _ => WindowFrameBound::Following(distance),
        })
    }
}

/// Replaces references to windows; those of inner queries are theirs.
pub(super) fn resolve(nodes: &mut impl VisitMut, windows: &[NamedWindowDefinition]) -> Parsed<()> {
    match nodes.visit(&mut Resolver { windows, depth: 0 }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Resolver<'a> {
    windows: &'a [NamedWindowDefinition],
    depth: usize,
}

impl VisitorMut for Resolver<'_> {
    type Break = ParserError;

    fn pre_visit_query(&mut self, _query: &mut Query) -> ControlFlow<ParserError> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &mut Query) -> ControlFlow<ParserError> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<ParserError> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        if self.depth > 0 {
            return ControlFlow::Continue(());
        }
        let Some(over) = function.over.take() else { return ControlFlow::Continue(()) };
        let resolved = match over {
            WindowType::NamedWindow(name) => found(&name, self.windows).cloned(),
            WindowType::WindowSpec(window) => completed(window, self.windows),
        };
        match resolved {
            Ok(window) => {
                function.over = Some(WindowType::WindowSpec(window));
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn found<'a>(name: &Ident, windows: &'a [NamedWindowDefinition]) -> Parsed<&'a WindowSpec> {
    let windows = windows.iter().filter(|window| window.0.value.eq_ignore_ascii_case(&name.value));
    let mut windows = windows.filter_map(|window| match &window.1 {
        NamedWindowExpr::WindowSpec(window) => Some(window),
        NamedWindowExpr::NamedWindow(_) => None,
    });
    let unknown = || fault(name.span.start, format!("Cannot resolve WINDOW name {}", name.value));
    windows.next().ok_or_else(unknown)
}

/// A window with what the window it starts from adds.
pub(super) fn completed(window: WindowSpec, windows: &[NamedWindowDefinition]) -> Parsed<WindowSpec> {
    let Some(name) = &window.window_name else { return Ok(window) };
    let base = found(name, windows)?;
    let refused = |what: &str| Err(fault(name.span.start, format!("WINDOW {what}")));
    if !window.partition_by.is_empty() {
        return refused("with a referenced window cannot specify PARTITION BY");
    }
    if !window.order_by.is_empty() && !base.order_by.is_empty() {
        return refused("cannot specify ORDER BY if the referenced window does");
    }
    if base.window_frame.is_some() {
        return refused("cannot reference a window that specifies a frame");
    }
    let order_by = if window.order_by.is_empty() { base.order_by.clone() } else { window.order_by };
    Ok(WindowSpec {
        window_name: None,
        partition_by: base.partition_by.clone(),
        order_by,
        window_frame: window.window_frame,
    })
}
