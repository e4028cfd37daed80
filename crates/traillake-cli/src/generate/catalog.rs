//! The kinds of events: what an organisation does all day, by weight.

mod compute;
mod data_plane;
mod identity;
mod platform;

use super::random::Random;
use super::template::{Compiled, Template};

/// All templates, compiled, with a table to draw from.
#[derive(Debug)]
pub(crate) struct Catalog {
    templates: Vec<Compiled>,
    /// Running totals of the weights.
    everywhere: Vec<(u64, usize)>,
    regional: Vec<(u64, usize)>,
}

impl Catalog {
    pub(crate) fn new() -> Self {
        let templates: Vec<Compiled> = all().map(Compiled::new).collect();
        let everywhere = totals(&templates, |_| true);
        let regional = totals(&templates, |template| !template.global);
        Self { templates, everywhere, regional }
    }

    /// A template for a region: global services write to us-east-1 only.
    pub(crate) fn draw(&self, region: &str, random: &mut Random) -> Option<&Compiled> {
        let totals = if region == "us-east-1" { &self.everywhere } else { &self.regional };
        let at = random.below(totals.last()?.0);
        let place = totals.partition_point(|(total, _)| *total <= at);
        self.templates.get(totals.get(place)?.1)
    }
}

/// Every template of the catalogue.
pub(crate) fn all() -> impl Iterator<Item = &'static Template> {
    [compute::TEMPLATES, identity::TEMPLATES, data_plane::TEMPLATES, platform::TEMPLATES].into_iter().flatten()
}

fn totals(templates: &[Compiled], keep: impl Fn(&Template) -> bool) -> Vec<(u64, usize)> {
    let mut total = 0;
    let mut totals = Vec::new();
    for (place, compiled) in templates.iter().enumerate() {
        if keep(&compiled.template) {
            total += u64::from(compiled.template.weight);
            totals.push((total, place));
        }
    }
    totals
}
