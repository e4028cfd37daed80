//! What every command gets: settings, the printer, and the way to the lake.

use traillake::{
    ByteSize, Error, IngestLimits, Lake, LakeHome, LakeOptions, ObjectStoreOptions, QueryLimits, ReadCache,
};

use crate::config::Settings;
use crate::error::{CliError, Result};
use crate::folders;
use crate::interrupt::Interrupt;
use crate::printer::Printer;

/// Size of the cache of remote reads where the configuration does not say.
pub(crate) const READ_CACHE: ByteSize = ByteSize::new(4 << 30);

pub(crate) struct Context {
    pub(crate) settings: Settings,
    pub(crate) printer: Printer,
    pub(crate) interrupt: Interrupt,
}

impl Context {
    pub(crate) fn new(settings: Settings, printer: Printer) -> Self {
        Self { settings, printer, interrupt: Interrupt::default() }
    }

    /// The address of the lake.
    pub(crate) fn location(&self) -> Result<&str> {
        let missing = || {
            CliError::usage(
                "there is no lake: the user's data folder is not known",
                "name it with `--lake URL` or TRAILLAKE_LAKE",
            )
        };
        self.settings.lake.value.as_deref().ok_or_else(missing)
    }

    /// How to reach S3.
    pub(crate) fn object_store(&self) -> ObjectStoreOptions {
        ObjectStoreOptions {
            endpoint_url: self.settings.endpoint_url.value.clone(),
            region: self.settings.region.value.clone(),
            profile: self.settings.profile.value.clone(),
            read_cache: self.read_cache(),
            ..ObjectStoreOptions::default()
        }
    }

    /// Where reads of lakes in S3 are kept; nowhere when the size is 0.
    fn read_cache(&self) -> Option<ReadCache> {
        let section = &self.settings.read_cache;
        let bytes = section.size.unwrap_or(READ_CACHE).as_u64();
        let folder = section.folder.clone().or_else(folders::read_cache).filter(|_| bytes > 0)?;
        Some(ReadCache { folder, bytes })
    }

    fn options(&self) -> Result<LakeOptions> {
        Ok(LakeOptions::new().object_store(self.object_store()).home(self.home()?))
    }

    /// Account and region of a lake that is made.
    fn home(&self) -> Result<LakeHome> {
        let mut home = LakeHome::default();
        if let Some(account) = &self.settings.lake_account.value {
            home = home.with_account(account).map_err(Error::from)?;
        }
        if let Some(region) = &self.settings.lake_region.value {
            home = home.with_region(region).map_err(Error::from)?;
        }
        Ok(home)
    }

    /// The lake, to write; made when there is none.
    pub(crate) async fn writable(&self) -> Result<Lake> {
        Ok(self.options()?.open(self.location()?).await?)
    }

    /// The lake, to write, for an ingest.
    pub(crate) async fn ingesting(&self, limits: IngestLimits) -> Result<Lake> {
        Ok(self.options()?.ingest_limits(limits).open(self.location()?).await?)
    }

    /// The lake, to write, for a server.
    pub(crate) async fn serving(&self, limits: QueryLimits) -> Result<Lake> {
        let options = self.options()?.ingest_limits(self.settings.ingest.limits()).query_limits(limits);
        Ok(options.open(self.location()?).await?)
    }

    /// The lake, to read.
    pub(crate) async fn readable(&self) -> Result<Lake> {
        self.asking(QueryLimits::default()).await
    }

    /// The lake, to read, for queries.
    pub(crate) async fn asking(&self, limits: QueryLimits) -> Result<Lake> {
        Ok(self.options()?.read_only().query_limits(limits).open(self.location()?).await?)
    }

    /// An empty lake in memory, for rehearsals where there is none yet.
    pub(crate) async fn rehearsal(&self, limits: IngestLimits) -> Result<Lake> {
        Ok(self.options()?.ingest_limits(limits).open("memory://rehearsal").await?)
    }
}
