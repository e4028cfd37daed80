use object_store::memory::InMemory;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::testing::{Fault, Faulty};

const NAME: &str = "events/date=2024-05-01/part-0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa.parquet";

fn content(bytes: usize) -> Bytes {
    (0..bytes).map(|n| u8::try_from(n * 31 % 251).unwrap()).collect::<Vec<_>>().into()
}

async fn filled(bytes: usize) -> (Arc<Faulty>, Path) {
    let (inner, path) = (InMemory::new(), Path::from(NAME));
    inner.put(&path, content(bytes).into()).await.unwrap();
    (Arc::new(Faulty::all(Arc::new(inner), Fault::Error, 0..0)), path)
}

fn cached(inner: &Arc<Faulty>, folder: &TempDir, bytes: u64) -> CachedReads {
    let cache = ReadCache { folder: folder.path().join("cache"), bytes };
    let inner: Arc<dyn ObjectStore> = Arc::<Faulty>::clone(inner);
    CachedReads::new(inner, "s3://b/".into(), &cache)
}

#[tokio::test]
async fn what_was_read_once_makes_no_request_again_in_another_process_either() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, path) = filled(1 << 20).await;
    let first = cached(&inner, &folder, 1 << 30).get_ranges(&path, &[5..9, 600_000..700_000]).await.unwrap();
    let requests = inner.seen();
    let again = cached(&inner, &folder, 1 << 30).get_ranges(&path, &[600_000..700_000, 6..8]).await.unwrap();
    assert_eq!((inner.seen(), requests), (2, 2));
    assert_eq!((&first[1], &again[0]), (&content(1 << 20).slice(600_000..700_000), &first[1]));
}

#[tokio::test]
async fn a_damaged_block_is_read_again_from_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, path) = filled(100).await;
    cached(&inner, &folder, 1 << 30).get_ranges(&path, std::slice::from_ref(&(0..100))).await.unwrap();
    let block = std::fs::read_dir(folder.path().join("cache")).unwrap().next().unwrap().unwrap().path();
    let block = std::fs::read_dir(std::fs::read_dir(block).unwrap().next().unwrap().unwrap().path()).unwrap();
    std::fs::write(block.map(Result::unwrap).next().unwrap().path(), b"garbage that is long enough").unwrap();
    let read = cached(&inner, &folder, 1 << 30).get_ranges(&path, std::slice::from_ref(&(0..100))).await.unwrap();
    assert_eq!((read[0].clone(), inner.seen()), (content(100), 2));
}

#[tokio::test]
async fn the_cache_keeps_below_its_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, path) = filled(8 << 20).await;
    let store = cached(&inner, &folder, 1 << 20);
    for start in 0..32_u64 {
        store.get_ranges(&path, std::slice::from_ref(&(start * BLOCK_BYTES..start * BLOCK_BYTES + 1))).await.unwrap();
    }
    let kept: u64 = walk(folder.path()).iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!((1..=1 << 20).contains(&kept), "{kept}");
}

#[tokio::test]
async fn a_deleted_file_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, path) = filled(100).await;
    let store = cached(&inner, &folder, 1 << 30);
    store.get_ranges(&path, std::slice::from_ref(&(0..100))).await.unwrap();
    store.delete(&path).await.unwrap();
    assert!(walk(folder.path()).is_empty());
    assert!(store.get_ranges(&path, std::slice::from_ref(&(0..100))).await.is_err());
}

#[tokio::test]
async fn files_that_may_be_written_anew_are_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, _) = filled(100).await;
    let path = Path::from("stores/0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa/manifest/1.parquet");
    inner.put(&path, content(10).into()).await.unwrap();
    cached(&inner, &folder, 1 << 30).get_ranges(&path, std::slice::from_ref(&(0..10))).await.unwrap();
    assert!(walk(folder.path()).is_empty());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_costs_nothing_but_requests() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cache"), "a file").unwrap();
    let (inner, path) = filled(100).await;
    let read = cached(&inner, &folder, 1 << 30).get_ranges(&path, std::slice::from_ref(&(1..3))).await.unwrap();
    assert_eq!(read[0], content(100).slice(1..3));
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let walked = |path: PathBuf| if path.is_dir() { walk(&path) } else { vec![path] };
    entries.flatten().flat_map(|entry| walked(entry.path())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn ranges_are_what_the_store_itself_gives(
        size in 1_usize..1 << 20,
        asked in prop::collection::vec((0_u64..1 << 20, 1_u64..600_000), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let (inner, path) = filled(size).await;
            let store = cached(&inner, &folder, 1 << 30);
            let size = size as u64;
            let within = |&(start, length): &(u64, u64)| start % size..(start % size + length).min(size);
            let ranges: Vec<_> = asked.iter().map(within).collect();
            for _ in 0..2 {
                assert_eq!(store.get_ranges(&path, &ranges).await.unwrap(), inner.get_ranges(&path, &ranges).await.unwrap());
            }
        });
    }
}
