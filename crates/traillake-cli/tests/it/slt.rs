//! The product's sqllogictest files through the binary: the same questions, the same answers.
//!
//! A file is read twice. First its statements are heard; those that have an answer go as one script into one
//! process, those that must fail each to a `query` of their own. Then the file is run on what the processes said.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use sqllogictest::{DB, DBOutput, DefaultColumnType, QueryExpect, Record, Runner, StatementExpect, parse_file};
use traillake_testing::{topic_files, topic_logs};

use crate::support::World;

/// What `.mode` prints: the line between two answers, which is no JSON.
const BETWEEN: &str = "ndjson";

#[test]
fn the_binary_answers_every_topic_as_the_engine_does() {
    let world = topics_world();
    let files = Mutex::new(topic_files());
    let wrong = Mutex::new(Vec::new());
    let work = || {
        while let Some(file) = { files.lock().unwrap().pop() } {
            wrong.lock().unwrap().extend(differences(&world, &file));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, Into::into) {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// A lake with the stores that the topics ask about.
fn topics_world() -> World {
    let world = World::new();
    for (store, name, bytes) in topic_logs() {
        let path = world.path(store).join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    for (store, code) in [("events", 0), ("archive", 3)] {
        let ran = world.run(&["ingest", "--store", store, store]);
        assert_eq!(ran.code, code, "{}", ran.stderr);
    }
    world
}

/// What the binary says else than the file.
fn differences(world: &World, file: &Path) -> Vec<String> {
    let ran = world.run(&["query", "SELECT id FROM system.stores WHERE name = 'events'", "--format", "json"]);
    let id = ran.json()[0]["id"].as_str().unwrap().to_owned();
    let records = parse_file(file).unwrap();
    let replies = Arc::new(Mutex::new(answers(world, &statements(&records, &id))));
    let mut runner = Runner::new(|| async { Ok(Replies(Arc::clone(&replies))) });
    runner.set_var("EVENTS_ID".to_owned(), id);
    let wrong = records.into_iter().filter_map(|record| runner.run(record).err());
    wrong.map(|error| error.display(false).to_string()).collect()
}

/// A statement of a file.
struct Statement {
    sql: String,
    /// The types of its columns; none if it must fail.
    types: Option<Vec<DefaultColumnType>>,
}

/// The statements of the records, with what the file puts into their places.
fn statements(records: &[Record<DefaultColumnType>], id: &str) -> Vec<Statement> {
    let heard = Arc::new(Mutex::new(VecDeque::new()));
    let mut runner = Runner::new(|| async { Ok(Listener(Arc::clone(&heard))) });
    runner.set_var("EVENTS_ID".to_owned(), id.to_owned());
    let hear = |record: &Record<DefaultColumnType>| {
        // A listener has no answers, so that no record is content.
        let _ = runner.run(record.clone());
        let sql = heard.lock().unwrap().pop_front()?;
        let types = match record {
            Record::Query { expected: QueryExpect::Results { types, .. }, .. } => Some(types.clone()),
            Record::Statement { expected: StatementExpect::Ok, .. } => Some(Vec::new()),
            _ => None,
        };
        Some(Statement { sql, types })
    };
    records.iter().filter_map(hear).collect()
}

type Reply = Result<DBOutput<DefaultColumnType>, std::io::Error>;

/// What the binary says to each statement, in their order.
fn answers(world: &World, statements: &[Statement]) -> VecDeque<Reply> {
    let answered: Vec<_> =
        statements.iter().filter_map(|one| Some((one.sql.as_str(), one.types.as_deref()?))).collect();
    let mut scripted = VecDeque::new();
    while scripted.len() < answered.len() {
        let rest = &answered[scripted.len()..];
        scripted.extend(run_script(world, rest));
    }
    let answer = |one: &Statement| match &one.types {
        Some(_) => scripted.pop_front().unwrap(),
        None => run_alone(world, &one.sql),
    };
    statements.iter().map(answer).collect()
}

/// The answers of one process up to the first failure, which is the last of them.
fn run_script(world: &World, statements: &[(&str, &[DefaultColumnType])]) -> Vec<Reply> {
    let asked = statements.iter().map(|(sql, _)| format!("{}\n;\n.mode\n", sql.trim().trim_end_matches(';')));
    let script = format!(".timer off\n.mode {BETWEEN}\n{}", asked.collect::<String>());
    let ran = world.run_with_input(&["repl", "--store", "events"], &script);
    let mut replies = Vec::new();
    let mut lines = Vec::new();
    for line in ran.stdout.lines() {
        if line == BETWEEN {
            let types = statements[replies.len()].1;
            let rows = lines.drain(..).map(|line| row(line, types)).collect();
            replies.push(Ok(DBOutput::Rows { types: types.to_vec(), rows }));
        } else {
            lines.push(line);
        }
    }
    if ran.code != 0 {
        replies.push(Err(std::io::Error::other(ran.stderr)));
    }
    replies
}

fn run_alone(world: &World, sql: &str) -> Reply {
    let ran = world.run(&["--quiet", "query", "--store", "events", "--format", "ndjson", "--", sql]);
    if ran.code == 0 {
        let rows = ran.stdout.lines().map(|line| row(line, &[])).collect();
        return Ok(DBOutput::Rows { types: Vec::new(), rows });
    }
    Err(std::io::Error::other(ran.stderr))
}

/// The values of a line of JSON as the files write them.
fn row(line: &str, types: &[DefaultColumnType]) -> Vec<String> {
    let Value::Object(row) = serde_json::from_str(line).unwrap() else { panic!("no row: {line}") };
    let shown = |(place, value): (usize, &Value)| match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::Number(number) if types.get(place) == Some(&DefaultColumnType::FloatingPoint) => {
            double(number.as_f64().unwrap())
        }
        value => text(value),
    };
    row.values().enumerate().map(shown).collect()
}

/// JSON as Lake writes the value: `{key=value}`, `[a, b]`, texts without quotes.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name}={}", text(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        bare => bare.to_string(),
    }
}

/// A double as Lake writes it, as Java does.
fn double(value: f64) -> String {
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        return format!("{value:?}");
    }
    let scientific = format!("{value:E}");
    if scientific.contains('.') { scientific } else { scientific.replace('E', ".0E") }
}

/// Hears statements and has no answer.
struct Listener(Arc<Mutex<VecDeque<String>>>);

impl DB for Listener {
    type Error = std::io::Error;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Reply {
        self.0.lock().unwrap().push_back(sql.to_owned());
        Ok(DBOutput::StatementComplete(0))
    }
}

/// Gives the answers that the binary gave.
struct Replies(Arc<Mutex<VecDeque<Reply>>>);

impl DB for Replies {
    type Error = std::io::Error;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, _: &str) -> Reply {
        self.0.lock().unwrap().pop_front().unwrap()
    }
}
