//! TEMPORARY measurement.
use std::time::Instant;
use traillake_model::EventDataStoreKind;
use crate::testing::{real_logs, records_in};
use crate::*;

#[test]
#[ignore = "measures"]
fn measure() {
    let records: Vec<String> = real_logs().iter().filter(|(p, _)| p.to_string_lossy().contains("218007301253")).flat_map(|(_, log)| records_in(log)).collect();
    let bytes: usize = records.iter().map(String::len).sum();
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let rounds = 40;
    let total = (bytes * rounds) as f64 / 1e6;
    let mut buffer = tape::TapeBuffer::default();
    let t = Instant::now();
    for _ in 0..rounds { for r in &records { std::hint::black_box(buffer.parse(r.as_bytes(), RecordLimits::default()).unwrap()); } }
    println!("tape {:.0} MB/s", total / t.elapsed().as_secs_f64());
    let mut reader = RecordReader::new(schema.clone(), RecordLimits::default());
    let t = Instant::now();
    for _ in 0..rounds { for r in &records { std::hint::black_box(reader.read(r.as_bytes()).unwrap()); } }
    println!("read {:.0} MB/s", total / t.elapsed().as_secs_f64());
    let mut builder = EventBatchBuilder::new(schema.clone(), 8192);
    let t = Instant::now();
    let mut batches = Vec::new();
    for _ in 0..rounds { for r in &records {
        builder.append(&reader.read(r.as_bytes()).unwrap());
        if builder.len() == 8192 { batches.push(builder.finish()); }
    } }
    println!("read+append+finish {:.0} MB/s", total / t.elapsed().as_secs_f64());
    let rows: usize = batches.iter().map(|b| b.num_rows()).sum();
    let shape: usize = batches.iter().map(|b| b.column_by_name("recordshape").unwrap().to_data().get_slice_memory_size().unwrap()).sum();
    let rest: usize = batches.iter().map(|b| b.column_by_name("recordrest").unwrap().to_data().get_slice_memory_size().unwrap()).sum();
    println!("{} B/record, shape {} B/row, rest {} B/row", bytes / records.len(), shape / rows, rest / rows);
    let writer = EventJsonWriter::new(schema);
    let t = Instant::now();
    let mut out = 0;
    for b in &batches { out += writer.write(b).unwrap().value_data().len(); }
    println!("eventjson {:.0} MB/s", out as f64 / 1e6 / t.elapsed().as_secs_f64());
    let t = Instant::now();
    for _ in 0..rounds / 4 { for r in &records { std::hint::black_box(reader.read(r.as_bytes()).unwrap().content_digest()); } }
    println!("read+digest {:.0} MB/s", total / 4.0 / t.elapsed().as_secs_f64());
    let distinct: std::collections::HashSet<String> = records.iter().map(|r| reader.read(r.as_bytes()).unwrap().shape().to_owned()).collect();
    println!("{} distinct shapes of {}", distinct.len(), records.len());
}
