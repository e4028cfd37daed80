//! Between JSON and its text: `json_parse`, `json_format`, `is_json_scalar`.

use datafusion::common::{Result, exec_err};

use super::{scan, value};
use crate::functions::kit::{Json, Kind, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};
use crate::text_form::shortened;

pub(super) fn functions() -> Vec<Function> {
    vec![
        scalar("json_parse").on(&[Kind::Text], |row| parsed(row.text(0)).map(Some)).documented(JSON_PARSE),
        scalar("json_format").on(&[Kind::Json], |row| Ok(Some(row.text(0).to_owned()))).documented(JSON_FORMAT),
        scalar("is_json_scalar")
            .on(&[Kind::Json], |row| Ok(Some(!is_structure(row.text(0)))))
            .on(&[Kind::Text], |row| {
                if let Some(json) = scan::whole(row.text(0)) {
                    Ok(Some(!is_structure(json)))
                } else {
                    exec_err!("Invalid JSON value: {}", shortened(row.text(0)))
                }
            })
            .documented(IS_JSON_SCALAR),
    ]
}

fn parsed(text: &str) -> Result<Json> {
    if let Ok(json) = value::canonical(text) {
        Ok(Json(json))
    } else {
        exec_err!("Cannot convert value to JSON: '{}'", shortened(text))
    }
}

fn is_structure(json: &str) -> bool {
    json.starts_with(['{', '['])
}

const JSON_PARSE: FunctionDoc = FunctionDoc {
    name: "json_parse",
    aliases: &[],
    group: Group::Json,
    usage: &["json_parse(text) → json"],
    text: "The JSON value of a text, an error if the text is not JSON or is nested deeper than 127 levels. Members are \
           ordered by name, as in Trino, so that equal values are equal JSON; of members with one name the last \
           counts. Numbers keep their digits.",
    origin: Origin::Here,
    examples: &[
        (r#"json_parse(' {"b": [1, 2.50], "a": "x"} ')"#, r#"{"a":"x","b":[1,2.50]}"#),
        (r#"json_extract(json_parse('{"a": [true]}'), '$.a[0]')"#, "true"),
    ],
};

const JSON_FORMAT: FunctionDoc = FunctionDoc {
    name: "json_format",
    aliases: &[],
    group: Group::Json,
    usage: &["json_format(json) → varchar"],
    text: "The text of a JSON value; strings keep their quotes.",
    origin: Origin::Here,
    examples: &[
        (r#"json_format(json_extract('{"a": [1, "x"]}', '$.a'))"#, r#"[1,"x"]"#),
        (r#"json_format(json_parse('"x"'))"#, r#""x""#),
    ],
};

const IS_JSON_SCALAR: FunctionDoc = FunctionDoc {
    name: "is_json_scalar",
    aliases: &[],
    group: Group::Json,
    usage: &["is_json_scalar(json) → boolean", "is_json_scalar(text) → boolean"],
    text: "Whether the JSON value is a string, a number, a boolean or null. An error if a text is not JSON.",
    origin: Origin::Here,
    examples: &[
        ("is_json_scalar('1')", "true"),
        ("is_json_scalar('null')", "true"),
        ("is_json_scalar('[1]')", "false"),
    ],
};
