//! The AWS credential chain (environment, profiles, SSO, processes, web identity, instance metadata) for object stores.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_config::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_credential_types::provider::ProvideCredentials;
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use tokio::sync::Mutex;

/// Credentials are fetched again this long before they expire.
const EARLY: Duration = Duration::from_mins(5);

/// Fetches credentials at the first request and keeps them until shortly before they expire.
#[derive(Debug)]
pub(super) struct AwsChain {
    profile: Option<String>,
    region: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    chain: Option<DefaultCredentialsChain>,
    current: Option<(Arc<AwsCredential>, Option<SystemTime>)>,
}

impl AwsChain {
    pub(super) fn new(profile: Option<String>, region: String) -> Self {
        Self { profile, region, state: Mutex::default() }
    }

    async fn build(&self) -> DefaultCredentialsChain {
        let mut builder = DefaultCredentialsChain::builder().region(Region::new(self.region.clone()));
        if let Some(profile) = &self.profile {
            builder = builder.profile_name(profile);
        }
        builder.build().await
    }
}

fn is_fresh(expiry: Option<SystemTime>) -> bool {
    expiry.is_none_or(|expiry| expiry.duration_since(SystemTime::now()).is_ok_and(|left| left > EARLY))
}

#[async_trait]
impl CredentialProvider for AwsChain {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let mut state = self.state.lock().await;
        if let Some((credential, expiry)) = &state.current
            && is_fresh(*expiry)
        {
            return Ok(Arc::clone(credential));
        }
        let chain = match state.chain.take() {
            Some(chain) => chain,
            None => self.build().await,
        };
        let found = chain.provide_credentials().await;
        state.chain = Some(chain);
        let found = found.map_err(|source| object_store::Error::Unauthenticated {
            path: "AWS credentials".into(),
            source: Box::new(source),
        })?;
        let credential = Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        });
        state.current = Some((Arc::clone(&credential), found.expiry()));
        Ok(credential)
    }
}
