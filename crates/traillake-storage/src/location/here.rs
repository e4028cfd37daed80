//! The local file system, with what takes a few microseconds done where it is asked for: short files and ranges are
//! read, files that are not there are missed, folders of folders or of few files listed. Handing that to another thread
//! and back takes longer.

mod short;

use std::fmt;
use std::fs::{self, File};
use std::ops::Range;
use std::path::PathBuf;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, RenameOptions, Result,
};

use short::{SHORT_BYTES, is_plain, read};

/// [`LocalFileSystem`] but for what is short.
#[derive(Debug, Default)]
pub(super) struct LocalFiles(LocalFileSystem);

impl fmt::Display for LocalFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for LocalFiles {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.0.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        match self.path_of(location).ok().and_then(|path| short::get(&path, location, &options)) {
            Some(outcome) => outcome,
            None => self.0.get_opts(location, options).await,
        }
    }

    /// What cannot be read here is left to the file system's own way, which knows the right error.
    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let bytes = ranges.iter().map(|range| range.end.saturating_sub(range.start)).fold(0, u64::saturating_add);
        if bytes <= SHORT_BYTES
            && let Ok(path) = self.path_of(location)
            && let Ok(read) = File::open(path).and_then(|file| ranges.iter().map(|range| read(&file, range)).collect())
        {
            return Ok(read);
        }
        self.0.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.few_below(prefix) {
            Some(found) => stream::iter(found.into_iter().map(Ok)).boxed(),
            None => self.0.list(prefix),
        }
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        let Some(mut found) = self.few_below(prefix) else { return self.0.list_with_offset(prefix, offset) };
        found.retain(|object| object.location > *offset);
        stream::iter(found.into_iter().map(Ok)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        match prefix.and_then(|prefix| self.folders(prefix)) {
            Some(common_prefixes) => Ok(ListResult { common_prefixes, objects: Vec::new() }),
            None => self.0.list_with_delimiter(prefix).await,
        }
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.0.rename_opts(from, to, options).await
    }
}

impl LocalFiles {
    /// Where an object lies. A plain path is the same there as here.
    fn path_of(&self, location: &Path) -> Result<PathBuf> {
        let is_plain = cfg!(unix) && location.as_ref().bytes().all(|byte| byte == b'/' || is_plain(byte));
        if is_plain { Ok(PathBuf::from(format!("/{location}"))) } else { self.0.path_to_filesystem(location) }
    }

    /// The files below a folder that is named, if they are few.
    fn few_below(&self, prefix: Option<&Path>) -> Option<Vec<ObjectMeta>> {
        let prefix = prefix.filter(|prefix| !prefix.is_root())?;
        short::files_below(&self.path_of(prefix).ok()?, prefix)
    }

