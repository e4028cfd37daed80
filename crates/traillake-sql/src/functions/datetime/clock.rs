//! The time at which the query started: `now()`, `current_date` and their kin.

use std::sync::Arc;

use arrow::datatypes::DataType;
use chrono::{DateTime, Timelike, Utc};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::civil::days_of;
use crate::functions::kit::equal_by_name;
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};

pub(super) fn functions() -> Vec<Function> {
    CLOCKS.iter().map(Clock::function).collect()
}

/// A function without arguments that is the same within a query.
struct Clock {
    name: &'static str,
    aliases: &'static [&'static str],
    usage: &'static [&'static str],
    text: &'static str,
    examples: &'static [(&'static str, &'static str)],
    at: fn(DateTime<Utc>) -> ScalarValue,
}

const CLOCKS: &[Clock] = &[
    Clock {
        name: "now",
        aliases: &["current_timestamp"],
        usage: &["now() → timestamp(3) with time zone", "current_timestamp"],
        text: "When the query started, in UTC.",
        examples: &[
            ("typeof(now())", "timestamp(3) with time zone"),
            ("to_unixtime(now()) = to_unixtime(current_timestamp)", "true"),
        ],
        at: |start| ScalarValue::TimestampMillisecond(Some(start.timestamp_millis()), Some("UTC".into())),
    },
    Clock {
        name: "localtimestamp",
        aliases: &[],
        usage: &["localtimestamp → timestamp(3)"],
        text: "When the query started, on a clock of UTC.",
        examples: &[("date_diff('day', localtimestamp, localtimestamp)", "0")],
        at: |start| ScalarValue::TimestampMillisecond(Some(start.timestamp_millis()), None),
    },
    Clock {
        name: "current_date",
        aliases: &[],
        usage: &["current_date → date"],
        text: "The day on which the query started, in UTC.",
        examples: &[("date_diff('day', current_date, date(now()))", "0")],
        at: |start| ScalarValue::Date32(Some(days_of(start.date_naive()))),
    },
    Clock {
        name: "current_time",
        aliases: &[],
        usage: &["current_time → time(3)"],
        text: "The time of day at which the query started, in UTC.",
        examples: &[("hour(current_time) = hour(now())", "true")],
        at: time_of_day,
    },
    Clock {
        name: "localtime",
        aliases: &[],
        usage: &["localtime → time(3)"],
        text: "As `current_time`.",
        examples: &[("minute(localtime) = minute(now())", "true")],
        at: time_of_day,
    },
    Clock {
        name: "current_timezone",
        aliases: &[],
        usage: &["current_timezone() → varchar"],
        text: "The zone of the session: always UTC.",
        examples: &[("current_timezone()", "UTC")],
        at: |_| ScalarValue::Utf8View(Some("UTC".to_owned())),
    },
];

fn time_of_day(start: DateTime<Utc>) -> ScalarValue {
    let time = start.time();
    let millis = time.num_seconds_from_midnight() * 1000 + start.timestamp_subsec_millis().min(999);
    ScalarValue::Time32Millisecond(i32::try_from(millis).ok())
}

impl Clock {
    fn function(&self) -> Function {
        let doc = FunctionDoc {
            name: self.name,
            aliases: self.aliases,
            group: Group::DateTime,
            usage: self.usage,
            text: self.text,
            origin: Origin::Here,
            examples: self.examples,
        };
        let running = Running {
            name: self.name,
            aliases: self.aliases.iter().map(|&alias| alias.to_owned()).collect(),
            signature: Signature::nullary(Volatility::Stable),
            returned: (self.at)(DateTime::UNIX_EPOCH).data_type(),
            at: self.at,
        };
        Function { doc, implementation: Implementation::Scalar(Arc::new(ScalarUDF::from(running))) }
    }
}

/// The function of a clock; the planner replaces it by its value.
#[derive(Debug)]
struct Running {
    name: &'static str,
    aliases: Vec<String>,
    signature: Signature,
    returned: DataType,
    at: fn(DateTime<Utc>) -> ScalarValue,
}

equal_by_name!(Running);

impl ScalarUDFImpl for Running {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.returned.clone())
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        Ok(match info.query_execution_start_time() {
            Some(start) => ExprSimplifyResult::Simplified(Expr::Literal((self.at)(start), None)),
            None => ExprSimplifyResult::Original(args),
        })
    }

    fn invoke_with_args(&self, _args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        internal_err!("{} is replaced by its value before a query runs", self.name)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    #[test]
    fn the_time_is_the_same_in_every_row_and_place() {
        let sql = "SELECT count(DISTINCT t) FROM (SELECT now() AS t FROM (VALUES (1), (2)) AS v(x) \
                   UNION ALL SELECT current_timestamp) AS u";
        match rows(sql) {
            Ok(rows) => assert_eq!(rows, [["1"]]),
            Err(error) => assert!(error.contains("count"), "{error}"),
        }
    }

    #[test]
    fn the_clocks_agree() {
        assert_eq!(value("date_diff('millisecond', localtimestamp, now())").unwrap(), "0");
        assert_eq!(value("date_diff('day', current_date, localtimestamp)").unwrap(), "0");
        assert_eq!(value("second(localtime) = second(current_timestamp)").unwrap(), "true");
        assert_eq!(value("timezone(now())").unwrap(), "UTC");
    }

    #[test]
    fn now_takes_no_argument() {
        assert!(value("now(3)").is_err());
    }
}
