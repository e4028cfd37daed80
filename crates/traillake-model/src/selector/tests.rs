use std::{borrow::Cow, cell::Cell, collections::HashMap};

use proptest::prelude::*;

use super::*;
use crate::{EventDataStoreKind, limits};

/// An event made of the texts of its fields.
#[derive(Clone, Debug, Default)]
struct Event {
    texts: HashMap<&'static str, String>,
    resources: Vec<(Option<&'static str>, Option<String>)>,
    resources_asked: Cell<usize>,
}

impl Event {
    fn of(category: &str) -> Self {
        Self::default().with(SelectorField::EventCategory, category)
    }

    fn with(mut self, field: SelectorField, text: &str) -> Self {
        self.texts.insert(field.as_str(), text.to_owned());
        self
    }

    fn with_resource(mut self, resource_type: &'static str, arn: &str) -> Self {
        self.resources.push((Some(resource_type), Some(arn.to_owned())));
        self
    }
}

impl SelectorInput for Event {
    fn text(&self, field: SelectorField) -> Option<Cow<'_, str>> {
        self.texts.get(field.as_str()).map(|text| text.as_str().into())
    }

    fn resources(&self) -> Vec<SelectorResource<'_>> {
        self.resources_asked.set(self.resources_asked.get() + 1);
        let entry = |(resource_type, arn): &'_ (Option<&'static str>, Option<String>)| SelectorResource {
            resource_type: resource_type.map(Cow::from),
            arn: arn.clone().map(Cow::from),
        };
        self.resources.iter().map(entry).collect()
    }
}

fn selectors(json: &str) -> Vec<AdvancedEventSelector> {
    AdvancedEventSelector::parse_list(json).unwrap()
}

/// One selector with these field selectors.
fn one(fields: &str) -> Vec<AdvancedEventSelector> {
    selectors(&format!(r#"[{{"FieldSelectors":[{fields}]}}]"#))
}

fn compile(fields: &str) -> SelectorMatcher {
    SelectorMatcher::try_new(&one(fields), EventDataStoreKind::CloudTrail).unwrap()
}

fn problem(list: &[AdvancedEventSelector], kind: EventDataStoreKind) -> SelectorProblem {
    SelectorMatcher::try_new(list, kind).unwrap_err().problem
}

const MANAGEMENT: &str = r#"{"Field":"eventCategory","Equals":["Management"]}"#;
const DATA: &str = r#"{"Field":"eventCategory","Equals":["Data"]}"#;
const S3_OBJECT: &str = r#"{"Field":"resources.type","Equals":["AWS::S3::Object"]}"#;
const NETWORK: &str = r#"{"Field":"eventCategory","Equals":["NetworkActivity"]}"#;
const EC2: &str = r#"{"Field":"eventSource","Equals":["ec2.amazonaws.com"]}"#;

#[test]
fn the_json_form_of_aws_is_read_and_written_back() {
    let json = r#"[{"Name":"objects","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.ARN","NotStartsWith":["arn:aws:s3:::logs/"],"NotEndsWith":["/"]}]},{"FieldSelectors":[]}]"#;
    assert_eq!(serde_json::to_string(&selectors(json)).unwrap(), json);
}

#[test]
fn unknown_members_and_operators_are_refused_when_reading() {
    for json in [
        "",
        "{}",
        r#"{"FieldSelectors":[]}"#,
        r#"[{"Name":"x"}]"#,
        r#"[{"FieldSelectors":[{"Field":"eventName","Contains":["x"]}]}]"#,
        r#"[{"FieldSelectors":[{"Field":"eventName","equals":["x"]}]}]"#,
        r#"[{"FieldSelectors":[{"Field":"readOnly","Equals":[true]}]}]"#,
        r#"[{"FieldSelectors":[{"Equals":["x"]}]}]"#,
    ] {
        let error = AdvancedEventSelector::parse_list(json).unwrap_err();
        assert!(error.hint().is_some(), "{json}");
    }
}

#[test]
fn the_default_selector_takes_management_events() {
    let list = [AdvancedEventSelector::default_management_events()];
    let matcher = SelectorMatcher::try_new(&list, EventDataStoreKind::CloudTrail).unwrap();
    assert!(matcher.matches(&Event::of("Management")));
    assert!(!matcher.matches(&Event::of("Data")));
    assert!(!matcher.matches(&Event::default()));
}

#[test]
fn the_worked_example_of_the_user_guide_holds() {
    let bucket = "arn:aws:s3:::amzn-s3-demo-bucket";
    let matcher = compile(&format!(
        r#"{DATA},{S3_OBJECT},{{"Field":"resources.ARN","Equals":["{bucket}/object1"],
        "StartsWith":["{bucket}/"],"EndsWith":["object3"],"NotStartsWith":["{bucket}/deselect"],
        "NotEndsWith":["object5"],"NotEquals":["{bucket}/object6"]}}"#
    ));
    let taken = |arn: &str| matcher.matches(&Event::of("Data").with_resource("AWS::S3::Object", arn));
    assert!(taken(&format!("{bucket}/object1")));
    assert!(taken(&format!("{bucket}/object2")));
    assert!(taken("arn:aws:s3:::other-bucket/object3"));
    assert!(!taken(&format!("{bucket}/deselectObject4")));
    assert!(!taken(&format!("{bucket}/object5")));
    assert!(!taken(&format!("{bucket}/object6")));
    assert!(!taken("arn:aws:s3:::other-bucket/object7"));
}

