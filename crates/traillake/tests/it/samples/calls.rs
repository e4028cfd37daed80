//! Invented calls, written with only what differs.

use serde_json::{Value, json};

pub(super) const ACCOUNT: &str = "111122223333";

/// A record that is still being written.
#[derive(Clone)]
pub(super) struct Call(Value);

/// `call("2026-01-30T10:00:00Z", "iam", "CreateUser")`: a change by the user `alice` from 198.51.100.10.
pub(super) fn call(time: &str, service: &str, action: &str) -> Call {
    let reads = ["Get", "List", "Describe", "Decrypt", "AssumeRole"].iter().any(|start| action.starts_with(start));
    Call(json!({
        "eventVersion": "1.11",
        "eventTime": time,
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": action,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.10",
        "userAgent": "aws-cli/2.15",
        "userIdentity": user("alice"),
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
        "managementEvent": true,
        "readOnly": reads,
        "recipientAccountId": ACCOUNT,
    }))
}

/// A sign-in to the console.
pub(super) fn sign_in(time: &str, identity: Value, outcome: &str, mfa: &str) -> Call {
    let call = call(time, "signin", "ConsoleLogin").by(identity).answering(json!({"ConsoleLogin": outcome}));
    let call = call.with("additionalEventData", json!({"MFAUsed": mfa, "MobileVersion": "No"}));
    let call = call.with("eventType", json!("AwsConsoleSignIn")).with("readOnly", json!(false));
    if outcome == "Failure" { call.with("errorMessage", json!("Failed authentication")) } else { call }
}

impl Call {
    pub(super) fn by(self, identity: Value) -> Self {
        self.with("userIdentity", identity)
    }

    pub(super) fn from(self, address: &str) -> Self {
        self.with("sourceIPAddress", json!(address))
    }

    pub(super) fn asking(self, parameters: Value) -> Self {
        self.with("requestParameters", parameters)
    }

    pub(super) fn answering(self, elements: Value) -> Self {
        self.with("responseElements", elements)
    }

    pub(super) fn on(self, arn: &str) -> Self {
        self.with("resources", json!([{"ARN": arn, "accountId": ACCOUNT}]))
    }

    pub(super) fn refused(self, code: &str) -> Self {
        self.with("errorCode", json!(code))
    }

    /// A data event.
    pub(super) fn of_data(self) -> Self {
        self.with("eventCategory", json!("Data")).with("managementEvent", json!(false))
    }

    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.0.as_object_mut().unwrap().insert(member.to_owned(), value);
        self
    }

    /// The record's JSON under an id of its own.
    pub(super) fn record(self, number: usize) -> String {
        self.with("eventID", json!(format!("00000000-0000-4000-8000-{number:012}"))).0.to_string()
    }
}

pub(super) fn user(name: &str) -> Value {
    json!({"type": "IAMUser", "principalId": format!("AIDA{name}"), "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "accountId": ACCOUNT, "accessKeyId": format!("AKIA{}", name.to_uppercase()), "userName": name})
}

pub(super) fn root() -> Value {
    json!({"type": "Root", "principalId": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:root"), "accountId": ACCOUNT})
}

/// A session of a role, with the key it was given.
pub(super) fn role(name: &str, session: &str, key: &str) -> Value {
    json!({"type": "AssumedRole", "principalId": format!("AROA{name}:{session}"), "accountId": ACCOUNT, "accessKeyId": key,
        "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session}"),
        "sessionContext": {"attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-30T00:00:00Z"},
            "sessionIssuer": {"type": "Role", "principalId": format!("AROA{name}"), "accountId": ACCOUNT, "userName": name,
                "arn": role_arn(name)}}})
}

pub(super) fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

/// A principal of another account.
pub(super) fn stranger() -> Value {
    json!({"type": "AWSAccount", "principalId": "AIDASTRANGER", "accountId": "999988887777"})
}
