//! `listagg`: texts of a group in one text, of bounded length.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err};

use crate::functions::aggregates::aggregate::documented;
use crate::functions::aggregates::definitions::Collected;
use crate::functions::aggregates::parameters::text;
use crate::functions::{Function, FunctionDoc, Group, Origin};

/// Trino's bound of the result.
const MOST_BYTES: usize = 1 << 20;

pub(super) fn function() -> Function {
    documented(
        FunctionDoc {
            name: "listagg",
            aliases: &[],
            group: Group::Aggregates,
            usage: &["listagg([DISTINCT] text[, separator] [ON OVERFLOW ...]) WITHIN GROUP (ORDER BY ...) → varchar"],
            text: "The texts that are not NULL, in order, with the separator between them; NULL if there are none. \
                   More than 1,048,576 bytes are an error, or with ON OVERFLOW TRUNCATE ['...'] WITH | WITHOUT COUNT \
                   the rest is left out, and what stands in its place says how many values are missing.",
            origin: Origin::Here,
            examples: &[(
                "SELECT listagg(x, ', ') WITHIN GROUP (ORDER BY x) FROM (VALUES ('b'), (NULL), ('a')) AS t(x)",
                "a, b",
            )],
        },
        Collected { accept, returns: |_| DataType::Utf8View, collect: listagg },
    )
}

/// The grammar writes ON OVERFLOW TRUNCATE as three more arguments: `'truncate'`, the filler, and whether to count.
fn accept(given: &[DataType]) -> Option<Vec<DataType>> {
    match given {
        [x] => Some(vec![text(x)?]),
        [x, separator] => Some(vec![text(x)?, text(separator)?]),
        [x, separator, overflow, filler, DataType::Boolean] => {
            Some(vec![text(x)?, text(separator)?, text(overflow)?, text(filler)?, DataType::Boolean])
        }
        _ => None,
    }
}

/// What is written in the place of texts that do not fit.
struct Overflow<'a> {
    filler: &'a str,
    counts: bool,
}

fn listagg(columns: &[ArrayRef], _returns: &DataType) -> Result<ScalarValue> {
    let [texts, rest @ ..] = columns else { return Ok(ScalarValue::Utf8View(None)) };
    let constant = |place: usize| {
        rest.get(place).filter(|column| column.is_valid(0)).map(|column| column.as_string_view().value(0))
    };
    let overflow = rest
        .get(3)
        .and_then(|column| column.as_boolean_opt())
        .map(|counts| Overflow { filler: constant(2).unwrap_or("..."), counts: counts.value(0) });
    let texts: Vec<&str> = texts.as_string_view().iter().flatten().collect();
    if texts.is_empty() {
        return Ok(ScalarValue::Utf8View(None));
    }
    joined(&texts, constant(0).unwrap_or(""), overflow.as_ref(), MOST_BYTES)
        .map(|list| ScalarValue::Utf8View(Some(list)))
}

fn joined(texts: &[&str], separator: &str, overflow: Option<&Overflow<'_>>, most: usize) -> Result<String> {
    let mut list = String::new();
    for (place, text) in texts.iter().enumerate() {
        let before = if place == 0 { "" } else { separator };
        if list.len() + before.len() + text.len() > most {
            let Some(overflow) = overflow else {
                return exec_err!(
                    "Concatenated string has the length in bytes larger than the maximum output length {most}"
                );
            };
            list.push_str(before);
            list.push_str(overflow.filler);
            if overflow.counts {
                list.extend(["(", &(texts.len() - place).to_string(), ")"]);
            }
            return Ok(list);
        }
        list.push_str(before);
        list.push_str(text);
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_an_error_or_left_out() {
        let texts = ["aaa", "bbb", "ccc"];
        assert_eq!(joined(&texts, ",", None, 11).unwrap(), "aaa,bbb,ccc");
        assert!(
            joined(&texts, ",", None, 10).unwrap_err().to_string().contains("larger than the maximum output length 10")
        );
        let counted = Overflow { filler: "...", counts: true };
        assert_eq!(joined(&texts, ",", Some(&counted), 5).unwrap(), "aaa,...(2)");
        let silent = Overflow { filler: "etc", counts: false };
        assert_eq!(joined(&texts, ",", Some(&silent), 2).unwrap(), "etc");
    }
}
