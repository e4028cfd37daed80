use std::task::Poll;
use std::time::Duration;

use futures::FutureExt as _;
use proptest::prelude::*;

use super::*;

fn gate(running: usize, per_caller: usize, queued: usize) -> Admission {
    Admission::new(AdmissionConfig { running, per_caller, queued, ..AdmissionConfig::default() })
}

fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    future.now_or_never()
}

fn load(admission: &Admission) -> (usize, usize) {
    let load = admission.load();
    (load.running, load.queued)
}

#[test]
fn a_free_slot_is_given_at_once_and_a_dropped_permit_frees_it() {
    let admission = gate(1, 10, 10);
    let first = now(admission.enter("a").unwrap().admitted()).unwrap();
    let mut second = Box::pin(admission.enter("a").unwrap().admitted());
    assert!(now(&mut second).is_none());
    assert_eq!(load(&admission), (1, 1));
    drop(first);
    let second = now(&mut second).unwrap();
    assert_eq!(load(&admission), (1, 0));
    drop(second);
    assert_eq!(load(&admission), (0, 0));
}

#[test]
fn a_caller_with_too_many_is_refused_and_others_are_not() {
    let admission = gate(1, 2, 10);
    let _held = [admission.enter("a").unwrap(), admission.enter("a").unwrap()];
    assert_eq!(admission.enter("a").unwrap_err(), Refusal::Caller { limit: 2 });
    assert_eq!(Refusal::CODE, ErrorCode::MaxConcurrentQueries);
    assert!(admission.enter("b").is_ok());
}

#[test]
fn a_full_queue_refuses_everybody() {
    let admission = gate(1, 10, 1);
    let held = [admission.enter("a").unwrap(), admission.enter("b").unwrap()];
    assert_eq!(admission.enter("c").unwrap_err(), Refusal::Queue { limit: 1 });
    drop(held);
    assert!(admission.enter("c").is_ok());
}

#[test]
fn who_comes_late_waits_for_one_query_of_a_long_line_and_no_more() {
    let admission = gate(1, 100, 100);
    let mut line: Vec<_> = (0..50).map(|_| admission.enter("greedy").unwrap()).collect();
    let first = now(line.remove(0).admitted()).unwrap();
    let late = admission.enter("late").unwrap();
    drop(first);
    let second = now(line.remove(0).admitted()).unwrap();
    drop(second);
    assert!(now(late.admitted()).is_some());
}

#[test]
fn callers_take_turns() {
    let admission = gate(1, 10, 100);
    let held = now(admission.enter("z").unwrap().admitted()).unwrap();
    let mut waiting: Vec<_> = ["a", "a", "a", "b", "b", "c"]
        .map(|name| (name, Box::pin(admission.enter(name).unwrap().admitted())))
        .into_iter()
        .collect();
    let (mut held, mut order) = (Some(held), String::new());
    while !waiting.is_empty() {
        drop(held.take());
        let ready = waiting.iter_mut().position(|(_, ticket)| {
            held = now(ticket);
            held.is_some()
        });
        order.push_str(waiting.remove(ready.unwrap()).0);
    }
    assert_eq!(order, "abcaba");
}

#[test]
fn slots_are_shared_evenly_by_those_who_want_them() {
    let admission = gate(4, 10, 100);
    let first: Vec<_> = (0..4).map(|_| now(admission.enter("a").unwrap().admitted()).unwrap()).collect();
    let _more: Vec<_> = (0..4).map(|_| admission.enter("a").unwrap()).collect();
    let others: Vec<_> = (0..4).map(|_| admission.enter("b").unwrap()).collect();
    drop(first.into_iter().take(2).collect::<Vec<_>>());
    let let_in = others.into_iter().filter_map(|ticket| now(ticket.admitted()).map(std::mem::forget)).count();
    assert_eq!(let_in, 2);
}

