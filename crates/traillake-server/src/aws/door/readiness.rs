//! Whether the lake answers. Asked by anyone, so the answer is looked up once a second at most.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use traillake::Lake;

/// How long an answer is good for.
const FRESH: Duration = Duration::from_secs(1);
/// How long the lake may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The last look at the lake.
#[derive(Debug, Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// Whether the lake answered a second ago or answers now; those who ask meanwhile share the look.
    pub(super) async fn check(&self, lake: &Lake) -> bool {
        let mut last = self.0.lock().await;
        match *last {
            Some((at, answered)) if at.elapsed() < FRESH => answered,
            _ => {
                let looked = tokio::time::timeout(PATIENCE, lake.storage().probe()).await;
                let answers = matches!(looked, Ok(Ok(())));
                *last = Some((Instant::now(), answers));
                answers
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lake_that_is_there_answers_and_the_answer_is_kept_for_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(&folder.path().display().to_string()).await.unwrap();
        let readiness = Readiness::default();
        assert!(readiness.check(&lake).await);
        std::fs::remove_file(folder.path().join("lake.json")).unwrap();
        assert!(readiness.check(&lake).await);
        assert!(!Readiness::default().check(&lake).await);
    }
}
