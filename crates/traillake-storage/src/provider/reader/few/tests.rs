//! Texts of selected rows in all encodings, out of whole chunks and of chunks whose pages are located.

use arrow::array::{Array as _, AsArray as _};
use arrow::compute::cast;
use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::{ObjectStoreExt as _, path::Path};
use parquet::arrow::arrow_reader::RowSelector;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::chunks::ChunkBytes;
use super::super::codes::tests::{file_of, texts};
use super::*;
use crate::footer::Footers;

/// How a file is written.
#[derive(Debug, Clone, Copy)]
struct Written {
    encoding: Encoding,
    /// Bytes of the dictionary, of more texts than which follow as they are.
    dictionary: Option<usize>,
    second: bool,
    packed: bool,
}

fn written() -> impl Strategy<Value = Written> {
    let encoding = select(vec![Encoding::PLAIN, Encoding::PLAIN, Encoding::DELTA_BYTE_ARRAY]);
    let dictionary = select(vec![None, Some(60), Some(1 << 20)]);
    (encoding, dictionary, any::<bool>(), any::<bool>()).prop_map(|(encoding, dictionary, second, packed)| Written {
        encoding,
        dictionary,
        second,
        packed,
    })
}

/// The texts inside a struct, in small pages and row groups.
fn file(texts: &[Option<String>], written: Written) -> Bytes {
    let packed = if written.packed { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED };
    let properties = WriterProperties::builder()
        .set_compression(packed)
        .set_encoding(written.encoding)
        .set_dictionary_enabled(written.dictionary.is_some())
        .set_dictionary_page_size_limit(written.dictionary.unwrap_or(1));
    file_of(texts, properties, written.second)
}

/// The row groups of a file; none where its footer or its page index is damaged.
async fn loaded(bytes: Bytes, is_located: bool) -> Option<Vec<Loaded>> {
    let (store, path) = (InMemory::new(), Path::from("file"));
    store.put(&path, bytes.clone().into()).await.unwrap();
    let meta = store.head(&path).await.unwrap();
    let footer = Footers::default().get(&store, &meta, PageIndexPolicy::Optional).await.ok()?;
    let load = |(number, group): (usize, &crate::footer::Group)| {
        let mut loaded = Loaded::new(Arc::clone(&footer), number, group.rows());
        let range = group.chunk(0).ok()?.range();
        let place = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
        let pages = footer.pages(number, 0).filter(|_| is_located).map(<[_]>::to_vec);
        loaded.add(0, ChunkBytes::new(vec![(range.start, bytes.slice(place))], pages));
        Some(loaded)
    };
    footer.groups().iter().enumerate().map(load).collect()
}

fn read(loaded: Vec<Loaded>, kept: &[bool], data_type: &DataType, most: usize) -> Result<Vec<Option<String>>> {
    let Some(column) = loaded.first().map(|loaded| loaded.footer.schema().column(0)) else { return Ok(Vec::new()) };
    let selectors = kept.chunk_by(|a, b| a == b).map(|run| RowSelector { row_count: run.len(), skip: !run[0] });
    let selection = RowSelection::from(selectors.collect::<Vec<_>>());
    let mut reader = FewTexts::try_new(0, column, data_type.clone(), loaded.into(), &selection)?;
    let mut read = Vec::new();
    while let Some(texts) = reader.read(most)? {
        assert!((1..most + 90).contains(&texts.len()), "what is left of a page more at most");
        assert_eq!(texts.data_type(), data_type);
        let texts = cast(&texts, &DataType::Utf8).unwrap();
        read.extend(texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)));
    }
    Ok(read)
}

fn kept() -> impl Strategy<Value = Vec<bool>> {
    let run = (1_usize..60, any::<bool>()).prop_map(|(length, kept)| vec![kept; length]);
    let scattered = prop::collection::vec(prop::bool::weighted(0.1), 1..60);
    prop::collection::vec(prop_oneof![run, scattered], 1..12).prop_map(|runs| runs.concat())
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

proptest! {
    #[test]
    fn the_texts_of_the_rows_that_are_left_are_read(
        texts in texts(),
        written in written(),
        kept in kept(),
        located in any::<bool>(),
        view in any::<bool>(),
        most in 1_usize..300,
    ) {
        let kept: Vec<bool> = kept.into_iter().chain(std::iter::repeat(false)).take(texts.len()).collect();
        let data_type = if view { DataType::Utf8View } else { DataType::Utf8 };
        let loaded = runtime().block_on(loaded(file(&texts, written), located)).unwrap();
        let expected: Vec<_> =
            texts.into_iter().zip(&kept).filter(|(_, kept)| **kept).map(|(text, _)| text).collect();
        prop_assert_eq!(read(loaded, &kept, &data_type, most).unwrap(), expected);
    }

    #[test]
    fn damaged_pages_are_errors_and_no_panics(
        texts in texts(),
        written in written(),
        kept in kept(),
        located in any::<bool>(),
        place in any::<prop::sample::Index>(),
        byte in 1..=u8::MAX,
    ) {
        // What the library makes of pages in its own encodings is not ours to say.
        prop_assume!(written.encoding == Encoding::PLAIN);
        let mut bytes = file(&texts, written).to_vec();
        let whole = runtime().block_on(loaded(bytes.clone().into(), false)).unwrap();
        // Footer and page index stay: whoever fetches pages has looked at those.
        let end = |loaded: &Loaded| loaded.footer.groups()[loaded.group].chunk(0).unwrap().range().end;
        let end = whole.iter().map(end).max().unwrap_or(4);
        bytes[place.index(usize::try_from(end).unwrap())] ^= byte;
        if let Some(loaded) = runtime().block_on(loaded(bytes.into(), located)) {
            let kept: Vec<bool> = kept.into_iter().take(texts.len()).collect();
            let count = kept.iter().filter(|kept| **kept).count();
            if let Ok(read) = read(loaded, &kept, &DataType::Utf8View, 50) {
                prop_assert_eq!(read.len(), count);
            }
        }
    }
}

#[test]
fn a_page_without_any_of_the_rows_is_not_unpacked() {
    let texts: Vec<_> = (0..80).map(|row| Some(format!("{row:04}"))).collect();
    let written = Written { encoding: Encoding::PLAIN, dictionary: None, second: false, packed: true };
    let bytes = file(&texts, written);
    let [whole] = runtime().block_on(loaded(bytes.clone(), true)).unwrap().try_into().unwrap();
    let pages = whole.footer.pages(0, 0).unwrap().to_vec();
    assert_eq!(pages.len(), 4);
    let mut damaged = bytes.to_vec();
    let page = |page: usize| usize::try_from(pages[page].offset).unwrap();
    damaged[page(1)..page(3)].fill(0xff);
    for (row, is_read) in [(0, true), (19, true), (25, false), (59, false), (60, true), (79, true)] {
        let loaded = runtime().block_on(loaded(damaged.clone().into(), true)).unwrap();
        let kept: Vec<bool> = (0..80).map(|other| other == row).collect();
        let read = read(loaded, &kept, &DataType::Utf8, 10);
        assert_eq!(read.ok(), is_read.then(|| vec![texts[row].clone()]), "{row}");
    }
}
