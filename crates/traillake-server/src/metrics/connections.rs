//! The connections of the doors, counted when somebody asks.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use super::Door;
use crate::net::{ConnectionFigures, ConnectionStats};

/// The figures of every door; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections(Arc<Mutex<Vec<(Door, ConnectionStats)>>>);

impl Connections {
    /// Shows the connections of this door from now on.
    pub(super) fn add(&self, door: Door, stats: ConnectionStats) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((door, stats));
    }
}

impl Collector for Connections {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let doors = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let doors: Vec<_> = doors.iter().map(|(door, stats)| (door.as_str(), stats.figures())).collect();
        let kind = ConstGauge::new(0_u64).metric_type();
        let mut open = encoder.encode_descriptor("connections_open", "Connections there are, by door", None, kind)?;
        for (door, figures) in &doors {
            ConstGauge::new(figures.open).encode(open.encode_family(&[("door", *door)])?)?;
        }
        let kind = ConstCounter::new(0_u64).metric_type();
        let help = "Connections by door and what became of them";
        let mut outcomes = encoder.encode_descriptor("connections", help, None, kind)?;
        for (door, figures) in &doors {
            for (outcome, count) in counts(figures) {
                let labels = [("door", *door), ("outcome", outcome)];
                ConstCounter::new(count).encode(outcomes.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

fn counts(figures: &ConnectionFigures) -> [(&'static str, u64); 5] {
    [
        ("accepted", figures.accepted),
        ("refused", figures.refused),
        ("handshake_failed", figures.handshakes_failed),
        ("cut", figures.cut),
        ("stalled", figures.stalled),
    ]
}
