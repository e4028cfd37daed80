//! Finding a sample by words, or by half a name.

use std::collections::BTreeSet;

use super::{Sample, sample, samples};

/// What a word counts in the name of a sample.
const NAME_WEIGHT: u32 = 32;
/// What a word tells that no sample holds: as little as a common one.
const UNKNOWN_RARITY: f64 = 0.5;
/// A sample below is not found at all.
const LEAST_RELEVANCE: f64 = 0.05;

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

/// The samples that fit a phrase, best first, each with how well: above 0, and 1 when every word is in its name.
///
/// A word counts the more, the fewer samples hold it; words that none holds count against all.
///
/// ```
/// let (relevance, sample) = traillake::rank_samples("who used the root user?")[0];
/// assert_eq!(sample.name, "root-user-activity");
/// assert!(relevance > 0.5 && relevance <= 1.0);
/// ```
pub fn rank_samples(phrase: &str) -> Vec<(f64, &'static Sample)> {
    let lower = phrase.to_lowercase();
    let words: BTreeSet<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let texts: Vec<_> = samples().iter().map(|sample| (sample, fields(sample))).collect();
    let mut sums = vec![0.0; texts.len()];
    let mut most = 0.0;
    for word in words {
        let shares: Vec<f64> = texts.iter().map(|(_, fields)| share(fields, word)).collect();
        let holders = shares.iter().filter(|share| **share > 0.0).count();
        let rarity = rarity(holders, texts.len());
        most += rarity;
        sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += rarity * share);
    }
    let relevance = |sum: f64| if most > 0.0 { sum / most } else { 0.0 };
    let mut ranked: Vec<_> = sums.into_iter().map(relevance).zip(texts.iter().map(|(sample, _)| *sample)).collect();
    ranked.retain(|(relevance, _)| *relevance >= LEAST_RELEVANCE);
    ranked.sort_by(|(left, a), (right, b)| right.total_cmp(left).then_with(|| a.name.cmp(b.name)));
    ranked
}

/// What a word counts in a sample: 1 in its name, less elsewhere, 0 where it is not.
fn share(fields: &[(u32, String)], word: &str) -> f64 {
    let held = fields.iter().find(|(_, text)| holds(text, word)).map(|(weight, _)| *weight);
    held.map_or(0.0, |weight| f64::from(weight) / f64::from(NAME_WEIGHT))
}

/// Whether a text has a word that begins so; short words stand for themselves alone.
fn holds(text: &str, word: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|found| found == word || (word.len() > 3 && found.starts_with(word)))
}

/// How much a word tells that so many of all samples hold: nothing that all do.
fn rarity(holders: usize, all: usize) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    if holders == 0 { UNKNOWN_RARITY } else { (count(all) / count(holders)).ln() }
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
        (NAME_WEIGHT, sample.name.to_owned()),
        (16, sample.title.clone()),
        (8, format!("{}\n{}", sample.controls.join("\n"), sample.kind)),
        (4, sample.why.clone()),
        (2, parameters.collect()),
        (1, sample.sql.to_owned()),
    ];
    texts.map(|(weight, text)| (weight, text.to_lowercase()))
}
