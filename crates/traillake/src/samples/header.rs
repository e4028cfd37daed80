//! The header of a sample's file.

use traillake_model::EventDataStoreKind;

use super::{Sample, SampleError, SampleParameter};

/// One field: where it starts, its name, and its text with what continues it.
struct Field {
    line: usize,
    name: String,
    text: String,
}

/// Reads a file.
pub(super) fn read(name: &'static str, text: &'static str) -> Result<Sample, SampleError> {
    let (fields, sql) = split(name, text)?;
    refuse_repeated(name, &fields)?;
    if sql.is_empty() {
        return Err(SampleError::NoStatement { sample: name });
    }
    let required = |field: &'static str| {
        let found = fields.iter().find(|found| found.name == field && !found.text.is_empty());
        found.ok_or(SampleError::MissingField { sample: name, field })
    };
    Ok(Sample {
        name,
        title: required("title")?.text.clone(),
        why: required("why")?.text.clone(),
        controls: controls(&required("controls")?.text),
        kind: kind(name, required("kind")?)?,
        parameters: parameters(name, &fields)?,
        sql,
        text,
    })
}

fn split(sample: &'static str, text: &'static str) -> Result<(Vec<Field>, &'static str), SampleError> {
    let mut fields: Vec<Field> = Vec::new();
    let mut rest = text;
    for (place, line) in text.lines().enumerate() {
        let Some(comment) = line.strip_prefix("--") else { break };
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        let line = place + 1;
        match (comment.strip_prefix("   "), fields.last_mut()) {
            (Some(more), Some(field)) => {
                field.text.push(' ');
                field.text.push_str(more.trim());
            }
            _ => fields.push(field(sample, line, comment)?),
        }
    }
    Ok((fields, rest.trim()))
}

fn field(sample: &'static str, line: usize, comment: &str) -> Result<Field, SampleError> {
    let (name, text) = comment.split_once(':').ok_or(SampleError::NoField { sample, line })?;
    let (name, text) = (name.trim().to_owned(), text.trim().to_owned());
    if !["title", "why", "controls", "kind", "parameter"].contains(&name.as_str()) {
        return Err(SampleError::UnknownField { sample, line, field: name });
    }
    Ok(Field { line, name, text })
}

fn refuse_repeated(sample: &'static str, fields: &[Field]) -> Result<(), SampleError> {
    let earlier = |place: usize, name: &str| fields.iter().take(place).any(|field| field.name == name);
    let repeated =
        fields.iter().enumerate().find(|(place, field)| field.name != "parameter" && earlier(*place, &field.name));
    match repeated {
        Some((_, Field { line, name, .. })) => Err(SampleError::Repeated { sample, line: *line, field: name.clone() }),
        None => Ok(()),
    }
}

fn controls(text: &str) -> Vec<String> {
    if text == "none" {
        return Vec::new();
    }
    text.split(',').map(str::trim).filter(|control| !control.is_empty()).map(str::to_owned).collect()
}

fn kind(sample: &'static str, field: &Field) -> Result<EventDataStoreKind, SampleError> {
    let unknown = |_| SampleError::UnknownKind { sample, line: field.line, kind: field.text.clone() };
    field.text.parse().map_err(unknown)
}

fn parameters(sample: &'static str, fields: &[Field]) -> Result<Vec<SampleParameter>, SampleError> {
    let mut parameters: Vec<SampleParameter> = Vec::new();
    for field in fields.iter().filter(|field| field.name == "parameter") {
        let invalid = || SampleError::InvalidParameter { sample, line: field.line, text: field.text.clone() };
        let parameter = SampleParameter::read(&field.text).ok_or_else(invalid)?;
        if parameters.iter().any(|known| known.is_named(&parameter.name)) {
            return Err(SampleError::Repeated { sample, line: field.line, field: parameter.name });
        }
        parameters.push(parameter);
    }
    Ok(parameters)
}
