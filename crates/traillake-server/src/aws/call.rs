//! One request as the operations see it.

use traillake::GrantedLake;

use crate::access::Principal;
use crate::service::Service;

/// Who asks for what, where, and of which service.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) principal: Principal,
    /// Region of the credential scope.
    pub(crate) region: String,
}

impl Call {
    /// The lake as the caller may see it; queries belong to their callers.
    pub(crate) fn lake(&self) -> GrantedLake {
        let owner = Some(self.principal.name.to_string());
        self.service.lake.granted(self.principal.grants.as_ref().clone(), owner)
    }
}
