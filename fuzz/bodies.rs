//! What each fuzz target does with its input. The product's tests replay `corpus/` through the same functions, so
//! that what fuzzing has found stays found without a nightly toolchain.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use traillake_columnar::{EventBatchBuilder, EventJsonWriter, EventSchema, RecordLimits, RecordReader, content_digest};
use traillake_ingest::{Piece, ReadLimits, SourceObject, read_object};
use traillake_model::{
    AdvancedEventSelector, EventDataStoreKind, PartitionBy, Retention, SelectorMatcher, SystemClock,
};
use traillake_query::{Dialect, QueryEngine, QueryLimits, QueryOptions, split_statements};
use traillake_storage::{LakeStorage, Location, NewEventDataStore, OpenMode};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().enable_all().build().unwrap());

/// Any bytes as a source object: the pieces come in order, each where it says it starts.
pub(crate) fn log_file(input: &[u8]) {
    let object = SourceObject::from_bytes("memory:fuzz", Bytes::copy_from_slice(input));
    let limits = ReadLimits { record_bytes: 4_096, decompressed_bytes: 1 << 20, ..ReadLimits::default() };
    let (sender, mut chunks) = tokio::sync::mpsc::channel(2);
    let read = async {
        let drain = async {
            let mut next = 0;
            while let Some(chunk) = chunks.recv().await {
                for piece in chunk {
                    next = next_index(&piece, next);
                }
            }
        };
        tokio::join!(read_object(&object, &limits, sender), drain).0
    };
    RUNTIME.block_on(read).expect("bytes in memory can be read, whatever they hold");
}

/// Checks the running number of a piece; gives the next one.
fn next_index(piece: &Piece, next: u64) -> u64 {
    let index = match piece {
        Piece::Record(record) => {
            assert!(record.json.len() <= 4_096, "a record over the limit");
            record.index
        }
        Piece::Unsplittable(piece) => piece.index,
        Piece::Oversized(traillake_ingest::OversizedPart::Begin { index, .. }) => *index,
        Piece::Oversized(_) => return next,
    };
    assert_eq!(index, next, "pieces are numbered in order");
    next + 1
}

/// Any bytes as a record of every kind of store: what is read comes back as it was.
pub(crate) fn record_json(input: &[u8]) {
    for kind in EventDataStoreKind::ALL {
        let schema = EventSchema::of(kind);
        let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
        let Ok(record) = reader.read(input) else { continue };
        let mut builder = EventBatchBuilder::new(Arc::clone(&schema), 1);
        builder.append(&record);
        let digest = record.content_digest();
        let mut text = String::new();
        EventJsonWriter::new(schema).write_row(&builder.finish(), 0, &mut text).expect("a row that was just made");
        assert_eq!(content_digest(text.as_bytes()).expect("eventjson is a record"), digest);
        if let (Ok(before), Ok(after)) = (serde_json::from_slice::<Value>(input), serde_json::from_str::<Value>(&text))
        {
            assert_eq!(before.to_string(), after.to_string());
        }
    }
}

/// Any text as selectors: they are refused, or they compile.
pub(crate) fn advanced_event_selector(input: &[u8]) {
    let Ok(selectors) = serde_json::from_slice::<Vec<AdvancedEventSelector>>(input) else { return };
    let written = serde_json::to_vec(&selectors).expect("what was read can be written");
    assert_eq!(serde_json::from_slice::<Vec<AdvancedEventSelector>>(&written).expect("and read again"), selectors);
    for kind in EventDataStoreKind::ALL {
        let _refused = SelectorMatcher::try_new(&selectors, kind);
    }
}

/// Any text as a statement on a lake with one empty store, in both dialects: it is answered or refused in time, and
/// the lake is as it was.
pub(crate) fn statement(input: &[u8]) {
    static LAKE: LazyLock<(LakeStorage, QueryEngine, usize)> = LazyLock::new(|| RUNTIME.block_on(lake_with_a_store()));
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (lake, engine, objects) = &*LAKE;
    let _parts = split_statements(text);
    RUNTIME.block_on(async {
        for dialect in [Dialect::Lake, Dialect::DataFusion] {
            let timeout = Some(std::time::Duration::from_secs(5));
            let options = QueryOptions { timeout, dialect, ..QueryOptions::default() };
            if let Ok(result) = engine.query(text, &options).await {
                let _answer = result.collect().await;
            }
        }
        assert_eq!(count_objects(lake).await, *objects, "a statement has written to the lake");
    });
}

async fn lake_with_a_store() -> (LakeStorage, QueryEngine, usize) {
    let location = Location::in_memory("fuzz");
    let lake = LakeStorage::open(&location, OpenMode::Write, Arc::new(SystemClock)).await.unwrap();
    let store = NewEventDataStore {
        name: "events".parse().unwrap(),
        kind: EventDataStoreKind::CloudTrail,
        retention: Retention::Unlimited,
        selectors: None,
        partition_by: PartitionBy::default(),
        termination_protection: false,
    };
    lake.create_event_data_store(store).await.unwrap();
    let limits = QueryLimits { memory_bytes: Some(16 << 20), max_rows: Some(100), ..QueryLimits::default() };
    let engine = QueryEngine::new(lake.clone(), limits).unwrap();
    engine.query("SELECT count(*) FROM events", &QueryOptions::default()).await.unwrap().collect().await.unwrap();
    let objects = count_objects(&lake).await;
    (lake, engine, objects)
}

async fn count_objects(lake: &LakeStorage) -> usize {
    lake.object_store().list(None).count().await
}
