//! The physical layout of event files, in one place: sort order, row groups, pages, encodings, statistics and
//! bloom filters. `docs/storage-format.md` states the same for other readers; nothing here is needed to read a file.

use arrow::datatypes::Schema;
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::Result;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::{ColumnDescriptor, ColumnPath};
use traillake_columnar::{RECORD_REST, RECORD_SHAPE};

/// Column by which rows of a file are sorted first.
pub(crate) const EVENT_TIME: &str = "eventtime";
/// Column by which rows of equal time are sorted.
pub(crate) const EVENT_ID: &str = "eventid";

/// Rows of a row group at most: the unit that statistics and bloom filters drop, and that one core reads.
pub(crate) const ROW_GROUP_ROWS: usize = 131_072;
/// Encoded bytes of a row group at most: about 128 MB of raw columns compress ten to one, so this only cuts groups
/// of unusually large records.
const ROW_GROUP_BYTES: usize = 128 << 20;
/// Rows of a data page: the unit that the page index drops; two are a section of the lookup index. Files of half as many
/// are 3 % larger, files of twice as many 1 % smaller.
pub(crate) const PAGE_ROWS: usize = 8_192;
/// Files below this many rows are read whole anyway: a page index, bloom filters and statistics of a hundred leaves
/// would be larger than the rows.
const SMALL_FILE_ROWS: usize = 1_000;
/// A compressor costs more to set up than it saves on fewer bytes; a dictionary takes out what repeats.
const WORTH_COMPRESSING_BYTES: usize = 2 << 10;
/// Bytes read with the first request for a footer: enough for a file of two row groups.
pub(crate) const FOOTER_HINT_BYTES: usize = 64 << 10;
/// One part in so many of a larger file is read on top: page index and footers take about one in 200.
const FOOTER_SHARE: u64 = 128;
/// Chance that a bloom filter lets a wrong value pass; 5 % costs 6.4 bits for a distinct value, 10 as it is rounded up.
const BLOOM_FALSE_POSITIVES: f64 = 0.05;
/// Longest text kept as a minimum or maximum. Names in ARNs start to differ after some 40 bytes.
const STATISTICS_BYTES: usize = 64;

/// Bytes of a dictionary of values in lists and maps in files of large row groups: whoever reads one page reads it as well,
/// and one of 1 MB has room for the values of a fourth of the rows. Such files are 1 % larger for it.
const ENTRIES_DICTIONARY_BYTES: usize = 128 << 10;

/// Leaves whose values hardly repeat: a dictionary would be as large as the data.
pub(crate) const UNIQUE_LEAVES: [&str; 3] = ["eventid", "requestid", "sharedeventid"];

/// Leaves that have statistics in every file, and in larger files for every page.
const KEY_LEAVES: [&str; 17] = [
    "eventtime",
    "eventid",
    "eventname",
    "eventsource",
    "errorcode",
    "sourceipaddress",
    "awsregion",
    "recipientaccountid",
    "useridentity.type",
    "useridentity.arn",
    "useridentity.accesskeyid",
    "useridentity.principalid",
    "useridentity.accountid",
    "useridentity.username",
    "useridentity.invokedby",
    "useridentity.sessioncontext.sessionissuer.arn",
    "useridentity.sessioncontext.sessionissuer.username",
];

/// Leaves with bloom filters: by the event id an ingest knows what is stored. Other values are looked up in the index,
/// which takes half the bytes and opens no file.
pub(crate) const BLOOM_LEAVES: [&str; 1] = [EVENT_ID];

/// Bytes read with the first request for the footer of a file of `size` bytes, so that its page index comes along.
pub(crate) fn footer_hint(size: u64) -> usize {
    FOOTER_HINT_BYTES.saturating_add(usize::try_from(size / FOOTER_SHARE).unwrap_or(usize::MAX))
}

/// How much work goes into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Fast compression: the file may be merged soon.
    Ingest,
    /// Better compression: the file is meant to stay.
    Compact,
}

impl Effort {
    fn compression(self) -> Result<Compression> {
        let level = match self {
            Self::Ingest => 1,
            Self::Compact => 3,
        };
        Ok(Compression::ZSTD(ZstdLevel::try_new(level)?))
    }
}

/// What is known of a file before it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// About how many rows it will have.
    pub(crate) rows: usize,
    /// What it will hold, by leaf; empty when nobody knows.
    pub(crate) leaf_bytes: &'a [LeafBytes],
}

