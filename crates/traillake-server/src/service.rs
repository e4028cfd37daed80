//! What every request shares: the lake and the state around it.

use std::sync::Arc;

use traillake::{Clock, Lake};

use crate::ServerConfig;
use crate::access::SealingKey;
use crate::admission::Admission;
use crate::aws::Paging;
use crate::imports::Imports;
use crate::jobs::Jobs;
use crate::metrics::Metrics;
use crate::signing::Signing;
use crate::trail_passes::TrailPasses;

/// The running service behind both doors; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Service(Arc<Shared>);

/// See [`Service`].
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) lake: Lake,
    pub(crate) config: ServerConfig,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) admission: Admission,
    pub(crate) metrics: Metrics,
    pub(crate) paging: Paging,
    pub(crate) trail_passes: TrailPasses,
    pub(crate) imports: Imports,
    pub(crate) signing: Signing,
    pub(crate) jobs: Jobs,
}

impl std::ops::Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Service {
    /// A service whose signing keys stay in its memory.
    #[cfg(test)]
    pub(crate) fn new(lake: Lake, config: ServerConfig, clock: Arc<dyn Clock>) -> Self {
        Self::with_sealing_key(lake, config, clock, None)
    }

    /// A service that shares its signing keys with all who have the sealing key.
    pub(crate) fn with_sealing_key(
        lake: Lake,
        config: ServerConfig,
        clock: Arc<dyn Clock>,
        sealing: Option<SealingKey>,
    ) -> Self {
        let metrics = Metrics::new();
        let signing = Signing::new(lake.clone(), Arc::clone(&clock), sealing);
        let jobs =
            Jobs::new(lake.clone(), Arc::clone(&clock), config.queries.clone(), signing.clone(), metrics.clone());
        Self(Arc::new(Shared {
            admission: Admission::new(config.admission.clone()),
            imports: Imports::new(lake.clone(), Arc::clone(&clock), metrics.clone()),
            paging: Paging::new(),
            trail_passes: TrailPasses::default(),
            lake,
            config,
            clock,
            metrics,
            signing,
            jobs,
        }))
    }
}
