//! `random`.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};

use datafusion::common::{Result, exec_err};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::DOC;
use crate::functions::kit::Kind::Bigint;
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    let function = scalar("random")
        .volatile()
        .on(&[], |_| Ok(Some(with_generator(Rng::random::<f64>))))
        .on(&[Bigint], |row| below(row.bigint(0)))
        .on(&[Bigint, Bigint], |row| between(row.bigint(0), row.bigint(1)));
    vec![function.documented(FunctionDoc {
        name: "random",
        aliases: &["rand"],
        usage: &["random() → double", "random(n) → bigint", "random(m, n) → bigint"],
        text: "A pseudo-random number from 0 (or m) up to but not including 1 (or n); another one for each row.",
        examples: &[("random() < 1", "true"), ("rand(1)", "0"), ("random(3, 4)", "3")],
        ..DOC
    })]
}

fn with_generator<T>(draw: impl FnOnce(&mut SmallRng) -> T) -> T {
    thread_local! {
        static GENERATOR: RefCell<SmallRng> = RefCell::new(SmallRng::seed_from_u64(RandomState::new().hash_one(0)));
    }
    GENERATOR.with_borrow_mut(draw)
}

fn below(bound: i64) -> Result<Option<i64>> {
    if bound <= 0 {
        return exec_err!("bound must be positive");
    }
    between(0, bound)
}

fn between(start: i64, stop: i64) -> Result<Option<i64>> {
    if start >= stop {
        return exec_err!("start value must be less than stop value");
    }
    Ok(Some(with_generator(|generator| generator.random_range(start..stop))))
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    #[test]
    fn random_stays_in_its_range() {
        let table = "(VALUES (1), (2), (3), (4)) t(a)";
        let found =
            rows(&format!("SELECT random() >= 0 AND random() < 1, random(5, 7) IN (5, 6) FROM {table}")).unwrap();
        assert_eq!(found, [["true", "true"]; 4]);
        assert_eq!(value("random(NULL)").unwrap(), "NULL");
        assert_eq!(value("rand(-1, 0)").unwrap(), "-1");
    }

    #[test]
    fn each_row_has_its_own_number() {
        let table = "(VALUES (1), (2), (3), (4), (5), (6), (7), (8)) t(a)";
        let mut found = rows(&format!("SELECT random(1000000000) FROM {table}")).unwrap();
        found.sort();
        found.dedup();
        assert!(found.len() > 1);
    }

    #[test]
    fn empty_ranges_are_errors() {
        assert!(value("random(0)").unwrap_err().contains("bound must be positive"));
        assert!(value("random(3, 3)").unwrap_err().contains("start value must be less than stop value"));
    }
}
