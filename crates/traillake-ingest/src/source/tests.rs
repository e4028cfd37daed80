use std::fs;
use std::path::Path as FsPath;

use proptest::prelude::*;
use tempfile::TempDir;
use traillake_testing::S3Server;

use super::*;

async fn listed(spec: &SourceSpec, filter: &KeyFilter) -> Vec<Result<SourceObject, ListError>> {
    list(spec, filter, &ObjectStoreOptions::default()).await.unwrap().collect().await
}

/// The urls below `root`, in the order in which they came.
async fn below(root: &FsPath, filter: &KeyFilter) -> Vec<String> {
    let spec = SourceSpec::parse(root.to_str().unwrap()).unwrap();
    names(listed(&spec, filter).await, &names::url_of(&root.canonicalize().unwrap()))
}

fn names(items: Vec<Result<SourceObject, ListError>>, root: &str) -> Vec<String> {
    let urls: Vec<String> = items.into_iter().map(|item| item.unwrap().url).collect();
    assert!(urls.is_sorted(), "{urls:?}");
    urls.iter().map(|url| url.strip_prefix(root).unwrap().trim_start_matches('/').to_owned()).collect()
}

fn tree(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"{}").unwrap();
    }
    folder
}

fn trail(rest: &str) -> String {
    format!("AWSLogs/111122223333/CloudTrail/{rest}")
}

#[test]
fn sources_are_told_apart_by_their_text() {
    let parse = |text| SourceSpec::parse(text).unwrap();
    assert_eq!(parse("-"), SourceSpec::Stdin);
    assert_eq!(parse("s3://bucket/a*b"), SourceSpec::Url("s3://bucket/a*b".into()));
    assert_eq!(parse("file:///a%20b"), SourceSpec::Path("/a b".into()));
    assert_eq!(parse("logs/*.json"), SourceSpec::Pattern("logs/*.json".into()));
    assert_eq!(parse("logs"), SourceSpec::Path("logs".into()));
    for bad in ["", "file:relative", "file://host/x", "logs/[", "file:///%zz"] {
        assert!(matches!(SourceSpec::parse(bad), Err(IngestError::InvalidSource { .. })), "{bad}");
    }
}

#[tokio::test]
async fn a_folder_is_walked_in_the_byte_order_of_the_whole_path() {
    let files = ["a/x", "a.json", "a-b/y", "a0", "b b/é", "b!c", "b/AWSLogs/z"];
    let folder = tree(&files);
    let got = below(folder.path(), &KeyFilter::default()).await;
    assert_eq!(
        got,
        ["a-b/y", "a.json", "a/x", "a0", "b!c", "b%20b/%C3%A9", "b/AWSLogs/z"]
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
    );
    assert_eq!(got.len(), files.len());
}

#[tokio::test]
async fn objects_say_size_time_and_change() {
    let folder = tree(&["a.json"]);
    let path = folder.path().join("a.json");
    let spec = SourceSpec::parse(path.to_str().unwrap()).unwrap();
    let first = listed(&spec, &KeyFilter::default()).await.remove(0).unwrap();
    assert!(first.named && first.size_bytes == 2 && first.last_modified_ms.is_some_and(|ms| ms > 0));
    fs::write(&path, b"{ }").unwrap();
    let second = listed(&spec, &KeyFilter::default()).await.remove(0).unwrap();
    assert_eq!(first.url, second.url);
    assert_ne!(first.etag, second.etag);
    let again = SourceSpec::parse(&first.url).unwrap();
    assert_eq!(listed(&again, &KeyFilter::default()).await.remove(0).unwrap().url, first.url);
}

#[tokio::test]
async fn hidden_files_and_leftovers_are_left_out() {
    let folder = tree(&["a.json", ".hidden", ".git/x.json", "b.json.tmp", "c.json#1", "d.part", "e~", "f#x"]);
    assert_eq!(below(folder.path(), &KeyFilter::default()).await, ["a.json", "f%23x"]);
}

#[tokio::test]
async fn a_source_that_is_not_there_is_an_error_with_its_name() {
    for text in ["/none/such", "/none/such/*.json"] {
        let spec = SourceSpec::parse(text).unwrap();
        let Err(error) = list(&spec, &KeyFilter::default(), &ObjectStoreOptions::default()).await else {
            panic!("{text} was found")
        };
        assert!(error.to_string().contains("/none/such") && error.hint().is_some());
    }
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_once_and_loops_end() {
    use std::os::unix::fs::symlink;
    let folder = tree(&["real/a.json", "real/deep/b.json"]);
    let root = folder.path();
    symlink(root, root.join("real/loop")).unwrap();
    symlink(root.join("real/deep"), root.join("real/deep/self")).unwrap();
    symlink(root.join("real/deep"), root.join("twice")).unwrap();
    symlink(root.join("none"), root.join("dead")).unwrap();
    symlink(root.join("real/a.json"), root.join("linked.json")).unwrap();
    assert_eq!(
        below(root, &KeyFilter::default()).await,
        ["linked.json", "real/a.json", "real/deep/b.json", "twice/b.json"]
    );
}

#[tokio::test]
async fn a_filter_prunes_local_folders_and_leaves_other_objects_alone() {
    let keep = trail("us-east-1/2023/07/10/f.json");
    let files =
        [keep.as_str(), &trail("us-east-1/2023/07/11/f.json"), &trail("us-east-2/2023/07/10/f.json"), "export.json"];
    let folder = tree(&files);
    let day = chrono::NaiveDate::from_ymd_opt(2023, 7, 10);
    let filter = KeyFilter { from: day, to: day, regions: vec!["us-east-1".into()], ..KeyFilter::default() };
    assert_eq!(below(folder.path(), &filter).await, [keep.as_str(), "export.json"]);
}

#[tokio::test]
async fn a_pattern_takes_files_and_whole_folders() {
    let folder = tree(&["x/2023-01/a.json", "x/2023-01/n/b.json", "x/2024-01/c.json", "x/d.json", "y/e.json"]);
    let root = folder.path().canonicalize().unwrap();
    for (pattern, expected) in [
        ("x/2023-*", &["2023-01/a.json", "2023-01/n/b.json"][..]),
        ("x/*.json", &["d.json"]),
        ("x/**/*.json", &["2023-01/a.json", "2023-01/n/b.json", "2024-01/c.json", "d.json"]),
        ("x/{2023-01/a,d}.json", &["2023-01/a.json", "d.json"]),
        ("x/20?4-01/c.json", &["2024-01/c.json"]),
        ("x/none*", &[]),
    ] {
        let spec = SourceSpec::parse(&format!("{}/{pattern}", root.display())).unwrap();
        assert!(matches!(spec, SourceSpec::Pattern(_)));
        let got = names(listed(&spec, &KeyFilter::default()).await, &names::url_of(&root.join("x")));
        assert_eq!(got, expected, "{pattern}");
    }
}

#[tokio::test]
async fn a_thousand_files_in_one_folder_come_in_order() {
    let files: Vec<String> = (0..1_500).map(|n| format!("{n}.json")).collect();
    let folder = tree(&files.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(below(folder.path(), &KeyFilter::default()).await.len(), 1_500);
}

mod buckets;

proptest! {
    #[test]
    fn any_path_comes_back_from_its_url(bytes in prop::collection::vec(1_u8..=255, 0..24)) {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt;
            let path = PathBuf::from("/").join(std::ffi::OsString::from_vec(bytes));
            let url = names::url_of(&path);
            prop_assert!(url.is_ascii());
            prop_assert_eq!(names::path_of(&url), Some(path));
        }
    }
}
