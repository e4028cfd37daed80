//! Lists a prefix of an object store in key order: folders that the filter allows, several at a time.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::sync::mpsc;
use traillake_storage::{Location, ObjectStoreOptions, open_location};

use super::names::is_skipped;
use super::{Origin, SourceObject};
use crate::key::{after_anchor, is_account, is_org_id, is_region};
use crate::{IngestError, KeyFilter, ListError};

/// Folders whose folders are looked up at a time, and prefixes that are listed at a time.
const FOLDERS_AHEAD: usize = 8;
const PREFIXES_AHEAD: usize = 8;
/// Objects of one prefix listed ahead.
const OBJECTS_AHEAD: usize = 1_000;
/// Levels below the source in which an `AWSLogs` folder is looked for when there is a filter.
const LEVELS_TO_ANCHOR: usize = 4;
/// A longer time is walked: most of its months may be empty.
const MOST_DAYS: i64 = 3_660;
/// What the names of the folders begin with that hold `region/yyyy/mm/dd`, all digits written.
const FAMILY: &str = "CloudTrail";

type Listed<T> = BoxStream<'static, Result<T, ListError>>;

/// The object of this url, or everything below it.
pub(super) async fn list_url(
    url: &str,
    filter: &KeyFilter,
    options: &ObjectStoreOptions,
) -> Result<Listed<SourceObject>, IngestError> {
    let location = open_location(url, options).await?;
    let tree = Arc::new(Tree::new(&location, filter.clone()));
    if !url.ends_with('/')
        && !location.prefix.as_ref().is_empty()
        && let Ok(meta) = tree.store.head(&location.prefix).await
        && meta.size > 0
    {
        return Ok(stream::iter([Ok(tree.object(meta, true))]).boxed());
    }
    let prefixes = tree.expand(location.prefix.clone(), 0);
    let lists =
        prefixes.map(move |leaf| std::future::ready(Arc::clone(&tree).start(leaf))).buffered(PREFIXES_AHEAD).flatten();
    Ok(in_order(lists.boxed()))
}

/// The items of a channel.
pub(super) fn received<T: Send + 'static>(receiver: mpsc::Receiver<T>) -> BoxStream<'static, T> {
    stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|item| (item, receiver)) }).boxed()
}

/// Ends a listing with an error where the store does not list in order.
fn in_order(listed: Listed<SourceObject>) -> Listed<SourceObject> {
    let check = |last: &mut Option<String>, item: Result<SourceObject, ListError>| {
        let broken = matches!(last, Some(last) if last.is_empty());
        let item = item.and_then(|object| match last {
            Some(last) if object.url <= *last => Err(ListError::OutOfOrder { url: object.url }),
            _ => Ok(object),
        });
        match &item {
            Ok(object) => *last = Some(object.url.clone()),
            Err(ListError::OutOfOrder { .. }) => *last = Some(String::new()),
            Err(_) => {}
        }
        std::future::ready((!broken).then_some(item))
    };
    listed.scan(None, check).boxed()
}

/// What to list next.
enum Leaf {
    /// Objects that were found beside folders.
    Object(ObjectMeta),
    /// Everything below a prefix.
    Prefix(Path),
    /// Some days of a month.
    Days(Days),
}

/// Neighbouring days of a month's folder, which take one listing.
struct Days {
    month: Path,
    /// Sorts before the keys of the first day, and after those of the days before it.
    after: Path,
    /// Sorts after the keys of the last day, and before those of the days after it.
    end: String,
}

impl Days {
    /// The months of a region's folder from the first to the last day, by the calendar alone.
    fn of(region: &Path, first: NaiveDate, last: NaiveDate) -> Vec<Self> {
        let month = |date: NaiveDate| date.year() * 12 + i32::try_from(date.month0()).unwrap_or_default();
        let days = |month: i32| {
            let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
            let (from, to) = (first.max(date(year, month, 1)?), last.min(date(year, month + 1, 1)?.pred_opt()?));
            let folder = region.clone().join(format!("{year:04}")).join(format!("{month:02}"));
            let after = folder.clone().join(format!("{:02}", from.day()));
            Some(Self { end: format!("{folder}/{:02}0", to.day()), month: folder, after })
        };
        (month(first)..=month(last)).filter_map(days).collect()
    }
}

