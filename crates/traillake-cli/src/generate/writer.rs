//! Writes the planned objects to a folder with all cores.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::{fs, io, thread};

use libdeflater::{CompressionLvl, Compressor};

use super::catalog::Catalog;
use super::event::{EventWriter, Studio};
use super::incident::Incident;
use super::options::{GenerateError, GenerateOptions};
use super::plan::{ObjectPlan, plan};
use super::random::Random;
use super::time::Moment;
use super::world::World;
use crate::text::push;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeneratedTrail {
    /// Log files.
    pub objects: u64,
    /// Events in them.
    pub events: u64,
    /// Bytes of JSON before compression.
    pub json_bytes: u64,
    /// Bytes on disk.
    pub gzip_bytes: u64,
}

/// Counts while a trail is written; shared between the writer and whoever watches.
#[derive(Debug, Default)]
pub struct GenerateProgress {
    objects: AtomicU64,
    events: AtomicU64,
    json_bytes: AtomicU64,
    gzip_bytes: AtomicU64,
    stopped: AtomicBool,
}

impl GenerateProgress {
    /// What was written so far.
    pub fn so_far(&self) -> GeneratedTrail {
        GeneratedTrail {
            objects: self.objects.load(Ordering::Relaxed),
            events: self.events.load(Ordering::Relaxed),
            json_bytes: self.json_bytes.load(Ordering::Relaxed),
            gzip_bytes: self.gzip_bytes.load(Ordering::Relaxed),
        }
    }

    /// Asks the writer to stop after the objects at hand.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    fn add(&self, plan: &ObjectPlan, json: usize, gzip: usize) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(plan.events, Ordering::Relaxed);
        self.json_bytes.fetch_add(json as u64, Ordering::Relaxed);
        self.gzip_bytes.fetch_add(gzip as u64, Ordering::Relaxed);
    }
}

/// Writes a trail tree below `out` and waits for it; the files depend on `options` alone.
///
/// # Errors
/// [`GenerateError::OutOfRange`] before anything is written, [`GenerateError::Write`] naming the file,
/// [`GenerateError::Interrupted`] after [`GenerateProgress::stop`].
pub fn generate(
    out: &Path,
    options: &GenerateOptions,
    progress: &GenerateProgress,
) -> Result<GeneratedTrail, GenerateError> {
    options.check()?;
    let objects = plan(options);
    let studio = Studio {
        world: World::new(options.seed, options.accounts, options.regions),
        catalog: Catalog::new(),
        incident: Incident::new(),
        seed: options.seed,
    };
    let job = Job { out, studio: &studio, objects: &objects, next: AtomicUsize::new(0), progress };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let outcomes: Vec<Result<(), GenerateError>> = thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(|| job.run())).collect();
        handles.into_iter().map(|handle| handle.join().unwrap_or(Err(GenerateError::Interrupted))).collect()
    });
    outcomes.into_iter().collect::<Result<(), _>>()?;
    Ok(progress.so_far())
}

struct Job<'a> {
    out: &'a Path,
    studio: &'a Studio,
    objects: &'a [ObjectPlan],
    next: AtomicUsize,
    progress: &'a GenerateProgress,
}

impl Job<'_> {
    fn run(&self) -> Result<(), GenerateError> {
        let mut writer = EventWriter::new(self.studio);
        let mut file = LogFileWriter::new();
        while let Some(plan) = self.objects.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            if self.progress.stopped.load(Ordering::Relaxed) {
                return Err(GenerateError::Interrupted);
            }
            file.json.clear();
            writer.write_object(plan, &mut file.json);
            let path = self.out.join(object_key(self.studio, plan));
            let written = file.write(&path).map_err(|source| {
                self.progress.stop();
                GenerateError::Write { path, source }
            })?;
            self.progress.add(plan, file.json.len(), written);
        }
        Ok(())
    }
}

/// Compresses and writes files; gzip level 6, as trails are written.
struct LogFileWriter {
    json: String,
    gzip: Vec<u8>,
    compressor: Compressor,
    folder: PathBuf,
}

impl LogFileWriter {
    fn new() -> Self {
        Self {
            json: String::new(),
            gzip: Vec::new(),
            compressor: Compressor::new(CompressionLvl::default()),
            folder: PathBuf::new(),
        }
    }

    fn write(&mut self, path: &Path) -> io::Result<usize> {
        let json = self.json.as_bytes();
        self.gzip.resize(self.compressor.gzip_compress_bound(json.len()), 0);
        let length = self.compressor.gzip_compress(json, &mut self.gzip).map_err(io::Error::other)?;
        let folder = path.parent().unwrap_or(path);
        if folder != self.folder {
            fs::create_dir_all(folder)?;
            folder.clone_into(&mut self.folder);
        }
        fs::write(path, &self.gzip[..length])?;
        Ok(length)
    }
}

/// `AWSLogs/<account>/CloudTrail/<region>/yyyy/mm/dd/<account>_CloudTrail_<region>_<time>Z_<16 chars>.json.gz`.
fn object_key(studio: &Studio, plan: &ObjectPlan) -> String {
    let account = studio.world.accounts.get(plan.account).map_or("", |account| account.id.as_str());
    let region = studio.world.regions.get(plan.region).unwrap_or(&"us-east-1");
    let delivered = Moment::from_seconds(plan.delivered);
    let mut key = format!("AWSLogs/{account}/CloudTrail/{region}/");
    delivered.write_folders(&mut key);
    push(&mut key, format_args!("/{account}_CloudTrail_{region}_"));
    delivered.write_compact_minute(&mut key);
    key.push('_');
    Random::derived(studio.seed, &[plan.index, 3]).base62(&mut key, 16);
    key.push_str(".json.gz");
    key
}
