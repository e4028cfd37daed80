//! Checks of passwords: one after the other, on threads of their own, and slowly for names that failed, so that
//! guessing neither works nor eats the cores.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

use super::{Denied, password, remembered::Remembered, throttle::Throttle, users::User};

/// How long a check waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// Checks that wait, at most.
const MOST_WAITING: usize = 1000;

/// Lets so many checks run at once, a bounded number wait, and the rest go.
#[derive(Debug)]
pub(super) struct PasswordGate {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    throttle: Throttle,
    remembered: Remembered,
}

/// The right to check one password.
#[derive(Debug)]
struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl PasswordGate {
    pub(super) fn new(at_once: usize) -> Self {
        let at_once = at_once.clamp(1, 1024);
        Self {
            turns: Arc::new(Semaphore::new(at_once)),
            places: Arc::new(Semaphore::new(at_once + MOST_WAITING)),
            throttle: Throttle::default(),
            remembered: Remembered::new(),
        }
    }

    /// Whether this is the password of the user of this name. For a name without a user, the stand-in's hash is
    /// checked and the answer is no, so that both take alike.
    ///
    /// # Errors
    /// [`Denied::Wait`] when the name failed too often, [`Denied::Unavailable`] when too many wait.
    pub(super) async fn check(
        &self,
        name: &str,
        password: &str,
        user: Option<&User>,
        stand_in: &User,
    ) -> Result<bool, Denied> {
        let known = || user.is_some_and(|user| self.remembered.knows(&user.version(), password));
        if known() {
            return Ok(true);
        }
        self.throttle.look(name, Instant::now()).map_err(|wait| Denied::Wait { wait })?;
        let turn = self.turn().await?;
        // Another connection of the same client may have been first.
        if known() {
            return Ok(true);
        }
        self.throttle.begin(name, Instant::now()).map_err(|wait| Denied::Wait { wait })?;
        let matches = verify(turn, password, &user.unwrap_or(stand_in).password_hash).await?;
        let Some(user) = user.filter(|_| matches) else { return Ok(false) };
        self.throttle.succeeded(name);
        self.remembered.learn(user.version(), password);
        Ok(true)
    }

    async fn turn(&self) -> Result<Turn, Denied> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Denied::Unavailable)?;
        match timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(Turn { _turn: turn, _place: place }),
            _ => Err(Denied::Unavailable),
        }
    }
}

/// The turn goes with the thread: a caller who leaves does not make room for another check.
async fn verify(turn: Turn, password: &str, hash: &str) -> Result<bool, Denied> {
    let (password, hash) = (password.to_owned(), hash.to_owned());
    let check = spawn_blocking(move || {
        let matches = password::verify(&password, &hash);
        drop(turn);
        matches
    });
    check.await.map_err(|_| Denied::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Principal, password::cheap_hash};

    fn user() -> User {
        User { password_hash: cheap_hash("password"), principal: Principal::admin("alice") }
    }

    /// So many checks of one password, which wait for the turn that is taken.
    async fn crowd(
        gate: &Arc<PasswordGate>,
        user: &User,
        count: usize,
    ) -> Vec<tokio::task::JoinHandle<Result<bool, Denied>>> {
        let check = |_| {
            let (gate, user) = (Arc::clone(gate), user.clone());
            tokio::spawn(async move { gate.check("alice", "password", Some(&user), &user).await })
        };
        let checks = (0..count).map(check).collect();
        while gate.places.available_permits() > MOST_WAITING - count {
            tokio::task::yield_now().await;
        }
        checks
    }

    #[tokio::test]
    async fn many_connections_of_one_client_are_let_in_after_one_check() {
        let (gate, user) = (Arc::new(PasswordGate::new(1)), user());
        let turn = gate.turn().await.unwrap();
        let checks = crowd(&gate, &user, 200).await;
        drop(turn);
        for check in checks {
            assert_eq!(check.await.unwrap(), Ok(true));
        }
        assert_eq!(gate.check("alice", "Password", Some(&user), &user).await, Ok(false));
    }

    #[tokio::test]
    async fn checks_beyond_those_that_may_wait_are_turned_away() {
        let (gate, user) = (Arc::new(PasswordGate::new(1)), user());
        let turn = gate.turn().await.unwrap();
        let checks = crowd(&gate, &user, MOST_WAITING).await;
        assert_eq!(gate.check("bob", "password", None, &user).await, Err(Denied::Unavailable));
        drop(turn);
        for check in checks {
            assert_eq!(check.await.unwrap(), Ok(true));
        }
        assert_eq!(gate.check("bob", "password", None, &user).await, Ok(false));
    }
}
