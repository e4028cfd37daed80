//! Dates, times and time zones. The session's zone is UTC.
//!
//! ```text
//!  moments  a column of dates or timestamps, in its zone      zone   names, offsets, gaps
//!  civil    units of the calendar; spans, a column by them    layout the parts of a pattern, from `mysql` and `joda`
//!  pruning  comparisons as ranges of the time itself          read, write   a text by such parts
//! ```

mod civil;
mod clock;
mod duration;
mod fields;
mod iso;
mod joda;
mod layout;
mod moments;
mod mysql;
mod pruning;
mod read;
mod spans;
mod text;
mod units;
mod unix;
mod write;
pub(crate) mod zone;
mod zones;

pub(crate) use unix::date_of_time;

use super::{Function, FunctionDoc, Group, Implementation, Origin};

pub(super) fn functions() -> Vec<Function> {
    let chapters = [
        clock::functions,
        duration::functions,
        fields::functions,
        iso::functions,
        joda::functions,
        mysql::functions,
        units::functions,
        unix::functions,
        zones::functions,
    ];
    let mut functions: Vec<Function> = chapters.into_iter().flat_map(|functions| functions()).collect();
    functions.push(extract());
    functions
}

fn extract() -> Function {
    let doc = FunctionDoc {
        name: "extract",
        aliases: &[],
        group: Group::DateTime,
        usage: &["extract(part FROM x) → bigint"],
        text: "A part of x: `year`, `quarter`, `month`, `week`, `day`, `day_of_month`, `day_of_week`, `dow`, `day_of_year`, \
               `doy`, `year_of_week`, `yow`, `hour`, `minute`, `second`, `timezone_hour` or `timezone_minute`; the same as \
               the function of that name.",
        origin: Origin::Here,
        examples: &[("extract(year FROM date '2024-05-01')", "2024")],
    };
    Function { doc, implementation: Implementation::Grammar }
}
