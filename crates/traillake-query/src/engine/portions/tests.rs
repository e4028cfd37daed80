//! Tests of portions: they unnest to what the whole does.

use arrow::array::{Array as _, FixedSizeListArray, Int64Array, ListArray, StringArray};
use arrow::buffer::OffsetBuffer;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::common::{NullHandling, UnnestOptions};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::collect;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::unnest::ListUnnest;
use futures::executor::block_on;
use proptest::prelude::*;

use super::*;

type Numbers = Option<Vec<Option<i64>>>;

fn schema(first: &str, second: &str, values: impl Fn(DataType) -> DataType) -> SchemaRef {
    let values = |name| Field::new(name, values(DataType::Int64), true);
    Arc::new(Schema::new(vec![Field::new("text", DataType::Utf8, true), values(first), values(second)]))
}

fn batch(rows: Vec<(String, Numbers, Numbers)>) -> RecordBatch {
    let list = |numbers: Vec<Numbers>| Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(numbers)) as _;
    let texts = StringArray::from_iter_values(rows.iter().map(|row| &row.0));
    let (first, second) = rows.into_iter().map(|(_, first, second)| (first, second)).unzip();
    let schema = schema("a", "b", |item| DataType::new_list(item, true));
    RecordBatch::try_new(schema, vec![Arc::new(texts), list(first), list(second)]).unwrap()
}

/// The rows of an unnest of columns with their depths, in portions of so many bytes if any.
fn unnest(
    batch: &RecordBatch,
    lists: &[(usize, usize)],
    schema: &SchemaRef,
    null_handling: NullHandling,
    portion_bytes: Option<usize>,
    memory_bytes: usize,
) -> Result<RecordBatch> {
    let input = MemorySourceConfig::try_new_exec(&[vec![batch.clone()]], batch.schema(), None)?;
    let lists = lists.iter().map(|&(index_in_input_schema, depth)| ListUnnest { index_in_input_schema, depth });
    let options = UnnestOptions { null_handling, ..UnnestOptions::default() };
    let unnest = UnnestExec::new(input, lists.collect(), vec![], Arc::clone(schema), options)?;
    let plan: Arc<dyn ExecutionPlan> = match portion_bytes {
        None => Arc::new(unnest),
        Some(portion_bytes) => {
            let portions = PortionsExec { portion_bytes, ..PortionsExec::for_unnest(&unnest) };
            replace_children_if_necessary(Arc::new(unnest), vec![Arc::new(portions)])?
        }
    };
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(memory_bytes, 1.0).build_arc()?;
    let context = TaskContext::default().with_runtime(runtime);
    Ok(concat_batches(schema, &block_on(collect(plan, Arc::new(context)))?)?)
}

/// The rows of an unnest of the last two columns, with little memory.
fn unnested(batch: &RecordBatch, null_handling: NullHandling, portion_bytes: Option<usize>) -> RecordBatch {
    let schema = schema("a", "b", |item| item);
    unnest(batch, &[(1, 1), (2, 1)], &schema, null_handling, portion_bytes, 1 << 20).unwrap()
}

fn numbers() -> impl Strategy<Value = Numbers> {
    prop::option::weighted(0.8, prop::collection::vec(prop::option::weighted(0.9, any::<i64>()), 0..40))
}

proptest! {
    #[test]
    fn portions_unnest_to_what_the_whole_does(
        rows in prop::collection::vec(("[a-z]{0,20}", numbers(), numbers()), 0..30),
        skipped in 0_usize..5,
        portion_bytes in 0_usize..4_000,
    ) {
        let batch = batch(rows);
        let skipped = skipped.min(batch.num_rows());
        let batch = batch.slice(skipped, batch.num_rows() - skipped);
        for handling in [NullHandling::Drop, NullHandling::Preserve, NullHandling::PreserveAndExpandEmpty] {
            let whole = unnested(&batch, handling, None);
            prop_assert_eq!(unnested(&batch, handling, Some(portion_bytes)), whole);
        }
    }
}

fn portions(batch: RecordBatch, lists: &[ListUnnest], most: usize) -> Vec<Portion> {
    Portions { lists: Lists::new(lists), most, left: vec![batch] }.collect::<Result<_>>().unwrap()
}

#[test]
fn a_long_list_of_a_wide_row_is_cut() {
    let text = "x".repeat(10_000);
    let batch = batch(vec![("short".to_owned(), None, Some(vec![])), (text, Some(vec![Some(7); 1_000]), None)]);
    let lists = [1, 2].map(|index_in_input_schema| ListUnnest { index_in_input_schema, depth: 1 });
    let portions = portions(batch, &lists, 1 << 20);
    assert!((11..=32).contains(&portions.len()), "{}", portions.len());
    assert!(portions.iter().all(|portion| portion.excess == 0));
}

#[test]
fn rows_of_short_lists_stay_together() {
    let batch = batch(vec![("text".to_owned(), Some(vec![Some(1); 3]), None); 8_192]);
    let lists = [ListUnnest { index_in_input_schema: 1, depth: 1 }];
    let portions = portions(batch.slice(100, 8_000), &lists, PORTION_BYTES);
    assert_eq!(portions.iter().map(|portion| portion.rows.num_rows()).collect::<Vec<_>>(), [8_000]);
}

#[test]
fn a_row_that_cannot_be_cut_has_to_fit_in_memory() {
    let numbers = Arc::new(Int64Array::from_iter_values(0..1_000)) as _;
    let item = Arc::new(Field::new_list_field(DataType::Int64, true));
    let list = FixedSizeListArray::try_new(item, 1_000, numbers, None).unwrap();
    let text = Arc::new(StringArray::from(vec!["x".repeat(10_000)])) as _;
    let batch = RecordBatch::try_from_iter([("text", text), ("a", Arc::new(list) as _)]).unwrap();
    let schema = [Field::new("text", DataType::Utf8, false), Field::new("a", DataType::Int64, true)];
    let schema = Arc::new(Schema::new(schema.to_vec()));
    let rows = |memory| unnest(&batch, &[(1, 1)], &schema, NullHandling::Drop, Some(1 << 20), memory);
    let error = rows(9 << 20).unwrap_err();
    assert!(matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)), "{error}");
    assert_eq!(rows(11 << 20).unwrap().num_rows(), 1_000);
}

#[test]
fn lists_of_lists_unnest_by_whole_rows() {
    let numbers = (0..60).map(|row| (row % 7 != 0).then(|| (0..row % 5).map(Some).collect::<Vec<_>>()));
    let inner = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(numbers));
    let item = Arc::new(Field::new_list_field(inner.data_type().clone(), true));
    let outer = ListArray::new(item, OffsetBuffer::from_lengths([0, 10, 20, 1, 29]), inner, None);
    let texts = Arc::new(StringArray::from_iter_values(('a'..='e').map(|c| c.to_string().repeat(50)))) as _;
    let batch = RecordBatch::try_from_iter([("text", texts), ("a", Arc::new(outer) as _)]).unwrap();
    let schema = [Field::new("text", DataType::Utf8, false), Field::new("a", DataType::Int64, true)];
    let schema = Arc::new(Schema::new(schema.to_vec()));
    let rows = |portion| unnest(&batch, &[(1, 2)], &schema, NullHandling::Preserve, portion, 1 << 20).unwrap();
    assert!(rows(None).num_rows() > 60);
    assert_eq!(rows(Some(1_000)), rows(None));
}