#[test]
fn a_ticket_that_is_dropped_leaves_the_queue_even_after_it_was_let_in() {
    let admission = gate(1, 10, 10);
    let let_in = admission.enter("a").unwrap();
    let waiting = admission.enter("a").unwrap();
    let next = admission.enter("b").unwrap();
    drop(waiting);
    assert_eq!(load(&admission), (1, 1));
    drop(let_in);
    assert!(now(next.admitted()).is_some());
    assert_eq!((load(&admission), admission.0.queue().callers()), ((0, 0), 0));
}

#[test]
fn a_permit_holds_its_query_to_a_share_of_the_memory() {
    let config = AdmissionConfig { running: 4, ..AdmissionConfig::default() };
    let permit = now(Admission::new(config.clone()).enter("a").unwrap().admitted()).unwrap();
    let options = permit.limit(QueryOptions { max_rows: Some(7), ..QueryOptions::default() });
    assert_eq!(options.memory_bytes.map(|bytes| bytes * 4), Some(config.total_memory().as_u64()));
    assert_eq!((options.timeout, options.max_rows), (Some(Duration::from_hours(1)), Some(7)));
}

/// What one step of a random history does to one of the queries there are.
#[derive(Clone, Debug)]
enum Step {
    Enter(u8),
    Drop(prop::sample::Index),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![(0_u8..5).prop_map(Step::Enter), any::<prop::sample::Index>().prop_map(Step::Drop)]
}

enum Held {
    Waiting(std::pin::Pin<Box<dyn Future<Output = Permit>>>),
    Running { _permit: Permit },
}

fn look(held: &mut Held) -> bool {
    if let Held::Waiting(ticket) = held
        && let Poll::Ready(permit) = ticket.poll_unpin(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    {
        *held = Held::Running { _permit: permit };
    }
    matches!(held, Held::Running { .. })
}

proptest! {
    #[test]
    fn no_history_breaks_a_limit_idles_a_slot_or_leaks_one(steps in prop::collection::vec(step(), 0..200)) {
        let admission = gate(3, 4, 6);
        let mut all: Vec<(u8, Held)> = Vec::new();
        for step in steps {
            match step {
                Step::Enter(caller) => {
                    let own = all.iter().filter(|(name, _)| *name == caller).count();
                    match admission.enter(&caller.to_string()) {
                        Ok(ticket) => all.push((caller, Held::Waiting(Box::pin(ticket.admitted())))),
                        Err(Refusal::Caller { .. }) => prop_assert_eq!(own, 4),
                        Err(Refusal::Queue { .. }) => prop_assert_eq!(load(&admission), (3, 6)),
                    }
                }
                Step::Drop(index) if !all.is_empty() => drop(all.swap_remove(index.index(all.len()))),
                Step::Drop(_) => {}
            }
            let running = all.iter_mut().filter_map(|(_, held)| look(held).then_some(())).count();
            prop_assert_eq!(load(&admission), (running, all.len() - running));
            prop_assert_eq!(running, all.len().min(3));
        }
        drop(all);
        prop_assert_eq!((load(&admission), admission.0.queue().callers()), ((0, 0), 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_of_impatient_callers_leaves_nothing_behind() {
    let admission = gate(3, 1000, 1000);
    let tasks = (0..600_u64).map(|n| {
        let admission = admission.clone();
        tokio::spawn(async move {
            let Ok(ticket) = admission.enter(&format!("caller-{}", n % 7)) else { return 0 };
            let patience = Duration::from_micros(n * 37 % 4000);
            let Ok(_permit) = tokio::time::timeout(patience, ticket.admitted()).await else { return 0 };
            assert!(admission.load().running <= 3);
            tokio::time::sleep(Duration::from_micros(n * 13 % 200)).await;
            1
        })
    });
    let let_in: u32 = futures::future::try_join_all(tasks).await.unwrap().into_iter().sum();
    assert!(let_in > 0);
    assert_eq!((load(&admission), admission.0.queue().callers()), ((0, 0), 0));
}
