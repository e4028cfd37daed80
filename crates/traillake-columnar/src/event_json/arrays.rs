//! The arrays of a batch by column number, whatever Arrow type a reader chose for them.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, ListArray, MapArray, RecordBatch, StringArray,
    StringViewArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
};
use arrow::datatypes::{
    DataType, Float64Type, Int32Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
};

use crate::schema::ColumnKind;
use crate::{ColumnarError, EventSchema, RECORD_REST, RECORD_SHAPE};

/// A column of text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Texts<'b> {
    Utf8(&'b StringArray),
    View(&'b StringViewArray),
}

/// A column as the replay reads it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Values<'b> {
    Missing,
    Text(Texts<'b>),
    Boolean(&'b BooleanArray),
    Micros(&'b TimestampMicrosecondArray),
    Millis(&'b TimestampMillisecondArray),
    Double(&'b Float64Array),
    Integer(&'b Int32Array),
    Map { map: &'b MapArray, keys: Texts<'b>, values: Texts<'b> },
    List(&'b ListArray),
}

/// All columns of a batch.
#[derive(Debug)]
pub(super) struct Arrays<'b> {
    by_column: Vec<Values<'b>>,
    shape: Texts<'b>,
    rest: Texts<'b>,
}

impl<'b> Arrays<'b> {
    pub(super) fn new(schema: &EventSchema, batch: &'b RecordBatch) -> Result<Self, ColumnarError> {
        let mut arrays = Self {
            by_column: vec![Values::Missing; schema.columns().end() as usize],
            shape: own_text(batch, RECORD_SHAPE)?,
            rest: own_text(batch, RECORD_REST)?,
        };
        for &column in schema.columns().top() {
            if let Some(array) = batch.column_by_name(&schema.columns().get(column).name) {
                arrays.add(schema, column, array)?;
            }
        }
        Ok(arrays)
    }

    pub(super) fn shape(&self, row: usize) -> Option<&'b str> {
        self.shape.get(row)
    }

    pub(super) fn rest(&self, row: usize) -> Option<&'b str> {
        self.rest.get(row)
    }

    pub(super) fn values(&self, column: u32) -> Values<'b> {
        self.by_column.get(column as usize).copied().unwrap_or(Values::Missing)
    }

    fn add(&mut self, schema: &EventSchema, column: u32, array: &'b ArrayRef) -> Result<(), ColumnarError> {
        let kind = schema.columns().get(column).kind;
        let members = match (kind, array.data_type()) {
            (ColumnKind::Struct, DataType::Struct(_)) => Some(array.as_struct()),
            (ColumnKind::List, DataType::List(_)) => {
                let list = array.as_list::<i32>();
                self.by_column[column as usize] = Values::List(list);
                list.values().as_struct_opt()
            }
            _ => None,
        };
        if let Some(members) = members {
            return self.add_members(schema, column, members);
        }
        let mismatch = || ColumnarError::ColumnMismatch {
            column: schema.columns().get(column).path.clone(),
            expected: kind.type_name(),
        };
        self.by_column[column as usize] = leaf(kind, array).ok_or_else(mismatch)?;
        Ok(())
    }

    fn add_members(
        &mut self,
        schema: &EventSchema,
        column: u32,
        members: &'b StructArray,
    ) -> Result<(), ColumnarError> {
        for &member in &schema.columns().get(column).members {
            if let Some(array) = members.column_by_name(&schema.columns().get(member).name) {
                self.add(schema, member, array)?;
            }
        }
        Ok(())
    }
}

fn own_text<'b>(batch: &'b RecordBatch, name: &str) -> Result<Texts<'b>, ColumnarError> {
    let texts = batch.column_by_name(name).and_then(Texts::of);
    texts.ok_or_else(|| ColumnarError::ColumnMismatch { column: name.to_owned(), expected: "string" })
}

fn leaf(kind: ColumnKind, array: &ArrayRef) -> Option<Values<'_>> {
    Some(match (kind, array.data_type()) {
        (ColumnKind::Text, _) => Values::Text(Texts::of(array)?),
        (ColumnKind::Boolean, _) => Values::Boolean(array.as_boolean_opt()?),
        (ColumnKind::Timestamp, DataType::Timestamp(TimeUnit::Microsecond, _)) => {
            Values::Micros(array.as_primitive_opt::<TimestampMicrosecondType>()?)
        }
        (ColumnKind::Timestamp, _) => Values::Millis(array.as_primitive_opt::<TimestampMillisecondType>()?),
        (ColumnKind::Double, _) => Values::Double(array.as_primitive_opt::<Float64Type>()?),
        (ColumnKind::Integer, _) => Values::Integer(array.as_primitive_opt::<Int32Type>()?),
        (ColumnKind::TextMap, _) => {
            let map = array.as_map_opt()?;
            Values::Map { map, keys: Texts::of(map.keys())?, values: Texts::of(map.values())? }
        }
        (ColumnKind::Struct | ColumnKind::List, _) => return None,
    })
}

impl<'b> Texts<'b> {
    fn of(array: &'b ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8View => array.as_string_view_opt().map(Self::View),
            _ => array.as_string_opt().map(Self::Utf8),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Utf8(array) => array.len(),
            Self::View(array) => array.len(),
        }
    }

    /// The text of a row; `None` for null and behind the end.
    pub(super) fn get(&self, row: usize) -> Option<&'b str> {
        match self {
            Self::Utf8(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::View(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
        }
    }
}