    /// The folders directly below a folder, sorted, if there is nothing else in it and they are few.
    fn folders(&self, prefix: &Path) -> Option<Vec<Path>> {
        const FEW: usize = 1_000;
        let mut folders = Vec::new();
        for entry in fs::read_dir(self.path_of(prefix).ok()?).ok()? {
            let entry = entry.ok()?;
            let name = entry.file_name();
            let name = name.to_str().filter(|name| name.bytes().all(is_plain) && folders.len() < FEW)?;
            if !entry.file_type().ok()?.is_dir() {
                return None;
            }
            folders.push(prefix.clone().join(name));
        }
        folders.sort_unstable();
        Some(folders)
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt as _;
    use object_store::{Error, GetRange, ObjectStoreExt as _};

    use super::*;

    #[tokio::test]
    async fn ranges_are_what_the_file_system_itself_gives() {
        let folder = tempfile::tempdir().unwrap();
        let path = Path::from_absolute_path(folder.path().join("x")).unwrap();
        let (here, own) = (LocalFiles::default(), LocalFileSystem::new());
        own.put(&path, vec![7; 3 << 20].into()).await.unwrap();
        let asked: [&[(u64, u64)]; 5] =
            [&[(0, 1)], &[(5, 9), (1, 3), (100, 2_000)], &[(0, 2 << 20)], &[(1 << 20, 3 << 20)], &[]];
        for asked in asked {
            let ranges: Vec<Range<u64>> = asked.iter().map(|&(start, end)| start..end).collect();
            let (read, expected) = (here.get_ranges(&path, &ranges).await, own.get_ranges(&path, &ranges).await);
            assert_eq!(read.unwrap(), expected.unwrap(), "{ranges:?}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_the_error_of_the_file_system() {
        let folder = tempfile::tempdir().unwrap();
        let path = Path::from_absolute_path(folder.path().join("x")).unwrap();
        let here = LocalFiles::default();
        let missing = here.get_ranges(&path, std::slice::from_ref(&(0..10))).await.unwrap_err();
        assert!(matches!(missing, Error::NotFound { .. }), "{missing:?}");
        here.put(&path, vec![7; 5].into()).await.unwrap();
        assert!(here.get_ranges(&path, std::slice::from_ref(&(7..9))).await.is_err());
    }

    #[tokio::test]
    async fn objects_and_folders_are_found_as_by_the_file_system_itself() {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::from_absolute_path(folder.path()).unwrap();
        let (here, own) = (LocalFiles::default(), LocalFileSystem::new());
        let listed = async |path: &Path| {
            let (here, own) = (here.list_with_delimiter(Some(path)).await, own.list_with_delimiter(Some(path)).await);
            match (here, own) {
                (Ok(here), Ok(own)) => {
                    assert_eq!(here.common_prefixes, own.common_prefixes);
                    assert_eq!(here.objects, own.objects);
                }
                (here, own) => assert_eq!(here.is_err(), own.is_err()),
            }
        };
        let below = |name: &str| root.parts().chain(Path::from(name).parts()).collect::<Path>();
        for name in ["b/1", "a/1", "a/2", "c/d/e", "x"] {
            own.put(&below(&format!("{name}/own")), "x".into()).await.unwrap();
            own.put(&below(&format!("mixed/sub/{name}")), "x".into()).await.unwrap();
        }
        fs::create_dir(folder.path().join("a b")).unwrap();
        for name in ["", "a", "c", "mixed", "mixed/sub", "none", "x"] {
            listed(&below(name)).await;
        }
        for name in ["a/1/own", "a/none", "none"] {
            let (here, own) = (here.get(&below(name)).await, own.get(&below(name)).await);
            match (here, own) {
                (Ok(here), Ok(own)) => assert_eq!(here.meta, own.meta),
                (Err(here), Err(own)) => assert_eq!(here.to_string(), own.to_string()),
                (here, own) => panic!("{here:?} {own:?}"),
            }
        }
    }

    #[tokio::test]
    async fn what_is_got_is_what_the_file_system_itself_gives() {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::from_absolute_path(folder.path()).unwrap();
        let (here, own) = (LocalFiles::default(), LocalFileSystem::new());
        let tag = |meta: &ObjectMeta| meta.e_tag.clone().unwrap();
        for size in [0, 5, (1 << 20) + 1] {
            let path = root.clone().join(format!("{size} bytes"));
            own.put(&path, vec![7; size].into()).await.unwrap();
            let known = tag(&own.head(&path).await.unwrap());
            let with = |range| GetOptions { range, ..GetOptions::default() };
            let asked = [
                with(None),
                with(Some(GetRange::Bounded(1..3))),
                with(Some(GetRange::Suffix(2))),
                with(Some(GetRange::Offset(9))),
                GetOptions { if_match: Some("another".to_owned()), ..GetOptions::default() },
                GetOptions { if_none_match: Some(known.clone()), ..GetOptions::default() },
                GetOptions { if_match: Some(known), head: true, ..GetOptions::default() },
            ];
            for options in asked {
                match (here.get_opts(&path, options.clone()).await, own.get_opts(&path, options.clone()).await) {
                    (Ok(here), Ok(own)) => {
                        assert_eq!((&here.meta, &here.range), (&own.meta, &own.range), "{options:?}");
                        if !options.head {
                            assert_eq!(here.bytes().await.unwrap(), own.bytes().await.unwrap(), "{options:?}");
                        }
                    }
                    (here, own) => assert_eq!(here.err().map(|e| e.to_string()), own.err().map(|e| e.to_string())),
                }
            }
        }
    }

    #[tokio::test]
    async fn files_are_listed_as_by_the_file_system_itself_however_many() {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::from_absolute_path(folder.path()).unwrap();
        let (here, own) = (LocalFiles::default(), LocalFileSystem::new());
        let below = |name: &str| root.parts().chain(Path::from(name).parts()).collect::<Path>();
        let many = (0..100).map(|file| format!("many/{}/{file}", file % 3));
        for name in ["few/a/1", "few/a/2", "few/b", "odd/a b", "odd/c"].map(str::to_owned).into_iter().chain(many) {
            own.put(&below(&name), "x".into()).await.unwrap();
        }
        fs::write(folder.path().join("few/half#1"), "an upload that is not complete").unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        for name in ["few", "few/a", "few/b", "few/a/1", "odd", "many", "many/0", "empty", "none"] {
            let (place, after) = (below(name), below("few/a/1"));
            let mut listed: Vec<Vec<ObjectMeta>> = Vec::new();
            for store in [&here as &dyn ObjectStore, &own] {
                for found in [store.list(Some(&place)), store.list_with_offset(Some(&place), &after)] {
                    let mut found = found.try_collect::<Vec<_>>().await.unwrap_or_default();
                    found.sort_by(|one, other| one.location.cmp(&other.location));
                    listed.push(found);
                }
            }
            assert_eq!(listed[..2], listed[2..], "{name}");
        }
        assert_eq!(here.list(Some(&below("many"))).try_collect::<Vec<_>>().await.unwrap().len(), 100);
        assert_eq!(here.list(Some(&below("few/a"))).try_collect::<Vec<_>>().await.unwrap().len(), 2);
    }
}
