//! What the log says of files and periods, as the engine's pruning code asks for it.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, StringArray, TimestampMillisecondArray, UInt64Array};
use chrono::NaiveDate;
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::{Column, ScalarValue};
use traillake_model::Period;

use super::files::{ACCOUNT, DATE, MONTH, PATH, REGION, days, event_times, times_of_period};
use crate::layout::EVENT_TIME;
use crate::snapshot::{DataFile, PeriodFiles};

/// The log's knowledge about files, one container per file.
pub(super) struct FileStatistics<'a> {
    pub(super) files: &'a [Arc<DataFile>],
}

impl FileStatistics<'_> {
    fn bounds(&self, column: &str, pick: impl Fn((i64, i64)) -> i64) -> Option<ArrayRef> {
        let texts = |value: fn(&DataFile) -> Option<&str>| -> ArrayRef {
            Arc::new(self.files.iter().map(|file| value(file)).collect::<StringArray>())
        };
        Some(match column {
            EVENT_TIME => Arc::new(TimestampMillisecondArray::from_iter_values(
                self.files.iter().map(|file| pick(event_times(file)).div_euclid(1_000)),
            )),
            ACCOUNT => texts(|file| file.partition.account.as_deref()),
            REGION => texts(|file| file.partition.region.as_deref()),
            DATE => dates(self.files.iter().map(|file| file.partition.period.as_day())),
            MONTH => dates(self.files.iter().map(|file| file.partition.period.as_month())),
            PATH => texts(|file| Some(&file.path)),
            _ => return None,
        })
    }

    fn nulls(&self, is_null: impl Fn(&DataFile) -> bool) -> ArrayRef {
        Arc::new(
            self.files.iter().map(|file| if is_null(file) { rows(file) } else { Some(0) }).collect::<UInt64Array>(),
        )
    }
}

impl PruningStatistics for FileStatistics<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(first, _)| first)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(_, last)| last)
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        match column.name.as_str() {
            EVENT_TIME | PATH => Some(self.nulls(|_| false)),
            DATE => Some(self.nulls(|file| file.partition.period.as_day().is_none())),
            MONTH => Some(self.nulls(|file| file.partition.period.as_month().is_none())),
            ACCOUNT => Some(self.nulls(|file| file.partition.account.is_none())),
            REGION => Some(self.nulls(|file| file.partition.region.is_none())),
            _ => None,
        }
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.files.iter().map(|file| rows(file)).collect::<UInt64Array>()))
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

/// The figures of periods, one container per period.
pub(super) struct PeriodStatistics<'a> {
    pub(super) periods: &'a [&'a PeriodFiles],
}

impl PeriodStatistics<'_> {
    fn bounds(&self, column: &str, pick: impl Fn((i64, i64)) -> i64) -> Option<ArrayRef> {
        let periods = self.periods.iter();
        Some(match column {
            EVENT_TIME => Arc::new(TimestampMillisecondArray::from_iter_values(
                periods.map(|files| pick(times_of_period(files)).div_euclid(1_000)),
            )),
            DATE => dates(periods.map(|files| files.period().as_day())),
            MONTH => dates(periods.map(|files| files.period().as_month())),
            _ => return None,
        })
    }
}

impl PruningStatistics for PeriodStatistics<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(first, _)| first)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.bounds(&column.name, |(_, last)| last)
    }

    fn num_containers(&self) -> usize {
        self.periods.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let is_null = |test: fn(Period) -> bool| -> ArrayRef {
            let rows = |files: &&PeriodFiles| if test(files.period()) { row_count(files) } else { Some(0) };
            Arc::new(self.periods.iter().map(rows).collect::<UInt64Array>())
        };
        match column.name.as_str() {
            EVENT_TIME => Some(is_null(|_| false)),
            DATE => Some(is_null(|period| period.as_day().is_none())),
            MONTH => Some(is_null(|period| period.as_month().is_none())),
            _ => None,
        }
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.periods.iter().map(|files| row_count(files)).collect::<UInt64Array>()))
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

fn row_count(files: &PeriodFiles) -> Option<u64> {
    Some(files.figures().rows).filter(|_| files.figures().uncounted == 0)
}

fn dates(dates: impl Iterator<Item = Option<NaiveDate>>) -> ArrayRef {
    Arc::new(dates.map(|date| date.map(days)).collect::<Date32Array>())
}

fn rows(file: &DataFile) -> Option<u64> {
    Some(file.rows).filter(|&rows| rows > 0)
}
