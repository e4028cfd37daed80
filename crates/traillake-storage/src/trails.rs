//! Trails: named sources and the store each feeds, as versioned documents.

use futures::{FutureExt, StreamExt, TryStreamExt};
use traillake_model::{ModelError, Tags, TrailName, TrailSettings};

use crate::{LakeStorage, Result, StorageError, documents, paths};

/// How often a change is tried again when other writers are faster.
const ATTEMPTS: u32 = 16;
/// Trails read at once.
const CONCURRENCY: usize = 16;

impl LakeStorage {
    /// All trails by name, without those that were removed.
    pub async fn trails(&self) -> Result<Vec<TrailSettings>> {
        let names = documents::folder_names(self.object_store().as_ref(), paths::TRAILS).await?;
        let names: Vec<TrailName> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let reads: Vec<_> = names.iter().map(|name| self.latest_trail(name).boxed()).collect();
        let found: Vec<_> = futures::stream::iter(reads).buffered(CONCURRENCY).try_collect().await?;
        let mut trails: Vec<_> = found.into_iter().flatten().filter(|trail| trail.removed_at.is_none()).collect();
        trails.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(trails)
    }

    /// The trail of this name.
    pub async fn trail(&self, name: &str) -> Result<TrailSettings> {
        if let Ok(parsed) = name.parse::<TrailName>()
            && let Some(trail) = self.latest_trail(&parsed).await?.filter(|trail| trail.removed_at.is_none())
        {
            return Ok(trail);
        }
        let trails = self.trails().await?;
        let nearest = documents::nearest(name, trails.iter().map(|trail| trail.name.as_str()));
        Err(StorageError::TrailNotFound { name: name.to_owned(), nearest })
    }

    /// Adds the trail, or replaces the one of its name; the version is set here.
    pub async fn put_trail(&self, trail: TrailSettings) -> Result<TrailSettings> {
        let name = trail.name.clone();
        self.change_trail(&name, |current| {
            let current = current.filter(|trail| trail.removed_at.is_none());
            let kept = current.unwrap_or_else(|| trail.clone());
            Ok(TrailSettings { created_at: kept.created_at, tags: kept.tags, ..trail.clone() })
        })
        .await
    }

    /// Changes the tags of a trail.
    pub async fn update_trail_tags(
        &self,
        name: &str,
        change: impl Fn(Tags) -> Result<Tags, ModelError>,
    ) -> Result<TrailSettings> {
        let found = self.trail(name).await?;
        self.change_trail(&found.name, |current| {
            let Some(mut current) = current.filter(|trail| trail.removed_at.is_none()) else {
                return Err(StorageError::TrailNotFound { name: name.to_owned(), nearest: None });
            };
            current.tags = change(current.tags)?;
            Ok(current)
        })
        .await
    }

    /// Removes the trail; what it brought stays.
    pub async fn remove_trail(&self, name: &str) -> Result<TrailSettings> {
        let found = self.trail(name).await?;
        self.change_trail(&found.name, |current| {
            let Some(current) = current.filter(|trail| trail.removed_at.is_none()) else {
                return Err(StorageError::TrailNotFound { name: name.to_owned(), nearest: None });
            };
            Ok(TrailSettings { removed_at: Some(self.clock().now()), ..current })
        })
        .await
    }

    async fn change_trail(
        &self,
        name: &TrailName,
        change: impl Fn(Option<TrailSettings>) -> Result<TrailSettings>,
    ) -> Result<TrailSettings> {
        self.require_write()?;
        let folder = paths::trail(name);
        for _ in 0..ATTEMPTS {
            let current = self.latest_trail(name).await?;
            let version = current.as_ref().map_or(0, |trail| trail.version).saturating_add(1);
            let next = TrailSettings { version, name: name.clone(), ..change(current)? };
            if documents::create_version(self.object_store().as_ref(), &folder, version, &next).await? {
                return Ok(next);
            }
        }
        Err(StorageError::Contention { path: folder.to_string(), attempts: ATTEMPTS })
    }

    async fn latest_trail(&self, name: &TrailName) -> Result<Option<TrailSettings>> {
        let folder = paths::trail(name);
        let found = documents::latest::<TrailSettings>(self.object_store().as_ref(), &folder).await?;
        let Some((version, trail)) = found else { return Ok(None) };
        if trail.name != *name || trail.version != version {
            let path = paths::version(&folder, version);
            return Err(StorageError::corrupt(path, "it is not the document of this trail and version"));
        }
        Ok(Some(trail))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use traillake_model::SystemClock;

    use super::*;
    use crate::{Location, OpenMode};

    async fn lake() -> LakeStorage {
        LakeStorage::open(&Location::in_memory("x"), OpenMode::Write, Arc::new(SystemClock)).await.unwrap()
    }

    fn trail(lake: &LakeStorage, name: &str) -> TrailSettings {
        TrailSettings::new(name.parse().unwrap(), "s3://logs/", "events".parse().unwrap(), lake.clock().now())
    }

    #[tokio::test]
    async fn a_trail_that_is_put_is_listed_until_it_is_removed() {
        let lake = lake().await;
        lake.put_trail(trail(&lake, "main")).await.unwrap();
        lake.put_trail(trail(&lake, "audit")).await.unwrap();
        let names: Vec<_> = lake.trails().await.unwrap().into_iter().map(|trail| trail.name.to_string()).collect();
        assert_eq!(names, ["audit", "main"]);
        lake.remove_trail("main").await.unwrap();
        assert_eq!(lake.trails().await.unwrap().len(), 1);
        assert!(matches!(lake.trail("main").await, Err(StorageError::TrailNotFound { .. })));
    }

    #[tokio::test]
    async fn a_second_put_is_the_next_version_and_keeps_the_birthday() {
        let lake = lake().await;
        let first = lake.put_trail(trail(&lake, "main")).await.unwrap();
        let second = lake.put_trail(TrailSettings { source: "/logs".into(), ..trail(&lake, "main") }).await.unwrap();
        assert_eq!((second.version, second.created_at), (2, first.created_at));
        assert_eq!(lake.trail("main").await.unwrap(), second);
    }

    #[tokio::test]
    async fn tags_stay_when_the_trail_is_put_again_and_go_when_it_is_removed() {
        let lake = lake().await;
        let tags = Tags::try_new([("team".to_owned(), None)]).unwrap();
        lake.put_trail(trail(&lake, "main")).await.unwrap();
        let tagged = lake.update_trail_tags("main", |found| found.with(&tags)).await.unwrap();
        assert_eq!((tagged.version, &tagged.tags), (2, &tags));
        assert_eq!(lake.put_trail(trail(&lake, "main")).await.unwrap().tags, tags);
        lake.remove_trail("main").await.unwrap();
        assert!(lake.put_trail(trail(&lake, "main")).await.unwrap().tags.is_empty());
        assert!(lake.update_trail_tags("other", Ok).await.is_err());
    }

    #[tokio::test]
    async fn a_removed_name_can_be_used_again() {
        let lake = lake().await;
        lake.put_trail(trail(&lake, "main")).await.unwrap();
        lake.remove_trail("main").await.unwrap();
        let again = lake.put_trail(trail(&lake, "main")).await.unwrap();
        assert_eq!((again.version, again.removed_at), (3, None));
    }

    #[tokio::test]
    async fn a_misspelled_trail_is_answered_with_the_right_name() {
        let lake = lake().await;
        lake.put_trail(trail(&lake, "main")).await.unwrap();
        let error = lake.trail("mian").await.unwrap_err();
        assert_eq!(error.hint().unwrap(), "did you mean `main`?");
    }
}
