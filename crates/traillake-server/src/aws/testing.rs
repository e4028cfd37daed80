//! A service over a lake in memory, and callers of it, for the tests of operations.

use std::sync::Arc;

use serde_json::Value;
use traillake::{Clock, FixedClock, Grants, LakeHome, LakeOptions};
use uuid::Uuid;

use super::{ApiError, Call, operations};
use crate::ServerConfig;
use crate::access::{Principal, Role};
use crate::service::Service;

pub(crate) struct Bench {
    pub(crate) service: Service,
    pub(crate) clock: Arc<FixedClock>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with_config(ServerConfig::default()).await
    }

    pub(crate) async fn with_config(config: ServerConfig) -> Self {
        let clock = Arc::new(FixedClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let home = LakeHome::default().with_account("111122223333").unwrap().with_region("eu-west-1").unwrap();
        let options = LakeOptions::new().home(home).clock(Arc::<FixedClock>::clone(&clock));
        let lake = options.open(&format!("memory://{}", Uuid::new_v4())).await.unwrap();
        let service = Service::new(lake, config, Arc::clone(&clock) as Arc<dyn Clock>);
        Self { service, clock }
    }

    /// What an administrator is answered.
    pub(crate) async fn ask(&self, operation: &str, request: Value) -> Result<Value, ApiError> {
        self.ask_as(&Principal::admin("root"), operation, request).await
    }

    /// The exception an administrator is answered with.
    pub(crate) async fn refused(&self, operation: &str, request: Value) -> &'static str {
        self.ask(operation, request).await.unwrap_err().code
    }

    pub(crate) async fn ask_as(
        &self,
        principal: &Principal,
        operation: &str,
        request: Value,
    ) -> Result<Value, ApiError> {
        let call = Call { service: self.service.clone(), principal: principal.clone(), region: "eu-west-1".to_owned() };
        let answer = Box::pin(operations::run(&call, operation, request.to_string().as_bytes())).await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }
}

pub(crate) fn caller(role: Role, grants: Grants) -> Principal {
    Principal::new("ann", role, grants)
}