/// A day; the thirteenth month is the first of the next year.
fn date(year: i32, month: i32, day: u32) -> Option<NaiveDate> {
    let (year, month) = if month == 13 { (year + 1, 1) } else { (year, month) };
    NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, day)
}

struct Tree {
    store: Arc<dyn ObjectStore>,
    /// `s3://bucket/`
    root_url: String,
    filter: KeyFilter,
}

impl Tree {
    fn new(location: &Location, filter: KeyFilter) -> Self {
        let root_url = format!("{}://{}/", location.url.scheme(), location.url.host_str().unwrap_or_default());
        Self { store: Arc::clone(&location.store), root_url, filter }
    }

    fn object(&self, meta: ObjectMeta, named: bool) -> SourceObject {
        let url = format!("{}{}", self.root_url, meta.location);
        let origin = Origin::Store { store: Arc::clone(&self.store), path: meta.location };
        let mut object = SourceObject::new(url, meta.size, named, origin);
        object.etag = meta.e_tag;
        object.last_modified_ms = Some(meta.last_modified.timestamp_millis());
        object
    }

    /// The prefixes and objects below `prefix`, in key order.
    fn expand(self: &Arc<Self>, prefix: Path, level: usize) -> Listed<Leaf> {
        Arc::clone(self).expanded(prefix, level).flatten_stream().boxed()
    }

    async fn expanded(self: Arc<Self>, prefix: Path, level: usize) -> Listed<Leaf> {
        if let Some(months) = self.months(&prefix) {
            return stream::iter(months.into_iter().map(|days| Ok(Leaf::Days(days)))).boxed();
        }
        if self.has_folders(&prefix, level) {
            return self.children(prefix, level).await;
        }
        stream::iter([Ok(Leaf::Prefix(prefix))]).boxed()
    }

