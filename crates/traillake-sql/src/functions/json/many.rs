//! Paths with several answers, `$.Statement[*].Action` and `$.Rule[?(@.Status === "Enabled")]`, and names without
//! a `$` before them. Trino refuses them; queries that AWS publishes for Lake use them, with Jayway's meaning.

mod condition;
mod syntax;

use std::borrow::Cow;

use super::path::Step;
use super::scan;
use condition::Condition;

/// Where a path turns, in order.
#[derive(Debug, PartialEq)]
pub(super) struct Turns(Vec<Turn>);

#[derive(Debug, PartialEq)]
enum Turn {
    To(Step),
    /// `[*]`, `.*`: to every element or member.
    Every,
    /// `[?(...)]`: to the elements that the condition holds for, to an object if it holds for it.
    Where(Condition),
}

impl Turns {
    /// Reads a path; `None` if it is none.
    pub(super) fn parse(path: &str) -> Option<Self> {
        syntax::turns(path).map(Self)
    }

    /// What the path leads to, an array of it if it may be more than one.
    pub(super) fn find<'a>(&self, json: &'a str) -> Option<Cow<'a, str>> {
        let mut found = Vec::new();
        gather(scan::whole(json)?, &self.0, true, &mut found)?;
        if self.0.iter().all(|turn| matches!(turn, Turn::To(_))) {
            return found.first().copied().map(Cow::Borrowed);
        }
        Some(Cow::Owned(format!("[{}]", found.join(","))))
    }
}

/// Gathers what the turns lead to; `None` if nothing is where a single thing should be.
fn gather<'a>(json: &'a str, turns: &[Turn], single: bool, found: &mut Vec<&'a str>) -> Option<()> {
    let Some((turn, turns)) = turns.split_first() else {
        found.push(json);
        return Some(());
    };
    let next = match turn {
        Turn::To(step) => match step.from(json) {
            Some(child) => return gather(child, turns, single, found),
            None if single => return None,
            None => Vec::new(),
        },
        Turn::Every => children(json),
        Turn::Where(condition) => chosen(json, condition),
    };
    next.into_iter().try_for_each(|child| gather(child, turns, false, found))
}

fn children(json: &str) -> Vec<&str> {
    let members = || scan::members(json).map(|members| members.into_iter().map(|(_, value)| value).collect());
    scan::elements(json).or_else(members).unwrap_or_default()
}

fn chosen<'a>(json: &'a str, condition: &Condition) -> Vec<&'a str> {
    let candidates = scan::elements(json).unwrap_or_else(|| Vec::from_iter(json.starts_with('{').then_some(json)));
    candidates.into_iter().filter(|candidate| condition.holds(candidate)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULES: &str = r#"{"Rule": [{"ID": "a", "Status": "Enabled", "Expiration": {"Days": 30}},
        {"ID": "b", "Status": "Disabled"}, {"ID": "c", "Status": "Enabled", "Expiration": {"Days": 365}}, 7, null]}"#;

    fn found(path: &str) -> Option<String> {
        Turns::parse(path).unwrap().find(RULES).map(Cow::into_owned)
    }

    fn ids(condition: &str) -> String {
        found(&format!("$.Rule[?({condition})].ID")).unwrap().replace('"', "")
    }

    #[test]
    fn every_element_and_every_member() {
        assert_eq!(found("$.Rule[*].Expiration.Days").unwrap(), "[30,365]");
        assert_eq!(found("$.Rule[*].*.Days").unwrap(), "[30,365]");
        assert_eq!(found("$.*[1].ID").unwrap(), r#"["b"]"#);
        assert_eq!(found("$.Rule[*].Nothing").unwrap(), "[]");
        assert_eq!(found("$.Rule[0].ID[*]").unwrap(), "[]", "a text has no elements");
    }

    #[test]
    fn nothing_where_one_thing_should_be_is_nothing_at_all() {
        assert_eq!(found("$.Rules[*].ID"), None);
        assert_eq!(found("$.Rule[9][*]"), None);
        assert_eq!(found("$.Rules[?(@.ID)]"), None);
    }

    #[test]
    fn conditions_choose_elements() {
        assert_eq!(ids("@.Status === \"Enabled\""), "[a,c]");
        assert_eq!(ids("@.Status == 'Disabled'"), "[b]");
        assert_eq!(ids("@.Status != 'Enabled'"), "[b]");
        assert_eq!(ids("@.Expiration.Days < 90"), "[a]");
        assert_eq!(ids("90 <= @.Expiration.Days"), "[c]");
        assert_eq!(ids("@.Expiration.Days >= 30 && @.ID > 'b'"), "[c]");
        assert_eq!(ids("@.ID == 'b' || @['ID'] == 'a'"), "[a,b]");
        assert_eq!(ids("!(@.Expiration) && @.ID"), "[b]");
        assert_eq!(found("$.Rule[?(@.Expiration.Days)].ID").unwrap(), r#"["a","c"]"#);
    }

    #[test]
    fn kinds_are_compared_as_written_only_by_the_strict_operators() {
        assert_eq!(ids("@.Expiration.Days == '30'"), "[a]");
        assert_eq!(ids("@.Expiration.Days === '30'"), "[]");
        assert_eq!(ids("@.Expiration.Days === 30.0"), "[a]");
        assert_eq!(ids("@.Expiration.Days < '90'"), "[]", "a number is not less than a text");
        assert_eq!(found("$.Rule[?(@ == null)]").unwrap(), "[null]");
    }

    #[test]
    fn an_object_is_its_own_candidate() {
        let found = |path: &str| Turns::parse(path).unwrap().find(r#"{"a": {"b": 1}}"#).map(Cow::into_owned);
        assert_eq!(found("$.a[?(@.b == 1)]").unwrap(), r#"[{"b": 1}]"#);
        assert_eq!(found("$.a.b[?(@ == 1)]").unwrap(), "[]");
    }

    #[test]
    fn a_name_needs_no_dollar() {
        let found = |path: &str| Turns::parse(path)?.find(r#"{"a": {"b": [1]}}"#).map(Cow::into_owned);
        assert_eq!(found("a").unwrap(), r#"{"b": [1]}"#);
        assert_eq!(found("a.b[0]").unwrap(), "1");
        assert_eq!(found("c"), None);
    }

    #[test]
    fn what_is_no_path_is_none() {
        let deep = format!("$[?({}@.a{})]", "(".repeat(1000), ")".repeat(1000));
        let long = format!("${}", "[*]".repeat(1000));
        for path in [
            "",
            "$[",
            "$[*",
            "$*",
            "$..a",
            "$[?]",
            "$[?()]",
            "$[?(@.a == )]",
            "$[?(@.a = 1)]",
            "$[?(@.a == 1]",
            "$[?(@.a ==\"1)]",
            "$[?(@.a == 1 && )]",
            "$[?(@.a =~ /x/)]",
            "$[?(1)]",
            "$[-1]",
            "$[0:1]",
            "a b",
            "lax $.a",
            &deep,
            &long,
        ] {
            assert_eq!(Turns::parse(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_and_no_text_makes_it_panic(path in "[$@.\\[\\]*?()<>=!&|\"'a0é -]{0,24}", json in "[\\[\\]{}\":,a0 ]{0,16}") {
            if let Some(turns) = Turns::parse(&path) {
                let _ = turns.find(&json);
            }
        }
    }
}
