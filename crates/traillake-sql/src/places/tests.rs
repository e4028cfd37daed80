use std::collections::HashSet;

use datafusion::prelude::{col, lit};

use super::*;

const HERE: Place = Place { line: 3, column: 14 };

fn lower() -> Arc<ScalarUDF> {
    let state = crate::register(datafusion::execution::session_state::SessionStateBuilder::new()).build();
    Arc::clone(&state.scalar_functions()["lower"])
}

#[test]
fn operators_come_back_from_their_marks() {
    for op in [BinaryOperator::Plus, BinaryOperator::NotEq, BinaryOperator::Custom("IS DISTINCT FROM".into())] {
        assert_eq!(unmarked(HERE.mark_operator(&op)), (op, Some(HERE)));
    }
    assert_eq!(unmarked(BinaryOperator::Or), (BinaryOperator::Or, None));
}

#[test]
fn a_place_is_no_part_of_what_a_call_means() {
    let there = Place { line: 1, column: 1 };
    let calls = [HERE, there].map(|place| place.function("lower", &lower()).call(vec![col("x")]));
    assert_eq!(calls[0], calls[1]);
    assert_eq!(HashSet::from(calls.clone()).len(), 1);
    assert_eq!(calls[0].schema_name().to_string(), "lower(x)");
}

#[test]
fn plans_get_the_functions_own_names_back() {
    let call = HERE.function("lower", &lower()).call(vec![lit("x")]);
    let Expr::ScalarFunction(found) = named(call).data else { panic!("a call") };
    assert_eq!(found.func.name(), "lower");
}

#[test]
fn errors_keep_the_first_place_they_were_given() {
    let there = Place { line: 1, column: 1 };
    let error = there.error(HERE.error(DataFusionError::Execution("too bad".into())));
    assert_eq!(error.strip_backtrace(), "Execution error: line 3:14: too bad");
    assert_eq!(Place::within(&error.strip_backtrace()), Some((HERE, "too bad")));
}

#[test]
fn failures_of_the_machinery_get_no_place() {
    let error = HERE.error(DataFusionError::ResourcesExhausted("memory".into()));
    assert!(matches!(error, DataFusionError::ResourcesExhausted(message) if message == "memory"));
}
