//! The groups of one partition while its rows come in.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::{BaselineMetrics, Count, MetricBuilder};
use futures::StreamExt as _;

use super::GroupByCodesExec;
use super::groups::Groups;
use super::histogram::{Counted, Histogram};
use super::plan::counts_rows;

/// The groups of one partition, and what was made of them so far.
pub(super) struct Run {
    input: SendableRecordBatchStream,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    aggregates: Vec<Aggregate>,
    groups: Groups,
    /// Where nothing but rows is counted.
    histogram: Option<Histogram>,
    /// Of each row of the last batch.
    numbers: Vec<usize>,
    schema: SchemaRef,
    batch_rows: usize,
    memory: MemoryReservation,
    probe: Probe,
    /// States that are to be given out, a batch at a time.
    states: Option<RecordBatch>,
    ended: bool,
    metrics: Metrics,
}

struct Metrics {
    baseline: BaselineMetrics,
    early: Count,
    through: Count,
}

/// An aggregate function over all groups.
struct Aggregate {
    arguments: Vec<Arc<dyn PhysicalExpr>>,
    accumulator: Box<dyn GroupsAccumulator>,
}

/// Whether so many rows are groups of their own that putting them together is not worth it.
struct Probe {
    rows: usize,
    least_rows: usize,
    most_groups: f64,
    gave_up: bool,
}

impl Probe {
    #[expect(clippy::cast_precision_loss, reason = "a share of rows")]
    fn see(&mut self, rows: usize, groups: usize) {
        self.rows += rows;
        self.gave_up |= self.rows >= self.least_rows && groups as f64 > self.most_groups * self.rows as f64;
    }
}

impl Run {
    pub(super) fn try_new(plan: &GroupByCodesExec, partition: usize, context: &Arc<TaskContext>) -> Result<Self> {
        let options = &context.session_config().options().execution;
        let keys = plan.schema.fields().iter().take(plan.keys.len());
        let types: Vec<_> = keys.map(|field| field.data_type().clone()).collect();
        let Some((first, further)) = types.split_first() else { return internal_err!("groups without a key") };
        let aggregates = plan.aggregates.iter().map(|aggregate| {
            let accumulator = aggregate.create_groups_accumulator()?;
            Ok(Aggregate { arguments: aggregate.expressions(), accumulator })
        });
        let memory = MemoryConsumer::new(format!("GroupByCodesExec[{partition}]")).with_can_spill(true);
        let counter = |name: &'static str| MetricBuilder::new(&plan.metrics).counter(name, partition);
        Ok(Self {
            keys: plan.keys.iter().map(|(key, _)| Arc::clone(key)).collect(),
            aggregates: aggregates.collect::<Result<_>>()?,
            groups: Groups::try_new(first.clone(), further)?,
            histogram: plan.aggregates.iter().all(counts_rows).then(Histogram::default),
            numbers: Vec::new(),
            schema: Arc::clone(&plan.schema),
            batch_rows: context.session_config().batch_size().max(1),
            memory: memory.register(context.memory_pool()),
            probe: Probe {
                rows: 0,
                least_rows: options.skip_partial_aggregation_probe_rows_threshold,
                most_groups: options.skip_partial_aggregation_probe_ratio_threshold,
                gave_up: false,
            },
            states: None,
            ended: false,
            metrics: Metrics {
                baseline: BaselineMetrics::new(&plan.metrics, partition),
                early: counter("early_emissions"),
                through: counter("skipped_aggregation_rows"),
            },
            input: plan.input.execute(partition, Arc::clone(context))?,
        })
    }

    /// The next states; `None` when all rows are in and all states are out.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(states) = self.next_states() {
                self.metrics.baseline.record_output(states.num_rows());
                return Ok(Some(states));
            }
            if self.ended {
                return Ok(None);
            }
            let batch = self.input.next().await.transpose()?;
            let time = self.metrics.baseline.elapsed_compute().clone();
            let _timer = time.timer();
            match batch {
                Some(batch) if self.probe.gave_up => self.states = Some(self.through(&batch)?),
                Some(batch) => self.take_in(&batch)?,
                None => {
                    self.ended = true;
                    self.give_out()?;
                }
            }
        }
    }

    fn next_states(&mut self) -> Option<RecordBatch> {
        let states = self.states.take().filter(|states| states.num_rows() > 0)?;
        let rows = states.num_rows().min(self.batch_rows);
        self.states = (rows < states.num_rows()).then(|| states.slice(rows, states.num_rows() - rows));
        Some(states.slice(0, rows))
    }

    fn take_in(&mut self, batch: &RecordBatch) -> Result<()> {
        let keys = values(&self.keys, batch)?;
        match self.histogram.as_mut().and_then(|histogram| histogram.count(&keys)) {
            Some(counted) => self.add_counted(counted)?,
            None => self.add_rows(&keys, batch)?,
        }
        self.probe.see(batch.num_rows(), self.groups.len());
        if self.probe.gave_up {
            return self.give_out();
        }
        if self.memory.try_resize(self.size()).is_err() {
            self.metrics.early.add(1);
            self.give_out()?;
            self.memory.try_resize(self.size())?;
        }
        Ok(())
    }

    fn add_rows(&mut self, keys: &[ArrayRef], batch: &RecordBatch) -> Result<()> {
        self.groups.numbers(keys, &mut self.numbers)?;
        for aggregate in &mut self.aggregates {
            let arguments = values(&aggregate.arguments, batch)?;
            aggregate.accumulator.update_batch(&arguments, &self.numbers, None, self.groups.len())?;
        }
        Ok(())
    }

    /// The number of rows is the state of a count.
    fn add_counted(&mut self, Counted { keys, rows }: Counted) -> Result<()> {
        self.groups.numbers(&keys, &mut self.numbers)?;
        for aggregate in &mut self.aggregates {
            let state = std::slice::from_ref(&rows);
            aggregate.accumulator.merge_batch(state, &self.numbers, self.groups.len())?;
        }
        Ok(())
    }

    fn size(&self) -> usize {
        let states: usize = self.aggregates.iter().map(|aggregate| aggregate.accumulator.size()).sum();
        let histogram = self.histogram.as_ref().map_or(0, Histogram::size);
        self.groups.size() + histogram + states + self.numbers.capacity() * size_of::<usize>()
    }

    /// The states of all groups, which are forgotten.
    fn give_out(&mut self) -> Result<()> {
        let groups = self.groups.len();
        let mut columns = self.groups.take_keys()?;
        for aggregate in &mut self.aggregates {
            columns.extend(aggregate.accumulator.state(EmitTo::All)?);
        }
        self.states = Some(self.batch(columns, groups)?);
        Ok(())
    }

    /// The rows of a batch, each as the state of a group of its own.
    fn through(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        self.metrics.through.add(batch.num_rows());
        let keys = values(&self.keys, batch)?;
        let keys = keys.iter().zip(self.schema.fields()).map(|(key, field)| Ok(cast(key, field.data_type())?));
        let mut columns = keys.collect::<Result<Vec<_>>>()?;
        for aggregate in &self.aggregates {
            let arguments = values(&aggregate.arguments, batch)?;
            columns.extend(aggregate.accumulator.convert_to_state(&arguments, None)?);
        }
        self.batch(columns, batch.num_rows())
    }

    fn batch(&self, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?)
    }
}

fn values(exprs: &[Arc<dyn PhysicalExpr>], batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
    exprs.iter().map(|expr| expr.evaluate(batch)?.into_array(batch.num_rows())).collect()
}
