//! Tests of footers: what is told of a leaf is what the library tells.

use parquet::file::metadata::ParquetMetaDataReader;
use traillake_model::Retention;

use super::*;
use crate::table_testing::{batch, day, footer_of, records, table};

async fn file(rows: usize) -> Bytes {
    let table = table(Retention::Unlimited).await;
    footer_of(&batch(table.schema(), &records("111111111111", "us-east-1", day(11), 0..rows)))
}

fn library(file: &Bytes) -> ParquetMetaData {
    ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional).parse_and_finish(file).unwrap()
}

fn names(footer: &ParquetMetaData) -> Vec<String> {
    footer.file_metadata().schema_descr().columns().iter().map(|leaf| leaf.path().string()).collect()
}

#[tokio::test]
async fn a_narrowed_footer_describes_its_columns_as_the_whole_one_does() {
    let file = file(20_000).await;
    let (whole, footer) = (library(&file), Footer::of(file));
    let narrowing = Narrowing::new(["eventtime", "useridentity", "nowhere"].map(str::to_owned).into());
    let narrow = footer.narrowed(&narrowing).unwrap();
    let fields = narrow.file_metadata().schema_descr().root_schema().get_fields();
    assert_eq!(fields.iter().map(|field| field.name()).collect::<Vec<_>>(), ["useridentity", "eventtime"]);
    let (all, few) = (whole.row_group(0), narrow.row_group(0));
    assert_eq!((few.num_rows(), narrow.file_metadata().num_rows()), (20_000, 20_000));
    assert!(few.num_columns() < all.num_columns());
    let twin = |chunk: &ColumnChunkMetaData| {
        all.columns().iter().position(|twin| twin.column_path() == chunk.column_path()).unwrap()
    };
    for (leaf, chunk) in few.columns().iter().enumerate() {
        let place = twin(chunk);
        let twin = all.column(place);
        assert_eq!((chunk.byte_range(), chunk.statistics()), (twin.byte_range(), twin.statistics()));
        assert_eq!(chunk.bloom_filter_offset(), twin.bloom_filter_offset());
        assert_eq!((chunk.num_values(), chunk.compression()), (twin.num_values(), twin.compression()));
        let pages = |footer: &ParquetMetaData, leaf: usize| {
            let (columns, offsets) = (footer.column_index().unwrap(), footer.offset_index().unwrap());
            (columns[0][leaf].clone(), offsets[0][leaf].clone())
        };
        assert_eq!(pages(&narrow, leaf), pages(&whole, place));
    }
    let paths = ["useridentity.sessioncontext.sessionissuer.arn", "useridentity.nowhere", "eventid"];
    let leaves = footer.narrowed(&Narrowing::new(paths.map(str::to_owned).into())).unwrap();
    assert_eq!(names(&leaves), ["useridentity.sessioncontext.sessionissuer.arn", "eventid"]);
    assert!(footer.memory_bytes() < whole.memory_size() / 2, "{} {}", footer.memory_bytes(), whole.memory_size());
}

#[tokio::test]
async fn chunks_and_pages_are_those_that_the_library_finds() {
    let file = file(20_000).await;
    let (whole, footer) = (library(&file), Footer::of(file));
    for (leaf, twin) in whole.row_group(0).columns().iter().enumerate() {
        let (chunk, (start, bytes)) = (footer.chunk(0, leaf).unwrap(), twin.byte_range());
        assert_eq!(footer.groups()[0].chunk(leaf).unwrap().range(), start..start + bytes);
        assert_eq!((chunk.byte_range(), chunk.num_values()), (twin.byte_range(), twin.num_values()));
        assert_eq!((chunk.compression(), chunk.column_path()), (twin.compression(), twin.column_path()));
        assert_eq!(chunk.dictionary_page_offset(), twin.dictionary_page_offset());
        assert_eq!(chunk.bloom_filter_length(), twin.bloom_filter_length());
        let pages = whole.offset_index().unwrap()[0][leaf].page_locations();
        assert_eq!(footer.pages(0, leaf), Some(pages.as_slice()));
    }
    assert!(footer.chunk(0, 10_000).is_err() && footer.chunk(1, 0).is_err() && footer.pages(1, 0).is_none());
    let midnight = day(11).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros();
    let times = footer.event_times(0).map(|(first, last)| (first - midnight, last - midnight));
    assert_eq!(times, Some((0, 19_999_000_000)));
    let pages = footer.page_times(0).unwrap();
    assert_eq!(pages.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 8_192, 16_384]);
}

#[tokio::test]
async fn times_are_not_told_of_rows_of_which_one_has_none() {
    let table = table(Retention::Unlimited).await;
    let batch = batch(table.schema(), &records("111111111111", "us-east-1", day(11), 0..10_000));
    let mut columns = batch.columns().to_vec();
    let place = batch.schema().index_of("eventtime").unwrap();
    let gap: arrow::array::BooleanArray = (0..10_000).map(|row| Some(row == 5)).collect();
    columns[place] = arrow::compute::nullif(&columns[place], &gap).unwrap();
    let holed = arrow::array::RecordBatch::try_new(batch.schema(), columns).unwrap();
    for (batch, is_told) in [(batch, true), (holed, false)] {
        let footer = Footer::of(footer_of(&batch));
        assert_eq!((footer.event_times(0).is_some(), footer.page_times(0).is_some()), (is_told, is_told));
    }
}

#[tokio::test]
async fn a_footer_that_points_outside_of_its_file_is_an_error() {
    let file = file(1_500).await;
    let shape = Shape::of(&file[file.len() - footer_bytes(&file).unwrap()..], std::iter::empty()).unwrap();
    let bytes = footer_bytes(&file).unwrap();
    let error = Footer::try_new(Arc::new(shape), &file, bytes as u64 + 10).unwrap_err().to_string();
    assert!(error.contains("outside of the file"), "{error}");
}

#[tokio::test]
async fn a_damaged_footer_is_an_error_or_another_footer_and_never_worse() {
    let file = file(1_500).await;
    let start = file.len() - footer_bytes(&file).unwrap();
    for at in (start..file.len()).step_by(3) {
        let mut damaged = file.to_vec();
        damaged[at] ^= 0x55;
        let Ok(bytes) = footer_bytes(&damaged) else { continue };
        let Some(start) = damaged.len().checked_sub(bytes) else { continue };
        let Ok(shape) = Shape::of(&damaged[start..], std::iter::empty()) else { continue };
        let leaves = shape.schema.num_columns();
        if let Ok(footer) = Footer::try_new(Arc::new(shape), &damaged, damaged.len() as u64) {
            let _ = footer.narrowed(&Narrowing::new(["eventtime".to_owned()].into()));
            (0..leaves).for_each(|leaf| drop(footer.chunk(0, leaf)));
        }
    }
    assert!(footer_bytes(b"PAR1").is_err() && footer_bytes(&[0; 8]).is_err());
}
