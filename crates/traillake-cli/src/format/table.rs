//! `table`: columns side by side. The first rows decide the widths; the rest streams.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::cell::write_text;
use super::{RowWriter, Sink, flush, write_all};
use crate::error::Result;
use crate::printer::printable;

/// Rows and bytes that are held back to find the widths.
const SAMPLE_ROWS: usize = 1000;
const SAMPLE_BYTES: usize = 1 << 20;
/// Widest cell on a terminal; longer text is cut there, and nowhere else.
const EYES_WIDTH: usize = 72;

pub(super) struct TableWriter {
    sink: Sink,
    layout: Layout,
    held: Vec<Vec<String>>,
    held_bytes: usize,
    started: bool,
    for_eyes: bool,
    /// EXPLAIN: the lines of a plan are rows, and none is cut.
    plan: bool,
}

struct Layout {
    names: Vec<String>,
    right: Vec<bool>,
    widths: Vec<usize>,
}

impl TableWriter {
    pub(super) fn new(schema: &SchemaRef, sink: Sink, for_eyes: bool) -> Self {
        let names = schema.fields().iter().map(|field| printable_line(field.name())).collect();
        let right = schema.fields().iter().map(|field| field.data_type().is_numeric()).collect();
        let plan = schema.fields().iter().map(|field| field.name().as_str()).eq(["plan_type", "plan"]);
        let layout = Layout::new(names, right);
        Self { sink, layout, held: Vec::new(), held_bytes: 0, started: false, for_eyes: for_eyes && !plan, plan }
    }

    /// The rows that a row of `batch` is shown as.
    fn rows(&self, batch: &RecordBatch, row: usize) -> Vec<Vec<String>> {
        let cells = self.cells(batch, row);
        let [kind, text] = cells.as_slice() else { return vec![cells] };
        if !self.plan {
            return vec![cells];
        }
        let lines = text.trim_end_matches("\\n").split("\\n").enumerate();
        lines.map(|(at, line)| vec![if at == 0 { kind.clone() } else { String::new() }, line.to_owned()]).collect()
    }

    fn cells(&self, batch: &RecordBatch, row: usize) -> Vec<String> {
        let mut bytes = Vec::new();
        batch
            .columns()
            .iter()
            .map(|column| {
                bytes.clear();
                if !write_text(column.as_ref(), row, &mut bytes) {
                    return "NULL".to_owned();
                }
                let text = printable_line(&String::from_utf8_lossy(&bytes));
                if self.for_eyes { cut(text) } else { text }
            })
            .collect()
    }

    fn start(&mut self) -> Result<()> {
        self.started = true;
        for row in &self.held {
            self.layout.widen(row);
        }
        let mut text = self.layout.head();
        for row in std::mem::take(&mut self.held) {
            self.layout.push_row(&row, &mut text);
        }
        Ok(write_all(&mut self.sink, text.as_bytes())?)
    }
}

impl RowWriter for TableWriter {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut text = String::new();
        for cells in (0..batch.num_rows()).flat_map(|row| self.rows(batch, row)).collect::<Vec<_>>() {
            if self.started {
                self.layout.push_row(&cells, &mut text);
                continue;
            }
            self.held_bytes += cells.iter().map(String::len).sum::<usize>();
            self.held.push(cells);
            if self.held.len() >= SAMPLE_ROWS || self.held_bytes >= SAMPLE_BYTES {
                self.start()?;
            }
        }
        Ok(write_all(&mut self.sink, text.as_bytes())?)
    }

    fn finish(&mut self) -> Result<()> {
        if !self.started {
            self.start()?;
        }
        flush(&mut self.sink)
    }
}

impl Layout {
    fn new(names: Vec<String>, right: Vec<bool>) -> Self {
        let widths = names.iter().map(|name| width(name)).collect();
        Self { names, right, widths }
    }

    fn widen(&mut self, row: &[String]) {
        for (known, cell) in self.widths.iter_mut().zip(row) {
            *known = (*known).max(width(cell));
        }
    }

    fn head(&self) -> String {
        let mut text = String::new();
        self.push_row(&self.names, &mut text);
        let rules: Vec<_> = self.widths.iter().map(|width| "-".repeat(width + 2)).collect();
        text.push_str(&rules.join("+"));
        text.push('\n');
        text
    }

    fn push_row(&self, row: &[String], text: &mut String) {
        for (place, cell) in row.iter().enumerate() {
            text.push_str(if place == 0 { " " } else { " | " });
            let gap = self.widths.get(place).map_or(0, |known| known.saturating_sub(width(cell)));
            let right = self.right.get(place).copied().unwrap_or(false);
            let last = place + 1 == row.len();
            text.extend(std::iter::repeat_n(' ', if right { gap } else { 0 }));
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', if right || last { 0 } else { gap }));
        }
        text.push('\n');
    }
}

/// A small table of texts, as the listings print it; columns of `right` are aligned right.
pub(crate) fn print_rows(names: &[&str], right: &[bool], rows: &[Vec<String>]) -> String {
    let mut layout = Layout::new(names.iter().map(|name| (*name).to_owned()).collect(), right.to_vec());
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| printable_line(cell)).collect()).collect();
    for row in &rows {
        layout.widen(row);
    }
    let mut text = layout.head();
    for row in &rows {
        layout.push_row(row, &mut text);
    }
    text
}

/// Text on one line, without control characters.
fn printable_line(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

fn cut(text: String) -> String {
    if width(&text) <= EYES_WIDTH {
        return text;
    }
    text.chars().take(EYES_WIDTH - 1).chain(['…']).collect()
}

/// Columns on a terminal: wide scripts take two, marks that combine take none.
fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.chars()
        .map(|c| match u32::from(c) {
            0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
            0x1100..=0x115f
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0x1f300..=0x1f64f
            | 0x1f900..=0x1f9ff
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}
