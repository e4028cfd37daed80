//! Tests of the translation: what Java's constructs match.

use fancy_regex::Regex;

use super::translate;

/// What the exact translation matches first; the quick one must agree where it may be used.
fn found(pattern: &str, text: &str) -> Option<String> {
    let translation = translate(pattern).unwrap();
    let find = |pattern: &str| {
        let regex = Regex::new(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        regex.find(text).unwrap().map(|found| found.as_str().to_owned())
    };
    let exact = find(&translation.exact);
    if text.is_ascii() && !text.ends_with('\n') {
        assert_eq!(find(&translation.quick), exact, "{pattern} on {text}");
    }
    exact
}

fn matches(pattern: &str, text: &str) -> bool {
    found(&format!("^(?:{pattern})$"), text).is_some()
}

#[test]
fn plain_patterns_stay_plain() {
    assert_eq!(translate("^arn:aws:iam::[0-9]{12}:.*$").unwrap().quick, r"\Aarn:aws:iam::[0-9]{12}:.*\z");
    assert_eq!(translate(r"(a|b)+?c*+\.").unwrap().quick, r"(a|b)+?c*+\.");
}

#[test]
fn shorthand_classes_are_ascii() {
    assert!(matches(r"\d\D\w\W\s\S", "1a_- x"));
    assert!(!matches(r"\d", "٣"));
    assert!(!matches(r"\w", "é"));
    assert!(matches(r"[\w-]+", "a-b"));
    assert!(matches(r"[^\s\d]", "x"));
    assert!(matches(r"\h\v\H\V", "\u{A0}\u{2028}xy"));
    assert!(matches(r"a\Rb\Rc", "a\r\nb\u{85}c"));
}

#[test]
fn properties_have_java_s_names() {
    assert!(matches(r"\p{Lower}\p{Upper}\p{Alpha}\p{Digit}\p{Punct}", "aAa1~"));
    assert!(!matches(r"\p{Alpha}", "é"));
    assert!(matches(r"\p{IsAlphabetic}\p{L}\pL\p{javaLowerCase}\p{IsLatin}\p{sc=Greek}", "éééééα"));
    assert!(matches(r"\P{L}[\p{Lu}&&[^A]][\P{Digit}]", "1Bx"));
    assert!(matches(r"\p{javaWhitespace}\p{IsPunctuation}\p{LD}", " -1"));
    for bad in [r"\p{InGreek}", r"\p{", r"\p{}", r"\p"] {
        assert!(translate(bad).is_err(), "{bad}");
    }
}

#[test]
fn brackets_nest_and_intersect() {
    assert!(matches("[a-z&&[^aeiou]]+", "bcd"));
    assert!(!matches("[a-z&&[^aeiou]]", "a"));
    assert!(matches("[a-c[x-z]]+", "abxyz"));
    assert!(matches("[]a]+", "]a"));
    assert!(matches("[^]]", "a"));
    assert!(matches("[a&]+", "a&"));
    assert!(matches("[-a]+[a-]+", "-aa-"));
    assert!(matches("[[:alpha:]]+", "alph:"));
    assert!(matches("[~~#--]+", "~#-"));
    assert!(matches(r"[\]\[\\^]+", r"][\^"));
    for bad in ["[z-a]", "[a", r"[a-\d]"] {
        assert!(translate(bad).is_err(), "{bad}");
    }
}

#[test]
fn look_around_references_and_atomic_groups_work() {
    assert_eq!(found(r"(?<=user/)\w+(?!/)", "arn:user/bob"), Some("bob".to_owned()));
    assert!(matches(r"(a)(b)\2\1", "abba"));
    assert!(matches(r"(?<x>a.)\k<x>", "axax"));
    assert!(matches(r"(a)\11", "aa1"));
    assert!(!matches(r"(?>a*)a", "aaa"));
    assert!(!matches(r"a*+a", "aaa"));
    assert!(matches(r"(?i)(a)\1", "aA"));
    for bad in [r"\1(a)", r"\k<x>", r"\k", "(?<x>a)(?<x>b)", "(?<1>a)", "(?<x"] {
        assert!(translate(bad).is_err(), "{bad}");
    }
}

#[test]
fn flags_hold_to_the_end_of_their_group() {
    assert!(matches("(?i)root|BOB", "bob"));
    assert!(matches("(a(?i)b)c", "aBc"));
    assert!(!matches("(a(?i)b)c", "aBC"));
    assert!(!matches("(?:a(?i)b)c", "aBC"));
    assert!(matches("(?i:a)b", "Ab"));
    assert!(!matches("(?i:a)b", "AB"));
    assert!(matches("(?i)a(?-i)b", "Ab"));
    assert!(matches("(?s)a.b", "a\nb"));
    assert!(!matches("a.b", "a\nb"));
    assert!(matches("(?x) a b # all of it\n c [ d e ]", "abcd"));
    assert!(matches("(?i)É", "é"));
    for bad in ["(?U)a", "(?i", "(?", "(?i-", "(?P<x>a)"] {
        assert!(translate(bad).is_err(), "{bad}");
    }
}

#[test]
fn anchors_know_the_last_newline() {
    assert_eq!(found("a$", "a\n"), Some("a".to_owned()));
    assert_eq!(found(r"a\Z", "a\n"), Some("a".to_owned()));
    assert_eq!(found(r"a\z", "a\n"), None);
    assert_eq!(found("a$", "a\nb"), None);
    assert_eq!(found("(?m)a$", "a\nb"), Some("a".to_owned()));
    assert_eq!(found("(?m)^b", "a\nb"), Some("b".to_owned()));
    assert_eq!(found("(?m)^$", "a\n"), None);
    assert_eq!(found("(?m)^", ""), Some(String::new()));
    assert_eq!(found(r"\bé", "é"), None);
    assert_eq!(found(r"\Bé", "é"), Some("é".to_owned()));
    assert_eq!(found(r"\bfoo\b", "a foo b"), Some("foo".to_owned()));
}

#[test]
fn escapes_name_characters() {
    assert!(matches(r"\x41\u0042\x{43}\0104\t\cA\e\a", "ABCD\t\u{1}\u{1B}\u{7}"));
    assert!(matches(r"\uD83D\uDE00", "😀"));
    assert!(matches(r"\Qa.b*\E+", "a.b**"));
    assert!(matches(r"\<\>\-\#\ ", "<>-# "));
    assert!(matches(r"[\x41-\u0043]+", "ABC"));
    assert_eq!(found(r"\Q(", "("), Some("(".to_owned()));
    for bad in [r"\", r"\y", r"\x4", r"\u12", r"\uD83D", r"\0", r"\x{110000}", r"\X"] {
        assert!(translate(bad).is_err(), "{bad}");
    }
}

#[test]
fn braces_that_repeat_nothing_are_characters() {
    assert!(matches("{a}", "{a}"));
    assert!(matches("a{,2}", "a{,2}"));
    assert!(matches("a{2,3}", "aa"));
    assert!(matches("a{2,}?", "aaaa"));
    for bad in ["*a", "a**", "a+*", "+", "(*a)", ")", "(", "(a", "a|*"] {
        assert!(translate(bad).is_err(), "{bad}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    assert!(translate(&"(".repeat(10_000)).is_err());
    assert!(translate(&"[".repeat(10_000)).is_err());
    assert!(translate(&format!("{}a{}", "(".repeat(49), ")".repeat(49))).is_ok());
}

proptest::proptest! {
    #[test]
    fn no_pattern_panics(pattern in r"[a-c0-9\\\[\](){}|*+?.^$&<>:=!\-pPQEkxuib ]{0,40}") {
        if let Ok(translation) = translate(&pattern) {
            let _ = Regex::new(&translation.exact);
            let _ = Regex::new(&translation.quick);
        }
    }

    #[test]
    fn a_quoted_text_matches_itself(text in r"[^\\]{0,20}") {
        let translation = translate(&format!("\\Q{text}\\E")).unwrap();
        let regex = Regex::new(&format!(r"\A(?:{})\z", translation.exact)).unwrap();
        proptest::prop_assert!(regex.is_match(&text).unwrap());
    }
}