/// About how much a leaf holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeafBytes {
    /// Bytes of its values as they are, none where it has no value.
    pub(crate) values: Option<usize>,
    /// Bytes that a compressor would be given: a value that all rows share counts once, and a row eight bytes where the levels
    /// tell which rows have the leaf or its parents.
    pub(crate) encoded: usize,
}

/// Writer settings for a file of `schema`.
pub(crate) fn writer_properties(schema: &Schema, expected: Expected<'_>, effort: Effort) -> Result<WriterProperties> {
    let Expected { rows, leaf_bytes } = expected;
    let small = rows < SMALL_FILE_ROWS;
    let parquet_schema = ArrowSchemaConverter::new().convert(schema)?;
    let mut builder = WriterProperties::builder()
        .set_created_by(concat!("traillake ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(effort.compression()?)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_statistics_truncate_length(Some(STATISTICS_BYTES))
        .set_column_index_truncate_length(Some(STATISTICS_BYTES))
        .set_offset_index_disabled(small)
        .set_sorting_columns(sorting_columns(parquet_schema.columns()));
    for (index, leaf) in parquet_schema.columns().iter().enumerate() {
        builder = match leaf_bytes.get(index) {
            Some(LeafBytes { values: None, .. }) => empty_leaf_properties(builder, leaf),
            _ => leaf_properties(builder, leaf, rows.min(ROW_GROUP_ROWS), small),
        };
        if leaf_bytes.get(index).is_some_and(|leaf| leaf.encoded < WORTH_COMPRESSING_BYTES) {
            let path = ColumnPath::new(leaf.path().parts().to_vec());
            builder = builder.set_column_compression(path, Compression::UNCOMPRESSED);
        }
    }
    Ok(builder.build())
}

/// A leaf without values is worth no dictionary or filter.
fn empty_leaf_properties(builder: WriterPropertiesBuilder, leaf: &ColumnDescriptor) -> WriterPropertiesBuilder {
    let path = ColumnPath::new(leaf.path().parts().to_vec());
    let statistics = statistics(leaf, &path.string(), true);
    builder.set_column_statistics_enabled(path.clone(), statistics).set_column_dictionary_enabled(path, false)
}

fn leaf_properties(
    builder: WriterPropertiesBuilder,
    leaf: &ColumnDescriptor,
    rows: usize,
    small: bool,
) -> WriterPropertiesBuilder {
    // One part per level: `ColumnPath::from` would take the dotted text as the name of one root column.
    let path = ColumnPath::new(leaf.path().parts().to_vec());
    let name = path.string();
    let mut builder = builder.set_column_statistics_enabled(path.clone(), statistics(leaf, &name, small));
    if UNIQUE_LEAVES.contains(&name.as_str()) {
        builder = builder.set_column_dictionary_enabled(path.clone(), false);
    }
    if leaf.max_rep_level() > 0 && rows > ROW_GROUP_ROWS / 2 {
        builder = builder.set_column_dictionary_page_size_limit(path.clone(), ENTRIES_DICTIONARY_BYTES);
    }
    if name == EVENT_TIME {
        builder = builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED);
    }
    if !small && BLOOM_LEAVES.contains(&name.as_str()) {
        builder = builder
            .set_column_bloom_filter_enabled(path.clone(), true)
            .set_column_bloom_filter_fpp(path.clone(), BLOOM_FALSE_POSITIVES)
            .set_column_bloom_filter_max_ndv(path, u64::try_from(rows).unwrap_or(u64::MAX));
    }
    builder
}

fn statistics(leaf: &ColumnDescriptor, name: &str, small: bool) -> EnabledStatistics {
    let in_list_or_map = leaf.max_rep_level() > 0;
    if in_list_or_map || name == RECORD_SHAPE || name == RECORD_REST {
        EnabledStatistics::None
    } else if !KEY_LEAVES.contains(&name) {
        if small { EnabledStatistics::None } else { EnabledStatistics::Chunk }
    } else if small {
        EnabledStatistics::Chunk
    } else {
        EnabledStatistics::Page
    }
}

fn sorting_columns(leaves: &[std::sync::Arc<ColumnDescriptor>]) -> Option<Vec<SortingColumn>> {
    let position = |name| leaves.iter().position(|leaf| leaf.path().string() == name);
    [EVENT_TIME, EVENT_ID]
        .into_iter()
        .map(|name| {
            let column_idx = i32::try_from(position(name)?).ok()?;
            Some(SortingColumn { column_idx, descending: false, nulls_first: true })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{DataType, Field, Fields};

    use super::*;

    fn path(parts: &[&str]) -> ColumnPath {
        ColumnPath::new(parts.iter().map(|part| (*part).to_owned()).collect())
    }

    fn schema() -> Schema {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let identity = Fields::from(vec![text("arn"), text("webid")]);
        let map = Field::new_map(
            "requestparameters",
            "key_value",
            Field::new("key", DataType::Utf8, false),
            text("value"),
            false,
            true,
        );
        Schema::new(vec![
            text("eventid"),
            Field::new("useridentity", DataType::Struct(identity), true),
            map,
            text(RECORD_SHAPE),
        ])
    }

    fn expected(rows: usize) -> Expected<'static> {
        Expected { rows, leaf_bytes: &[] }
    }

    #[test]
    fn a_leaf_without_values_costs_neither_compressor_nor_dictionary() {
        let leaf = |values, encoded| LeafBytes { values, encoded };
        let (large, short) = (leaf(Some(1 << 20), 1 << 20), leaf(Some(1 << 20), 9));
        let leaf_bytes = [leaf(None, 0), leaf(None, 50_000), large, short, short, short];
        let expected = Expected { rows: 50_000, leaf_bytes: &leaf_bytes };
        let properties = writer_properties(&schema(), expected, Effort::Ingest).unwrap();
        assert_eq!(properties.compression(&path(&["eventid"])), Compression::UNCOMPRESSED);
        let arn = path(&["useridentity", "arn"]);
        assert_ne!(properties.compression(&arn), Compression::UNCOMPRESSED, "its levels tell where the parent is");
        assert!(!properties.dictionary_enabled(&arn) && properties.bloom_filter_properties(&arn).is_none());
        assert_eq!(properties.statistics_enabled(&arn), EnabledStatistics::Chunk, "IS NULL prunes by the count");
        let (large, short) = (path(&["useridentity", "webid"]), path(&["requestparameters", "key_value", "key"]));
        assert!(properties.dictionary_enabled(&large) && properties.dictionary_enabled(&short));
        assert_ne!(properties.compression(&large), Compression::UNCOMPRESSED);
        assert_eq!(properties.compression(&short), Compression::UNCOMPRESSED);
    }

    #[test]
    fn nested_leaves_have_statistics_of_their_own_and_event_ids_a_bloom_filter() {
        let properties = writer_properties(&schema(), expected(50_000), Effort::Ingest).unwrap();
        let (id, arn) = (path(&["eventid"]), path(&["useridentity", "arn"]));
        assert_eq!(properties.bloom_filter_properties(&id).unwrap().ndv(), 50_000);
        assert_eq!(properties.statistics_enabled(&arn), EnabledStatistics::Page);
        let other = path(&["useridentity", "webid"]);
        assert_eq!(properties.statistics_enabled(&other), EnabledStatistics::Chunk);
        assert!(properties.bloom_filter_properties(&other).is_none());
    }

    #[test]
    fn maps_and_record_shapes_have_no_statistics() {
        let properties = writer_properties(&schema(), expected(50_000), Effort::Compact).unwrap();
        for parts in [&["requestparameters", "key_value", "value"][..], &[RECORD_SHAPE][..]] {
            assert_eq!(properties.statistics_enabled(&path(parts)), EnabledStatistics::None, "{parts:?}");
        }
    }

    #[test]
    fn small_files_carry_statistics_of_the_key_leaves_only() {
        let properties = writer_properties(&schema(), expected(10), Effort::Ingest).unwrap();
        assert_eq!(properties.statistics_enabled(&path(&["eventid"])), EnabledStatistics::Chunk);
        assert_eq!(properties.statistics_enabled(&path(&["useridentity", "webid"])), EnabledStatistics::None);
        assert!(properties.bloom_filter_properties(&path(&["eventid"])).is_none());
        assert!(properties.offset_index_disabled());
    }

    #[test]
    fn values_in_maps_have_small_dictionaries_in_large_files() {
        let value = path(&["requestparameters", "key_value", "value"]);
        let bytes = |rows| {
            let properties = writer_properties(&schema(), expected(rows), Effort::Compact).unwrap();
            properties.column_dictionary_page_size_limit(&value)
        };
        assert_eq!(bytes(ROW_GROUP_ROWS), ENTRIES_DICTIONARY_BYTES);
        assert!(bytes(ROW_GROUP_ROWS / 2) > ENTRIES_DICTIONARY_BYTES);
    }

    #[test]
    fn unique_leaves_have_no_dictionary() {
        let properties = writer_properties(&schema(), expected(50_000), Effort::Ingest).unwrap();
        assert!(!properties.dictionary_enabled(&path(&["eventid"])));
        assert!(properties.dictionary_enabled(&path(&["useridentity", "arn"])));
    }
}
