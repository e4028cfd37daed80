//! `eventjson` and `eventjsonchecksum` as SQL sees them: not stored, rebuilt from the columns when a query names them.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions, StringArray, StringViewArray, StringViewBuilder,
};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use traillake_columnar::{
    ColumnarError, EVENT_JSON, EVENT_JSON_CHECKSUM, EventJsonWriter, EventSchema, event_json_checksum,
};

/// The expression for `eventjson` over an input that has the columns named by [`columns_needed`].
pub(crate) fn event_json_expr(
    schema: &Arc<EventSchema>,
    input: &Schema,
    config: &Arc<ConfigOptions>,
) -> Result<Arc<dyn PhysicalExpr>> {
    let names = columns_needed(schema);
    let arguments = names
        .iter()
        .map(|name| Ok(Arc::new(Column::new_with_schema(name, input)?) as Arc<dyn PhysicalExpr>))
        .collect::<Result<Vec<_>>>()?;
    let function = Arc::new(ScalarUDF::from(EventJson::new(Arc::clone(schema), names)));
    Ok(call(EVENT_JSON, function, arguments, config))
}

/// The expression for `eventjsonchecksum` over the expression for `eventjson`.
pub(crate) fn checksum_expr(event_json: Arc<dyn PhysicalExpr>, config: &Arc<ConfigOptions>) -> Arc<dyn PhysicalExpr> {
    let function = Arc::new(ScalarUDF::from(Checksum { signature: signature() }));
    call(EVENT_JSON_CHECKSUM, function, vec![event_json], config)
}

/// Names of the file columns from which a record is rebuilt.
pub(crate) fn columns_needed(schema: &Arc<EventSchema>) -> Vec<String> {
    EventJsonWriter::new(Arc::clone(schema)).columns_needed().to_vec()
}

fn call(
    name: &str,
    function: Arc<ScalarUDF>,
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    config: &Arc<ConfigOptions>,
) -> Arc<dyn PhysicalExpr> {
    let field: FieldRef = Arc::new(Field::new(name, DataType::Utf8View, true));
    Arc::new(ScalarFunctionExpr::new(name, function, arguments, field, Arc::clone(config)))
}

fn signature() -> Signature {
    Signature::variadic_any(Volatility::Immutable)
}

/// Rebuilds records; its arguments are the columns of `names`, in that order.
#[derive(Debug)]
struct EventJson {
    schema: Arc<EventSchema>,
    names: Vec<String>,
    signature: Signature,
}

impl EventJson {
    fn new(schema: Arc<EventSchema>, names: Vec<String>) -> Self {
        Self { schema, names, signature: signature() }
    }

    fn rebuild(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        let writer = EventJsonWriter::new(Arc::clone(&self.schema));
        let texts = record_texts(&writer, batch).map_err(|error| DataFusionError::External(Box::new(error)))?;
        let views: Vec<StringViewArray> = texts.iter().map(StringViewArray::from).collect();
        let views: Vec<&dyn Array> = views.iter().map(|view| view as &dyn Array).collect();
        Ok(concat(&views)?)
    }
}

/// The records of a batch, in as many arrays as their size takes; one at least.
pub(crate) fn record_texts(writer: &EventJsonWriter, batch: &RecordBatch) -> Result<Vec<StringArray>, ColumnarError> {
    match writer.write(batch) {
        Err(ColumnarError::BatchTooLarge { .. }) if batch.num_rows() > 1 => {
            let half = batch.num_rows() / 2;
            let mut texts = record_texts(writer, &batch.slice(0, half))?;
            texts.extend(record_texts(writer, &batch.slice(half, batch.num_rows() - half))?);
            Ok(texts)
        }
        written => Ok(vec![written?]),
    }
}

impl PartialEq for EventJson {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.schema, &other.schema) && self.names == other.names
    }
}

impl Eq for EventJson {}

impl Hash for EventJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.names.hash(state);
    }
}

impl ScalarUDFImpl for EventJson {
    fn name(&self) -> &str {
        EVENT_JSON
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let mut fields = Vec::with_capacity(self.names.len());
        let mut columns = Vec::with_capacity(self.names.len());
        for (name, value) in self.names.iter().zip(arguments.args) {
            let column = value.into_array(rows)?;
            fields.push(Field::new(name, column.data_type().clone(), true));
            columns.push(column);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?;
        Ok(ColumnarValue::Array(self.rebuild(&batch)?))
    }
}

/// SHA-256 of a record's text.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checksum {
    signature: Signature,
}

impl ScalarUDFImpl for Checksum {
    fn name(&self) -> &str {
        EVENT_JSON_CHECKSUM
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some(value) = arguments.args.into_iter().next() else {
            return Err(exec_datafusion_err!("{EVENT_JSON_CHECKSUM} takes the record's text"));
        };
        let texts = cast(&value.into_array(arguments.number_rows)?, &DataType::Utf8View)?;
        let mut checksums = StringViewBuilder::with_capacity(texts.len());
        for text in texts.as_string_view() {
            checksums.append_option(text.map(event_json_checksum));
        }
        Ok(ColumnarValue::Array(Arc::new(checksums.finish())))
    }
}