    /// Boxed, since folders hold folders.
    fn children(self: Arc<Self>, prefix: Path, level: usize) -> BoxFuture<'static, Listed<Leaf>> {
        self.look_up(prefix, level).boxed()
    }

    async fn look_up(self: Arc<Self>, prefix: Path, level: usize) -> Listed<Leaf> {
        if after_anchor(&format!("{prefix}/")).is_none() && self.begins_with_object(&prefix).await {
            return stream::iter([Ok(Leaf::Prefix(prefix))]).boxed();
        }
        let below = (!prefix.as_ref().is_empty()).then_some(&prefix);
        let listed = match self.store.list_with_delimiter(below).await {
            Ok(listed) => listed,
            Err(source) => return stream::iter([Err(self.failed(&prefix, source))]).boxed(),
        };
        let objects = listed.objects.into_iter().map(|meta| (meta.location.to_string(), Leaf::Object(meta)));
        let allowed = |folder: &Path| self.filter.may_hold(&format!("{folder}/"));
        let folders =
            listed.common_prefixes.into_iter().filter(allowed).map(|path| (format!("{path}/"), Leaf::Prefix(path)));
        let mut children: Vec<_> = objects.chain(folders).collect();
        children.sort_by(|a, b| a.0.cmp(&b.0));
        // Each child's own folders are looked up ahead of its turn.
        let looked_up = stream::iter(children).map(move |(_, child)| {
            let tree = Arc::clone(&self);
            async move {
                match child {
                    Leaf::Prefix(path) => tree.expanded(path, level + 1).await,
                    leaf => stream::iter([Ok(leaf)]).boxed(),
                }
            }
            .boxed()
        });
        looked_up.buffered(FOLDERS_AHEAD).flatten().boxed()
    }

    /// True where a folder's own folders are worth looking up: each can be ruled out, or listed
    /// beside the others.
    fn has_folders(&self, prefix: &Path, level: usize) -> bool {
        let key = format!("{prefix}/");
        let Some(parts) = after_anchor(&key) else {
            return level < if self.filter.is_empty() { 1 } else { LEVELS_TO_ANCHOR };
        };
        let parts: Vec<&str> = parts.split('/').filter(|part| !part.is_empty()).collect();
        let organisation = usize::from(parts.first().is_some_and(|part| is_org_id(part)));
        let dated = self.filter.from.is_some() || self.filter.to.is_some();
        // account, folder; then region; then year, month, day
        parts.len() < organisation + if dated { 6 } else { 3 }
    }

    /// The days that the filter takes of a trail's region, where it names the first and the last.
    fn months(&self, prefix: &Path) -> Option<Vec<Days>> {
        let (first, last) = self.filter.from.zip(self.filter.to)?;
        let key = format!("{prefix}/");
        let mut parts = after_anchor(&key)?.trim_end_matches('/').split('/').peekable();
        parts.next_if(|part| is_org_id(part));
        let is_trail = parts.next().is_some_and(is_account) && parts.next().is_some_and(|at| at.starts_with(FAMILY));
        let is_region = is_trail && parts.next().is_some_and(is_region) && parts.next().is_none();
        (is_region && (last - first).num_days() <= MOST_DAYS).then(|| Days::of(prefix, first, last))
    }

    /// True where the first object lies in the folder itself: it may be one of very many, which
    /// only a plain listing takes page by page.
    async fn begins_with_object(&self, prefix: &Path) -> bool {
        let first = self.store.list(Some(prefix)).try_next().await.ok().flatten();
        first.is_some_and(|meta| meta.location.prefix_match(prefix).is_some_and(|parts| parts.count() == 1))
    }

    /// Begins to list a leaf.
    fn start(self: Arc<Self>, leaf: Result<Leaf, ListError>) -> Listed<SourceObject> {
        match leaf {
            Err(error) => stream::iter([Err(error)]).boxed(),
            Ok(Leaf::Object(meta)) => stream::iter(is_taken(&meta).then(|| Ok(self.object(meta, false)))).boxed(),
            Ok(Leaf::Prefix(prefix)) => self.listed(prefix, None),
            Ok(Leaf::Days(Days { month, after, end })) => self.listed(month, Some((after, end))),
        }
    }

    fn listed(self: Arc<Self>, prefix: Path, between: Option<(Path, String)>) -> Listed<SourceObject> {
        let (sender, receiver) = mpsc::channel(OBJECTS_AHEAD);
        tokio::spawn(async move { self.list_prefix(prefix, between, sender).await });
        received(receiver)
    }

    /// Sends what lies below `prefix`, or those of it whose keys are between two texts.
    async fn list_prefix(
        &self,
        prefix: Path,
        between: Option<(Path, String)>,
        sender: mpsc::Sender<Result<SourceObject, ListError>>,
    ) {
        let below = (!prefix.as_ref().is_empty()).then_some(&prefix);
        let (after, end) = between.unzip();
        let mut objects = match &after {
            Some(after) => self.store.list_with_offset(below, after),
            None => self.store.list(below),
        };
        while let Some(item) = objects.next().await {
            let item = match item {
                Ok(meta) if end.as_ref().is_some_and(|end| meta.location.as_ref() > end.as_str()) => return,
                Ok(meta) if !is_taken(&meta) => continue,
                Ok(meta) => Ok(self.object(meta, false)),
                Err(source) => Err(self.failed(&prefix, source)),
            };
            let failed = item.is_err();
            if sender.send(item).await.is_err() || failed {
                return;
            }
        }
    }

    fn failed(&self, prefix: &Path, source: object_store::Error) -> ListError {
        ListError::Prefix { url: format!("{}{prefix}", self.root_url), source }
    }
}

/// Folder markers are empty and, once listed, look like an object of the folder's name.
fn is_taken(meta: &ObjectMeta) -> bool {
    meta.size > 0 && !meta.location.filename().is_some_and(is_skipped)
}
