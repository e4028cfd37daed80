//! Progress lines: drawn on a terminal, and only there.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use traillake::{IngestProgress, ProgressReading};

use crate::generate::GenerateProgress;
use crate::printer::Printer;
use crate::text;

const TICK: Duration = Duration::from_millis(100);

/// A line that is redrawn until it is dropped.
#[derive(Debug)]
pub(crate) struct ProgressLine {
    bar: Option<ProgressBar>,
    drawing: Option<tokio::task::JoinHandle<()>>,
}

impl ProgressLine {
    /// Watches an ingest.
    pub(crate) fn of_ingest(printer: &Printer, progress: &Arc<IngestProgress>) -> Self {
        let progress = Arc::clone(progress);
        Self::start(printer, move || ingest_text(&progress.read()))
    }

    /// Watches a generator.
    pub(crate) fn of_generator(printer: &Printer, progress: &Arc<GenerateProgress>, events: u64) -> Self {
        let progress = Arc::clone(progress);
        Self::start(printer, move || {
            let so_far = progress.so_far();
            format!(
                "{} of {} events, {}, {}",
                text::count(so_far.events),
                text::count(events),
                text::counted(so_far.objects, "object"),
                text::bytes(so_far.gzip_bytes)
            )
        })
    }

    fn start(printer: &Printer, text: impl Fn() -> String + Send + 'static) -> Self {
        if !printer.draws_progress() {
            return Self { bar: None, drawing: None };
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        let drawn = bar.clone();
        let drawing = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(TICK);
            loop {
                ticks.tick().await;
                drawn.set_message(text());
                drawn.tick();
            }
        });
        Self { bar: Some(bar), drawing: Some(drawing) }
    }

    /// Prints a line above the progress line; false when there is none.
    pub(crate) fn println(&self, line: &str) -> bool {
        self.bar.as_ref().inspect(|bar| bar.println(line)).is_some()
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(drawing) = &self.drawing {
            drawing.abort();
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Objects, events, speed, time left, quarantined.
fn ingest_text(reading: &ProgressReading) -> String {
    let of = if reading.listed { String::new() } else { "+".to_owned() };
    let left = reading.time_left().map_or_else(|| "listing".to_owned(), |left| format!("{} left", text::time(left)));
    format!(
        "{} of {}{of} objects, {} events, {}/s, {} events/s, {left}, {} quarantined",
        text::count(reading.objects_done),
        text::count(reading.objects_seen),
        text::count(reading.events),
        text::bytes(reading.bytes_per_second()),
        text::count(reading.events_per_second()),
        text::count(reading.quarantined),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_objects_events_speed_time_left_and_quarantined() {
        let reading = ProgressReading {
            elapsed: Duration::from_secs(2),
            objects_seen: 9000,
            objects_done: 4500,
            bytes_seen: 100,
            bytes_done: 50,
            decompressed_bytes: 170_000_000,
            events: 120_000,
            quarantined: 3,
            listed: true,
        };
        assert_eq!(
            ingest_text(&reading),
            "4,500 of 9,000 objects, 120,000 events, 85.0 MB/s, 60,000 events/s, 2.0 s left, 3 quarantined"
        );
        let listing = ProgressReading { listed: false, ..reading };
        assert!(ingest_text(&listing).starts_with("4,500 of 9,000+ objects"));
    }
}
