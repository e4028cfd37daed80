//! Micro-benches: operations that criterion times, or that run a given number of times so that instructions can be counted.
//!
//! ```text
//!  BENCH --bench [FILTER]    criterion: time of one run, units per second
//!  BENCH                     every operation once, whatever else is said: as a test
//!  BENCH --operations        one line per operation: name, unit, units and bytes of one run, most TIMES
//!  BENCH --run NAME TIMES    prepares for the most TIMES whatever TIMES is, then runs TIMES times
//! ```

use std::fmt;
use std::hint::black_box;
use std::io::Write as _;

use criterion::{BatchSize, Criterion, Throughput};

/// The most times `--run` runs an operation on one state, and on a fresh state each. Two processes that run 1 time and
/// the most times differ by those runs alone: what is prepared, and done once per process, is the same in both.
const MOST_TIMES: usize = 11;
const MOST_FRESH: usize = 3;

/// What one run of an operation works on.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// What is counted: `event` or `file`.
    pub unit: &'static str,
    /// How many of them one run handles.
    pub units: u64,
    /// Bytes of record text behind them.
    pub bytes: u64,
}

impl Work {
    /// The events of `records`.
    pub fn events(records: &[String]) -> Self {
        Self {
            unit: "event",
            units: records.len() as u64,
            bytes: records.iter().map(|record| record.len() as u64).sum(),
        }
    }
}

/// The operations of one bench binary, in the mode its arguments ask for.
pub struct MicroBench {
    group: &'static str,
    mode: Mode,
}

enum Mode {
    Measure(Box<Criterion>),
    List,
    Run { only: Option<String>, times: usize, found: bool },
}

impl fmt::Debug for MicroBench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MicroBench").field("group", &self.group).finish_non_exhaustive()
    }
}

impl MicroBench {
    /// The bench `group`; the names of its operations begin with it.
    pub fn from_args(group: &'static str) -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mode = match arguments[..] {
            ["--operations"] => Mode::List,
            ["--run", name, times] => {
                Mode::Run { only: Some(name.to_owned()), times: times.parse().unwrap(), found: false }
            }
            _ if arguments.contains(&"--bench") => Mode::Measure(Box::new(Criterion::default().configure_from_args())),
            _ => Mode::Run { only: None, times: 1, found: false },
        };
        Self { group, mode }
    }

    /// An operation that leaves its state as it was.
    pub fn operation<S, R>(
        &mut self,
        name: &str,
        work: Work,
        mut prepare: impl FnMut() -> S,
        mut run: impl FnMut(&mut S) -> R,
    ) {
        match &mut self.mode {
            Mode::Measure(criterion) => {
                let mut state = None;
                criterion.benchmark_group(self.group).throughput(Throughput::Elements(work.units)).bench_function(
                    name,
                    |bencher| {
                        let state = state.get_or_insert_with(&mut prepare);
                        bencher.iter(|| run(state));
                    },
                );
            }
            Mode::List => list(self.group, name, work, MOST_TIMES),
            Mode::Run { only, times, found } if is_wanted(only.as_deref(), self.group, name) => {
                assert!(*times <= MOST_TIMES, "`{name}` runs at most {MOST_TIMES} times");
                *found = true;
                let mut state = prepare();
                for _ in 0..*times {
                    black_box(run(&mut state));
                }
            }
            Mode::Run { .. } => {}
        }
    }

    /// An operation that uses its state up: each run gets a fresh one.
    pub fn operation_on_fresh<S, R>(
        &mut self,
        name: &str,
        work: Work,
        mut prepare: impl FnMut() -> S,
        mut run: impl FnMut(&mut S) -> R,
    ) {
        match &mut self.mode {
            Mode::Measure(criterion) => {
                criterion
                    .benchmark_group(self.group)
                    .sample_size(20)
                    .throughput(Throughput::Elements(work.units))
                    .bench_function(name, |bencher| {
                        bencher.iter_batched_ref(&mut prepare, &mut run, BatchSize::PerIteration);
                    });
            }
            Mode::List => list(self.group, name, work, MOST_FRESH),
            Mode::Run { only, times, found } if is_wanted(only.as_deref(), self.group, name) => {
                assert!(*times <= MOST_FRESH, "`{name}` runs at most {MOST_FRESH} times");
                *found = true;
                let mut states: Vec<S> = std::iter::repeat_with(prepare).take(MOST_FRESH).collect();
                for state in states.iter_mut().take(*times) {
                    black_box(run(state));
                }
            }
            Mode::Run { .. } => {}
        }
    }

    /// Ends the bench.
    pub fn finish(self) {
        match self.mode {
            Mode::Measure(criterion) => criterion.final_summary(),
            Mode::List => {}
            Mode::Run { only, found, .. } => assert!(found, "there is no operation {only:?}: see --operations"),
        }
    }
}

fn is_wanted(only: Option<&str>, group: &str, name: &str) -> bool {
    only.is_none_or(|only| only.strip_prefix(group).and_then(|rest| rest.strip_prefix('/')) == Some(name))
}

fn list(group: &str, name: &str, work: Work, most: usize) {
    let Work { unit, units, bytes } = work;
    let line = format!("{group}/{name}\t{unit}\t{units}\t{bytes}\t{most}\n");
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}
