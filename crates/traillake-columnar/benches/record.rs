//! One record on its way: text to tape, tape to columns, columns to text, and what is asked of it in between.
#![expect(clippy::unwrap_used, reason = "a bench that cannot prepare fails")]

use std::sync::Arc;

use arrow::array::{Array as _, RecordBatch};
use traillake_columnar::{EventBatchBuilder, EventJsonWriter, EventRecord, EventSchema, RecordLimits, RecordReader};
use traillake_model::{AdvancedEventSelector, EventDataStoreKind, SelectorMatcher};
use traillake_testing::{MicroBench, Work, Workload};

/// Everything an organisation would write down: writes but not those of KMS, one bucket's objects, functions, denials.
const SELECTORS: &str = r#"[
    {"Name": "writes", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "readOnly", "Equals": ["false"]},
        {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}]},
    {"Name": "objects", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::payments-", "arn:aws:s3:::risk-"]}]},
    {"Name": "functions", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}]}
]"#;

fn schema() -> Arc<EventSchema> {
    EventSchema::of(EventDataStoreKind::CloudTrail)
}

fn reader() -> RecordReader {
    RecordReader::new(schema(), RecordLimits::default())
}

/// The records, each in memory of its own that lives as long as the process.
fn read(texts: &'static [String]) -> Vec<EventRecord<'static>> {
    texts.iter().map(|text| Box::leak(Box::new(reader())).read(text.as_bytes()).unwrap()).collect()
}

fn build(records: &[EventRecord<'_>]) -> RecordBatch {
    let mut builder = EventBatchBuilder::new(schema(), records.len());
    for record in records {
        builder.append(record);
    }
    builder.finish()
}

fn matcher() -> SelectorMatcher {
    let selectors = AdvancedEventSelector::parse_list(SELECTORS).unwrap();
    SelectorMatcher::try_new(&selectors, EventDataStoreKind::CloudTrail).unwrap()
}

fn main() {
    let texts: &'static [String] = Workload { accounts: 3, days: 2 }.records(500).leak();
    let work = Work::events(texts);
    let mut bench = MicroBench::from_args("record");
    bench.operation("parse", work, reader, |reader| {
        texts.iter().map(|text| reader.read(text.as_bytes()).unwrap().event_time_micros()).max()
    });
    bench.operation(
        "digest",
        work,
        || read(texts),
        |records| records.iter().fold(0, |sum, record| sum ^ record.content_digest()[0]),
    );
    bench.operation(
        "select",
        work,
        || (matcher(), read(texts)),
        |(matcher, records)| {
            let kept = records.iter().filter(|&record| matcher.matches(record)).count();
            assert!(kept > 0 && kept < records.len(), "{kept} of {} records kept", records.len());
        },
    );
    bench.operation("build", work, || read(texts), |records| build(records));
    bench.operation(
        "rebuild",
        work,
        || (EventJsonWriter::new(schema()), build(&read(texts))),
        |(writer, batch)| {
            let rebuilt = writer.write(batch).unwrap();
            assert_eq!(rebuilt.len(), texts.len());
        },
    );
    bench.finish();
}
