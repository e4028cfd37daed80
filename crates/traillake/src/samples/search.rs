//! Finding a sample by words, or by half a name.

use super::{Sample, sample, samples};

/// Edits that a name may differ by for each three of its characters.
const CHARACTERS_PER_EDIT: usize = 3;

/// The samples that hold every word somewhere, in any letter case, best first.
///
/// A word counts most in the name, then in the title and the controls, least in the statement.
///
/// ```
/// let found = traillake::search_samples("root user");
/// assert_eq!(found[0].name, "root-user-activity");
/// ```
pub fn search_samples(words: &str) -> Vec<&'static Sample> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(u32, &Sample)> =
        samples().iter().filter_map(|sample| Some((score(sample, &words)?, sample))).collect();
    found.sort_by(|(left, a), (right, b)| right.cmp(left).then_with(|| a.name.cmp(b.name)));
    found.into_iter().map(|(_, sample)| sample).collect()
}

/// The sample somebody may have meant.
pub fn nearest_sample(name: &str) -> Option<&'static Sample> {
    let distance = |sample: &Sample| strsim::damerau_levenshtein(&name.to_lowercase(), sample.name);
    let allowed = name.chars().count() / CHARACTERS_PER_EDIT;
    let misspelt = samples().iter().map(|sample| (distance(sample), sample)).min_by_key(|(distance, _)| *distance);
    let misspelt = misspelt.filter(|(distance, _)| *distance <= allowed).map(|(_, sample)| sample);
    let words = name.replace(['-', '_', '.'], " ");
    sample(name.trim_end_matches(".sql")).or(misspelt).or_else(|| search_samples(&words).first().copied())
}

/// How well a sample fits; `None` when a word is nowhere.
fn score(sample: &Sample, words: &[String]) -> Option<u32> {
    let fields = fields(sample);
    words.iter().try_fold(0, |total, word| {
        let weights = fields.iter().filter(|(_, text)| text.contains(word.as_str())).map(|(weight, _)| *weight);
        weights.max().map(|best| total + best)
    })
}

/// The texts a word may be in, lower case, with what it counts there.
fn fields(sample: &Sample) -> [(u32, String); 6] {
    let parameters = sample.parameters.iter().map(|parameter| format!("{} {}\n", parameter.name, parameter.text));
    let texts = [
        (32, sample.name.to_owned()),
        (16, sample.title.clone()),
        (8, format!("{}\n{}", sample.controls.join("\n"), sample.kind)),
        (4, sample.why.clone()),
        (2, parameters.collect()),
        (1, sample.sql.to_owned()),
    ];
    texts.map(|(weight, text)| (weight, text.to_lowercase()))
}
