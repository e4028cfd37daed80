//! What the server counts, in the text format of Prometheus.

mod connections;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use traillake::{IngestSummary, QueryStats};

use self::connections::Connections;
use crate::admission::Load;
use crate::net::ConnectionStats;

/// The figures of one server; clones share them.
///
/// Labels take values from fixed lists alone, so that no caller can make more series.
#[derive(Clone, Debug)]
pub(crate) struct Metrics(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Family<OperationLabels, Histogram, fn() -> Histogram>,
    queries: Family<StateLabel, Counter>,
    query_seconds: Histogram,
    query_rows: Counter,
    query_bytes: Counter,
    queries_running: Gauge,
    queries_queued: Gauge,
    ingest_events: Family<OutcomeLabel, Counter>,
    ingest_objects: Family<OutcomeLabel, Counter>,
    ingest_bytes: Counter,
    connections: Connections,
}

/// The way a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// The AWS API.
    Http,
    /// Arrow Flight SQL.
    Flight,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    door: &'static str,
    operation: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    door: &'static str,
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: &'static str,
}

impl Door {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Flight => "flight",
        }
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut figures = Figures {
            registry: Registry::with_prefix("traillake"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            queries: Family::default(),
            query_seconds: seconds(),
            query_rows: Counter::default(),
            query_bytes: Counter::default(),
            queries_running: Gauge::default(),
            queries_queued: Gauge::default(),
            ingest_events: Family::default(),
            ingest_objects: Family::default(),
            ingest_bytes: Counter::default(),
            connections: Connections::default(),
        };
        figures.register();
        Self(Arc::new(figures))
    }

    /// Shows the connections of a door.
    pub(crate) fn watch(&self, door: Door, stats: ConnectionStats) {
        self.0.connections.add(door, stats);
    }

    /// A request was answered; `code` is `OK` or the name of the error.
    pub(crate) fn request(&self, door: Door, operation: &'static str, code: &'static str, elapsed: Duration) {
        let door = door.as_str();
        self.0.requests.get_or_create(&RequestLabels { door, operation, code }).inc();
        self.0.request_seconds.get_or_create(&OperationLabels { door, operation }).observe(elapsed.as_secs_f64());
    }

    /// A query ended in this state: `FINISHED`, `FAILED`, `CANCELLED` or `TIMED_OUT`.
    pub(crate) fn query(&self, state: &'static str, cost: &QueryStats) {
        self.0.queries.get_or_create(&StateLabel { state }).inc();
        self.0.query_seconds.observe(cost.elapsed.as_secs_f64());
        self.0.query_rows.inc_by(cost.rows);
        self.0.query_bytes.inc_by(cost.bytes_scanned);
    }

    /// A pass over sources was committed.
    pub(crate) fn ingested(&self, pass: &IngestSummary) {
        let (events, objects) = (&pass.events, &pass.objects);
        for (outcome, count) in [
            ("stored", events.stored),
            ("duplicate", events.duplicate),
            ("filtered", events.filtered),
            ("expired", events.expired),
            ("quarantined", events.quarantined),
        ] {
            self.0.ingest_events.get_or_create(&OutcomeLabel { outcome }).inc_by(count);
        }
        for (outcome, count) in
            [("ingested", objects.ingested), ("ignored", objects.ignored), ("failed", objects.failed)]
        {
            self.0.ingest_objects.get_or_create(&OutcomeLabel { outcome }).inc_by(count);
        }
        self.0.ingest_bytes.inc_by(pass.bytes.compressed);
    }

    /// The figures as text.
    pub(crate) fn render(&self, load: Load) -> Result<String, fmt::Error> {
        self.0.queries_running.set(i64::try_from(load.running).unwrap_or(i64::MAX));
        self.0.queries_queued.set(i64::try_from(load.queued).unwrap_or(i64::MAX));
        let mut rendered = String::new();
        text::encode(&mut rendered, &self.0.registry)?;
        Ok(rendered)
    }
}

impl Figures {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests answered, by door, operation and error", self.requests.clone());
        let help = "Time to answer a request";
        registry.register_with_unit("request", help, Unit::Seconds, self.request_seconds.clone());
        registry.register("queries", "Queries ended, by state", self.queries.clone());
        registry.register_with_unit("query", "Time a query ran", Unit::Seconds, self.query_seconds.clone());
        registry.register("query_rows", "Rows of query results", self.query_rows.clone());
        let help = "Bytes of data files that queries read";
        registry.register_with_unit("query_scanned", help, Unit::Bytes, self.query_bytes.clone());
        registry.register("queries_running", "Queries that run", self.queries_running.clone());
        registry.register("queries_queued", "Queries that wait for their turn", self.queries_queued.clone());
        registry.register("ingest_events", "Events met by ingests, by outcome", self.ingest_events.clone());
        registry.register("ingest_objects", "Log files met by ingests, by outcome", self.ingest_objects.clone());
        let help = "Bytes of log files that ingests read";
        registry.register_with_unit("ingest_read", help, Unit::Bytes, self.ingest_bytes.clone());
        registry.register_collector(Box::new(self.connections.clone()));
    }
}

/// From a millisecond to about an hour.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 3.0, 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_in_the_text() {
        let metrics = Metrics::new();
        metrics.request(Door::Http, "ListTags", "OK", Duration::from_millis(2));
        metrics.request(Door::Http, "ListTags", "OK", Duration::from_millis(2));
        metrics.request(Door::Flight, "ListTags", "ThrottlingException", Duration::from_millis(2));
        metrics.query("FINISHED", &QueryStats { rows: 7, bytes_scanned: 8, ..QueryStats::default() });
        metrics.watch(Door::Http, ConnectionStats::default());
        let text = metrics.render(Load { running: 3, queued: 4 }).unwrap();
        for line in [
            r#"traillake_requests_total{door="http",operation="ListTags",code="OK"} 2"#,
            r#"traillake_request_seconds_count{door="http",operation="ListTags"} 2"#,
            r#"traillake_queries_total{state="FINISHED"} 1"#,
            "traillake_query_rows_total 7",
            "traillake_query_scanned_bytes_total 8",
            "traillake_queries_running 3",
            "traillake_queries_queued 4",
            r#"traillake_connections_open{door="http"} 0"#,
            r#"traillake_connections_total{door="http",outcome="refused"} 0"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
