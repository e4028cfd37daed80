//! SearchSampleQueries: the bundled queries that fit a phrase.

use serde::{Deserialize, Serialize};

use crate::aws::paging::Pager;
use crate::aws::request::Request;
use crate::aws::shapes::NEXT_TOKEN;
use crate::aws::validate::{Member, Pattern, Shape, matching, optional, required};
use crate::aws::{ApiResult, Call};

/// Entries of a page that names no size.
const PAGE_SIZE: usize = 10;

/// `^[ -~\n]*$`: printable ASCII and line feeds.
const PRINTABLE: Pattern =
    Pattern { text: r"^[ -~\n]*$", fits: |text| text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) };

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SearchRequest {
    search_phrase: String,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl Request for SearchRequest {
    const MEMBERS: &'static [Member] = &[
        required("SearchPhrase", &matching(2, 1000, PRINTABLE)),
        optional("MaxResults", &Shape::Integer { min: 1, max: 50 }),
        NEXT_TOKEN,
    ];
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SearchAnswer {
    search_results: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    name: String,
    description: String,
    #[serde(rename = "SQL")]
    sql: String,
    relevance: f64,
}

/// The bundled queries that fit, best first; their statements have values for all but `$EDS_ID`.
pub(super) fn search(call: &Call, request: &SearchRequest) -> ApiResult<SearchAnswer> {
    let pager = Pager::new(call, "SearchSampleQueries", &request.search_phrase, request.next_token.as_deref())?;
    let now = call.service.clock.now();
    let ranked = traillake::rank_samples(&request.search_phrase);
    let found: Vec<_> = ranked.into_iter().enumerate().collect();
    let size = request.max_results.unwrap_or(PAGE_SIZE);
    let (page, next_token) = pager.page(found, size, |(place, _)| format!("{place:06}"));
    let found = page.into_iter().map(|(_, (relevance, sample))| Found {
        name: sample.title.clone(),
        description: sample.why.clone(),
        sql: sample.statement(&sample.defaults(now)),
        relevance,
    });
    Ok(SearchAnswer { search_results: found.collect(), next_token })
}