#[test]
fn a_missing_field_meets_deselect_conditions_only() {
    let not_console =
        compile(&format!(r#"{MANAGEMENT},{{"Field":"sessionCredentialFromConsole","NotEquals":["true"]}}"#));
    let event = Event::of("Management");
    assert!(not_console.matches(&event));
    assert!(!not_console.matches(&event.clone().with(SelectorField::SessionCredentialFromConsole, "true")));
    let writes = compile(&format!(r#"{MANAGEMENT},{{"Field":"readOnly","Equals":["false"]}}"#));
    assert!(!writes.matches(&event));
    assert!(writes.matches(&event.with(SelectorField::ReadOnly, "false")));
}

#[test]
fn fields_are_met_together_and_selectors_each_alone() {
    let list = selectors(&format!(
        r#"[{{"FieldSelectors":[{MANAGEMENT},{{"Field":"eventName","Equals":["RunInstances"]}},{EC2}]}},
            {{"FieldSelectors":[{NETWORK},{EC2}]}}]"#
    ));
    let matcher = SelectorMatcher::try_new(&list, EventDataStoreKind::CloudTrail).unwrap();
    let ec2 = |category| Event::of(category).with(SelectorField::EventSource, "ec2.amazonaws.com");
    assert!(!matcher.matches(&ec2("Management")));
    assert!(matcher.matches(&ec2("Management").with(SelectorField::EventName, "RunInstances")));
    assert!(matcher.matches(&ec2("NetworkActivity")));
}

#[test]
fn the_same_field_twice_has_to_meet_both() {
    let matcher = compile(&format!(
        r#"{MANAGEMENT},{{"Field":"eventName","StartsWith":["Get"]}},{{"Field":"eventName","EndsWith":["Policy"]}}"#
    ));
    let named = |name| matcher.matches(&Event::of("Management").with(SelectorField::EventName, name));
    assert!(named("GetPolicy"));
    assert!(!named("GetRole"));
    assert!(!named("PutPolicy"));
}

#[test]
fn comparison_is_exact_and_case_sensitive() {
    let matcher = compile(&format!(r#"{MANAGEMENT},{{"Field":"eventName","Equals":["GetRole","B","a"]}}"#));
    let named = |name| matcher.matches(&Event::of("Management").with(SelectorField::EventName, name));
    assert!(named("GetRole") && named("a") && named("B"));
    assert!(!named("getrole") && !named("GetRole2") && !named(""));
}

#[test]
fn type_and_arn_must_be_met_by_the_same_resource() {
    let matcher =
        compile(&format!(r#"{DATA},{S3_OBJECT},{{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::mine"]}}"#));
    let event = Event::of("Data").with_resource("AWS::S3::Object", "arn:aws:s3:::theirs/key");
    assert!(!matcher.matches(&event.clone().with_resource("AWS::S3::Bucket", "arn:aws:s3:::mine")));
    assert!(matcher.matches(&event.with_resource("AWS::S3::Object", "arn:aws:s3:::mine/key")));
}

#[test]
fn an_event_without_resources_is_not_of_any_type() {
    let matcher = compile(&format!("{DATA},{S3_OBJECT}"));
    assert!(!matcher.matches(&Event::of("Data")));
    let mut without_type = Event::of("Data");
    without_type.resources.push((None, Some("arn:aws:s3:::b/k".into())));
    assert!(!matcher.matches(&without_type));
}

#[test]
fn resources_are_asked_for_only_when_needed_and_once() {
    let list = selectors(&format!(
        r#"[{{"FieldSelectors":[{DATA},{S3_OBJECT}]}},
            {{"FieldSelectors":[{DATA},{{"Field":"resources.type","Equals":["AWS::Lambda::Function"]}}]}}]"#
    ));
    let matcher = SelectorMatcher::try_new(&list, EventDataStoreKind::CloudTrail).unwrap();
    let management = Event::of("Management");
    assert!(!matcher.matches(&management));
    assert_eq!(management.resources_asked.get(), 0);
    let data = Event::of("Data").with_resource("AWS::Lambda::Function", "arn:aws:lambda:r:1:f");
    assert!(matcher.matches(&data));
    assert_eq!(data.resources_asked.get(), 1);
}

#[test]
fn typical_selectors_of_the_user_guide_are_accepted() {
    let accepted = [
        MANAGEMENT.to_owned(),
        format!(r#"{MANAGEMENT},{{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}}"#),
        format!(r#"{MANAGEMENT},{{"Field":"readOnly","Equals":["true","false"]}}"#),
        format!(r#"{MANAGEMENT},{{"Field":"eventType","NotEquals":["AwsServiceEvent"]}}"#),
        format!(r#"{MANAGEMENT},{{"Field":"userIdentity.arn","NotStartsWith":["arn:aws:sts::1:assumed-role/r"]}}"#),
        format!(r#"{DATA},{S3_OBJECT},{{"Field":"resources.ARN","StartsWith":["arn:aws:s3:::bucket/"]}}"#),
        format!(r#"{DATA},{S3_OBJECT},{{"Field":"resources.ARN","Equals":["arn:aws:s3:::bucket/key:1"]}}"#),
        format!(r#"{NETWORK},{EC2},{{"Field":"errorCode","Equals":["VpceAccessDenied"]}}"#),
        format!(r#"{NETWORK},{EC2},{{"Field":"vpcEndpointId","Equals":["vpce-1"]}}"#),
    ];
    for fields in accepted {
        compile(&fields);
    }
}

#[test]
fn each_broken_rule_of_a_field_is_named() {
    let broken = [
        (format!(r#"{MANAGEMENT},{{"Field":"requestParameters","Equals":["x"]}}"#), "unknown field"),
        (format!(r#"{MANAGEMENT},{{"Field":"eventname","Equals":["x"]}}"#), "unknown field"),
        (format!(r#"{MANAGEMENT},{{"Field":"eventName"}}"#), "no operator"),
        (format!(r#"{MANAGEMENT},{{"Field":"eventName","Equals":[]}}"#), "`Equals` has no value"),
        (format!(r#"{MANAGEMENT},{{"Field":"eventName","Equals":[""]}}"#), "has 0 characters"),
        (format!(r#"{MANAGEMENT},{{"Field":"readOnly","NotEquals":["true"]}}"#), "operator `NotEquals`"),
        (format!(r#"{MANAGEMENT},{{"Field":"readOnly","Equals":["True"]}}"#), "expected `true`, `false`"),
        (format!(r#"{MANAGEMENT},{{"Field":"sessionCredentialFromConsole","Equals":["false"]}}"#), "expected `true`"),
        (format!("{MANAGEMENT},{S3_OBJECT}"), "not allowed with eventCategory `Management`"),
        (format!(r#"{MANAGEMENT},{{"Field":"errorCode","Equals":["x"]}}"#), "not allowed"),
        (DATA.to_owned(), "`resources.type` is required"),
        (format!(r#"{DATA},{{"Field":"resources.type","StartsWith":["AWS::S3"]}}"#), "expected `Equals`"),
        (format!(r#"{DATA},{{"Field":"resources.type","Equals":["a","b"]}}"#), "2 values"),
        (format!("{DATA},{S3_OBJECT},{S3_OBJECT}"), "2 times"),
        (format!(r#"{DATA},{S3_OBJECT},{{"Field":"resources.ARN","Equals":["bucket/key"]}}"#), "not a full ARN"),
        (format!(r#"{DATA},{S3_OBJECT},{{"Field":"resources.ARN","NotEquals":["arn:aws:s3:::"]}}"#), "not a full ARN"),
        (NETWORK.to_owned(), "`eventSource` is required"),
        (format!(r#"{NETWORK},{EC2},{{"Field":"readOnly","Equals":["true"]}}"#), "not allowed"),
        (format!(r#"{NETWORK},{EC2},{{"Field":"errorCode","Equals":["AccessDenied"]}}"#), "`VpceAccessDenied`"),
        (EC2.to_owned(), "`eventCategory` is required"),
        (format!("{MANAGEMENT},{DATA}"), "2 times"),
        (r#"{"Field":"eventCategory","Equals":["Management","Data"]}"#.to_owned(), "2 values"),
        (r#"{"Field":"eventCategory","NotEquals":["Data"]}"#.to_owned(), "expected `Equals`"),
        (r#"{"Field":"eventCategory","Equals":["management"]}"#.to_owned(), "`Management`"),
        (r#"{"Field":"eventCategory","Equals":["Aggregated"]}"#.to_owned(), "does not fit"),
    ];
    for (fields, expected) in broken {
        let list = selectors(&format!(r#"[{{"FieldSelectors":[{fields}]}}]"#));
        let error = SelectorMatcher::try_new(&list, EventDataStoreKind::CloudTrail).unwrap_err();
        assert!(error.to_string().contains(expected), "{fields}: {error}");
        assert!(error.to_string().starts_with("event selector 1"), "{error}");
    }
}

#[test]
fn an_error_names_selector_and_field() {
    let list = selectors(&format!(
        r#"[{{"FieldSelectors":[{MANAGEMENT}]}},
            {{"Name":"objects","FieldSelectors":[{DATA},{{"Field":"resources.type","EndsWith":["x"]}}]}}]"#
    ));
    let error = SelectorMatcher::try_new(&list, EventDataStoreKind::CloudTrail).unwrap_err();
    assert_eq!(
        error.to_string(),
        "event selector 2 (`objects`), field `resources.type`: operator `EndsWith` is not allowed \
         with eventCategory `Data`, expected `Equals`"
    );
}

#[test]
fn the_list_has_one_to_five_selectors_and_at_most_500_values() {
    let kind = EventDataStoreKind::CloudTrail;
    assert_eq!(problem(&[], kind), SelectorProblem::NoSelectors);
    let one = AdvancedEventSelector::default_management_events();
    assert!(SelectorMatcher::try_new(&vec![one.clone(); 5], kind).is_ok());
    assert_eq!(problem(&vec![one.clone(); 6], kind), SelectorProblem::TooManySelectors { count: 6 });
    let mut many = one;
    let names = (0..limits::SELECTOR_VALUES - 1).map(|number| format!("Get{number}"));
    let field = "eventName".to_owned();
    many.field_selectors.push(FieldSelector { field, equals: Some(names.collect()), ..Default::default() });
    assert!(SelectorMatcher::try_new(&[many.clone()], kind).is_ok());
    many.field_selectors.push(one_value("eventName"));
    assert_eq!(problem(&[many], kind), SelectorProblem::TooManyValues { count: 501 });
}

fn one_value(field: &str) -> FieldSelector {
    FieldSelector { field: field.into(), not_equals: Some(vec!["x".into()]), ..Default::default() }
}

#[test]
fn names_and_values_have_limits_in_characters() {
    let kind = EventDataStoreKind::CloudTrail;
    let mut selector = AdvancedEventSelector::default_management_events();
    selector.name = Some("ä".repeat(1000));
    selector.field_selectors.push(FieldSelector {
        field: "eventName".into(),
        equals: Some(vec!["ä".repeat(2048)]),
        ..Default::default()
    });
    assert!(SelectorMatcher::try_new(&[selector.clone()], kind).is_ok());
    let mut long_name = selector.clone();
    long_name.name = Some("ä".repeat(1001));
    let error = SelectorMatcher::try_new(&[long_name], kind).unwrap_err();
    assert_eq!(error.problem, SelectorProblem::NameTooLong { chars: 1001 });
    assert!(error.to_string().chars().count() < 200, "a long name is cut in the message");
    let long_value = FieldSelector { equals: Some(vec!["x".repeat(2049)]), ..one_value("eventName") };
    selector.field_selectors.push(long_value);
    let expected = SelectorProblem::ValueLength { operator: SelectorOperator::Equals, chars: 2049 };
    assert_eq!(problem(&[selector], kind), expected);
}

#[test]
fn a_selector_needs_field_selectors() {
    let list = selectors(r#"[{"FieldSelectors":[]}]"#);
    assert_eq!(problem(&list, EventDataStoreKind::CloudTrail), SelectorProblem::NoFieldSelectors);
}

#[test]
fn stores_of_other_kinds_take_their_own_category_and_nothing_else() {
    for (kind, category) in [
        (EventDataStoreKind::Insights, "Insight"),
        (EventDataStoreKind::Config, "ConfigurationItem"),
        (EventDataStoreKind::AuditManager, "Evidence"),
        (EventDataStoreKind::Integration, "ActivityAuditLog"),
    ] {
        let own = format!(r#"{{"Field":"eventCategory","Equals":["{category}"]}}"#);
        let matcher = SelectorMatcher::try_new(&one(&own), kind).unwrap();
        assert!(matcher.matches(&Event::of(category)));
        let of_other = problem(&one(MANAGEMENT), kind);
        assert!(matches!(of_other, SelectorProblem::CategoryOfOtherKind { .. }), "{of_other}");
        let with_field = problem(&one(&format!("{own},{EC2}")), kind);
        assert!(matches!(with_field, SelectorProblem::FieldNotAllowed { .. }), "{with_field}");
        let in_cloudtrail = problem(&one(&own), EventDataStoreKind::CloudTrail);
        assert!(matches!(in_cloudtrail, SelectorProblem::CategoryOfOtherKind { .. }));
    }
}

/// The definition of a field selector, word for word, as the oracle of the compiled one.
fn meets(field: &FieldSelector, value: Option<&str>) -> bool {
    let hit = |operator, text: &str| {
        value.is_some_and(|value| match operator {
            SelectorOperator::Equals | SelectorOperator::NotEquals => value == text,
            SelectorOperator::StartsWith | SelectorOperator::NotStartsWith => value.starts_with(text),
            SelectorOperator::EndsWith | SelectorOperator::NotEndsWith => value.ends_with(text),
        })
    };
    let select = |operator: &SelectorOperator| !operator.as_str().starts_with("Not");
    let conditions: Vec<_> = field.conditions().collect();
    let any_hit = |selects: bool| {
        conditions
            .iter()
            .filter(|(operator, _)| select(operator) == selects)
            .any(|(operator, texts)| texts.iter().any(|text| hit(*operator, text)))
    };
    let has_select = conditions.iter().any(|(operator, _)| select(operator));
    (!has_select || any_hit(true)) && !any_hit(false)
}

fn any_values() -> impl Strategy<Value = Option<Vec<String>>> {
    proptest::option::of(proptest::collection::vec("[ab]{1,3}", 1..3))
}

prop_compose! {
    fn any_field_selector()(
        equals in any_values(), starts_with in any_values(), ends_with in any_values(),
        not_equals in any_values(), not_starts_with in any_values(), not_ends_with in any_values(),
    ) -> FieldSelector {
        let field = "eventName".to_owned();
        FieldSelector { field, equals, starts_with, ends_with, not_equals, not_starts_with, not_ends_with }
    }
}

proptest! {
    #[test]
    fn a_compiled_selector_decides_as_the_definition_says(
        field in any_field_selector().prop_filter("has a condition", |f| f.conditions().next().is_some()),
        value in proptest::option::of("[ab]{0,4}"),
    ) {
        let mut selector = AdvancedEventSelector::default_management_events();
        selector.field_selectors.push(field.clone());
        let matcher = SelectorMatcher::try_new(&[selector], EventDataStoreKind::CloudTrail).unwrap();
        let mut event = Event::of("Management");
        if let Some(value) = &value {
            event = event.with(SelectorField::EventName, value);
        }
        prop_assert_eq!(matcher.matches(&event), meets(&field, value.as_deref()));
    }

    #[test]
    fn any_selector_list_is_either_compiled_or_answered_with_an_error(
        fields in proptest::collection::vec(("[a-zA-Z.]{0,20}|eventCategory|resources\\.ARN", any_values()), 0..4),
        name in proptest::option::of("\\PC{0,90}"),
    ) {
        let field_selectors = fields.into_iter()
            .map(|(field, equals)| FieldSelector { field, equals, ..Default::default() })
            .collect();
        let list = [AdvancedEventSelector { name, field_selectors }];
        for kind in EventDataStoreKind::ALL {
            let error = SelectorMatcher::try_new(&list, kind).unwrap_err();
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
