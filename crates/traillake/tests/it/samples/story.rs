//! A month of one account, small, in which every sample finds something.

use serde_json::{Value, json};

use super::calls::{ACCOUNT, Call, call, role, role_arn, root, sign_in, stranger, user};

/// Where the intruder is.
pub(super) const INTRUDER: &str = "203.0.113.77";

/// The records of the CloudTrail store as JSON texts.
pub(super) fn events() -> Vec<String> {
    let parts =
        [everyday(), sign_ins(), identities(), storage(), network(), logging(), keys(), roles(), intruder(), rest()];
    parts.into_iter().flatten().enumerate().map(|(number, call)| call.record(number)).collect()
}

/// Work that is as it should be, also long ago.
fn everyday() -> Vec<Call> {
    let mut calls: Vec<Call> = (10..=31)
        .flat_map(|day| {
            [
                call(&format!("2026-01-{day}T09:00:00Z"), "ec2", "DescribeInstances"),
                call(&format!("2026-01-{day}T09:30:00Z"), "s3", "ListBuckets").by(user("backup")).from("198.51.100.20"),
            ]
        })
        .collect();
    calls.push(call("2025-10-01T10:00:00Z", "s3", "ListBuckets").by(user("oldhand")));
    let reports = role("Reports", "nightly", "ASIAREPORTS");
    calls.push(call("2025-12-01T10:00:00Z", "athena", "StartQueryExecution").by(reports.clone()));
    calls.push(call("2026-01-30T02:00:00Z", "glue", "GetTable").by(reports));
    calls.push(call("2026-01-31T20:00:00Z", "ec2", "CreateTags").by(user("admin-anna")));
    calls
}

fn sign_ins() -> Vec<Call> {
    let failure = |minute: u32, name: &str| {
        sign_in(&format!("2026-01-30T03:{minute:02}:00Z"), user(name), "Failure", "No").from(INTRUDER)
    };
    vec![
        sign_in("2026-01-31T13:00:00Z", root(), "Success", "No"),
        sign_in("2026-01-31T14:00:00Z", user("alice"), "Success", "Yes"),
        failure(1, "alice"),
        failure(2, "bob"),
        failure(3, "carol"),
        sign_in("2026-01-30T03:04:00Z", user("carol"), "Success", "Yes").from(INTRUDER),
        call("2026-01-28T10:00:00Z", "secretsmanager", "ListSecrets").by(user("bob")).refused("AccessDeniedException"),
        call("2026-01-29T10:00:00Z", "secretsmanager", "ListSecrets").by(user("bob")),
    ]
}

fn identities() -> Vec<Call> {
    let iam = |minute: u32, action: &str, parameters: Value| {
        call(&format!("2026-01-30T14:{minute:02}:00Z"), "iam", action)
            .by(user("carol"))
            .from(INTRUDER)
            .asking(parameters)
    };
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999988887777:root"},"Action":"sts:AssumeRole"}]}"#;
    vec![
        iam(1, "CreateUser", json!({"userName": "backdoor"})),
        iam(2, "CreateAccessKey", json!({"userName": "backdoor"}))
            .answering(json!({"accessKey": {"accessKeyId": "AKIABACKDOOR", "userName": "backdoor"}})),
        iam(
            3,
            "AttachUserPolicy",
            json!({"userName": "backdoor", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ),
        iam(
            4,
            "DeactivateMFADevice",
            json!({"userName": "alice", "serialNumber": "arn:aws:iam::111122223333:mfa/alice"}),
        ),
        iam(5, "UpdateAssumeRolePolicy", json!({"roleName": "Deploy", "policyDocument": trust})),
        call("2026-01-31T01:00:00Z", "sts", "GetCallerIdentity").by(user("backdoor")).from(INTRUDER),
        call("2026-01-30T15:00:00Z", "lambda", "UpdateFunctionCode20150331v2")
            .asking(json!({"functionName": "billing"})),
        call("2026-01-20T10:00:00Z", "organizations", "AttachPolicy")
            .asking(json!({"policyId": "p-1", "targetId": "ou-1"})),
    ]
}

fn storage() -> Vec<Call> {
    let read = |day: u32, bytes: u64| {
        call(&format!("2026-01-{day}T11:00:00Z"), "s3", "GetObject")
            .by(user("backup"))
            .from("198.51.100.20")
            .asking(json!({"bucketName": "customers", "key": format!("day-{day}")}))
            .with("additionalEventData", json!({"bytesTransferredOut": bytes, "SignatureVersion": "SigV4"}))
            .of_data()
    };
    let deletion = |n: u32| {
        call(&format!("2026-01-31T02:00:{:02}Z", n % 60), "s3", "DeleteObject")
            .by(user("backup"))
            .from(INTRUDER)
            .asking(json!({"bucketName": "customers", "key": format!("object-{n}")}))
            .of_data()
    };
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]});
    let key = "arn:aws:kms:us-east-1:111122223333:key/k-1";
    let mut calls = vec![
        call("2026-01-22T10:00:00Z", "s3", "PutBucketPolicy")
            .asking(json!({"bucketName": "reports", "bucketPolicy": policy}))
            .on("arn:aws:s3:::reports"),
        call("2026-01-23T10:00:00Z", "kms", "ScheduleKeyDeletion")
            .asking(json!({"keyId": key, "pendingWindowInDays": 7}))
            .on(key),
        call("2026-01-23T11:00:00Z", "kms", "PutKeyPolicy").asking(json!({"keyId": key})).on(key),
        call("2026-01-30T11:00:00Z", "kms", "Decrypt").on(key),
        call("2026-01-30T12:00:00Z", "secretsmanager", "GetSecretValue")
            .asking(json!({"secretId": "prod/db"}))
            .from(INTRUDER),
        read(30, 100_000),
        deletion(100).refused("AccessDenied"),
    ];
    calls.extend((26..30).map(|day| read(day, 1000)));
    calls.extend((0..100).map(deletion));
    calls
}

fn network() -> Vec<Call> {
    let ec2 = |action: &str, parameters: Value| call("2026-01-21T10:00:00Z", "ec2", action).asking(parameters);
    let open = json!({"items": [
        {"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}},
        {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "ipRanges": {"items": [{"cidrIp": "10.0.0.0/8"}]}}]});
    vec![
        ec2("AuthorizeSecurityGroupIngress", json!({"groupId": "sg-1", "ipPermissions": open})),
        call("2026-01-21T10:30:00Z", "ec2", "AuthorizeSecurityGroupIngress").asking(
            json!({"groupId": "sg-2", "ipProtocol": "tcp", "fromPort": 3389, "toPort": 3389, "cidrIp": "0.0.0.0/0"}),
        ),
        ec2("CreateNetworkAclEntry", json!({"networkAclId": "acl-1", "cidrBlock": "0.0.0.0/0", "ruleAction": "allow"})),
        ec2("AttachInternetGateway", json!({"internetGatewayId": "igw-1", "vpcId": "vpc-1"})),
        ec2("CreateRoute", json!({"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"})),
        ec2("CreateVpcPeeringConnection", json!({"vpcId": "vpc-1", "peerOwnerId": "999988887777"})),
        ec2(
            "ModifySnapshotAttribute",
            json!({"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": "999988887777"}]}}}),
        ),
        ec2(
            "ModifyImageAttribute",
            json!({"imageId": "ami-1", "launchPermission": {"add": {"items": [{"group": "all"}]}}}),
        ),
        call("2026-01-21T11:00:00Z", "s3", "GetObject")
            .refused("VpceAccessDenied")
            .with("eventType", json!("AwsVpceEvent"))
            .with("eventCategory", json!("NetworkActivity"))
            .with("vpcEndpointId", json!("vpce-1"))
            .with("vpcEndpointAccountId", json!(ACCOUNT)),
        call("2026-01-21T12:00:00Z", "sqs", "SendMessage")
            .with("tlsDetails", json!({"tlsVersion": "TLSv1.1", "cipherSuite": "AES128-SHA"})),
    ]
}

fn logging() -> Vec<Call> {
    let at = |service: &str, action: &str, parameters: Value| {
        call("2026-01-31T03:00:00Z", service, action).by(user("carol")).from(INTRUDER).asking(parameters)
    };
    vec![
        at("cloudtrail", "StopLogging", json!({"name": "main-trail"})),
        at("logs", "DeleteLogGroup", json!({"logGroupName": "/aws/vpc/flow"})),
        at("config", "StopConfigurationRecorder", json!({"configurationRecorderName": "default"})),
        at("guardduty", "DeleteDetector", json!({"detectorId": "d-1"})),
        at("s3", "GetObject", json!({"bucketName": "org-cloudtrail-logs", "key": "AWSLogs/x.json.gz"})).of_data(),
    ]
}

fn keys() -> Vec<Call> {
    let instance = || role("App", "i-0abc", "ASIAINSTANCE");
    let mut old_delivery = instance();
    old_delivery["sessionContext"]["ec2RoleDelivery"] = json!("1.0");
    vec![
        call("2026-01-30T05:00:00Z", "s3", "ListBuckets").by(user("backup")).from("203.0.113.5"),
        call("2026-01-29T05:00:00Z", "dynamodb", "ListTables").by(old_delivery).from("10.0.0.5"),
        call("2026-01-30T05:00:00Z", "dynamodb", "ListTables").by(instance()).from(INTRUDER),
    ]
}

fn roles() -> Vec<Call> {
    let assume = |time: &str, name: &str, key: &str| {
        call(time, "sts", "AssumeRole")
            .asking(json!({"roleArn": role_arn(name), "roleSessionName": "s"}))
            .answering(json!({"credentials": {"accessKeyId": key}}))
    };
    vec![
        assume("2026-01-30T16:00:00Z", "First", "ASIAFIRST"),
        assume("2026-01-30T16:05:00Z", "Second", "ASIASECOND").by(role("First", "s", "ASIAFIRST")),
        assume("2026-01-30T17:00:00Z", "Partner", "ASIAPARTNER").by(stranger()).on(&role_arn("Partner")),
        call("2026-01-30T17:30:00Z", "sts", "AssumeRoleWithWebIdentity")
            .by(json!({"type": "WebIdentityUser", "userName": "repo:org/app", "identityProvider": "token.actions.githubusercontent.com"}))
            .asking(json!({"roleArn": role_arn("Pipeline")})),
        call("2026-01-30T18:00:00Z", "ec2", "RebootInstances")
            .by(role("AWSReservedSSO_Developer_0123456789abcdef", "dora@example.com", "ASIADORA"))
            .with("sessionCredentialFromConsole", json!("true")),
    ]
}

/// Looking around with the key of `backup`, and mining.
fn intruder() -> Vec<Call> {
    let looks = [
        "Users",
        "Roles",
        "Groups",
        "Policies",
        "AccessKeys",
        "MFADevices",
        "AccountAliases",
        "SAMLProviders",
        "InstanceProfiles",
        "ServerCertificates",
    ];
    let mut calls: Vec<Call> = looks
        .iter()
        .map(|what| call("2026-01-30T04:00:00Z", "iam", &format!("List{what}")).by(user("backup")).from(INTRUDER))
        .collect();
    calls.push(
        call("2026-01-31T04:00:00Z", "ec2", "RunInstances")
            .by(user("backup"))
            .from(INTRUDER)
            .with("awsRegion", json!("ap-southeast-3"))
            .with("userAgent", json!("Boto3/1.26 (Linux kali 6.1)"))
            .asking(json!({"instanceType": "p3.16xlarge", "instancesSet": {"items": [{"imageId": "ami-1", "minCount": 8, "maxCount": 8}]}}))
            .answering(json!({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}})),
    );
    calls
}

fn rest() -> Vec<Call> {
    vec![
        call("2026-01-29T10:00:00Z", "ssm", "StartSession").asking(json!({"target": "i-0abc"})),
        call("2026-01-29T11:00:00Z", "ec2", "DescribeInstances").refused("Client.RequestLimitExceeded"),
        call("2026-01-29T12:00:00Z", "dynamodb", "DeleteTable")
            .asking(json!({"tableName": "orders"}))
            .on("arn:aws:dynamodb:us-east-1:111122223333:table/orders"),
        call("2026-01-29T13:00:00Z", "dynamodb", "DescribeTable").with("addendum", json!({"reason": "DELIVERY_DELAY"})),
    ]
}

/// The records of the Insights store: the end of an unusual activity.
pub(super) fn insights() -> Vec<String> {
    let attribution = json!({"attribute": "userIdentityArn",
        "insight": [{"value": "arn:aws:iam::111122223333:user/backup", "average": 9.5}],
        "baseline": [{"value": "arn:aws:iam::111122223333:user/alice", "average": 0.1}]});
    vec![json!({"eventVersion": "1.08", "eventCategory": "Insight", "eventType": "AwsCloudTrailInsight",
        "eventID": "00000000-0000-4000-8000-900000000001", "eventTime": "2026-01-30T04:10:00Z", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "sharedEventID": "00000000-0000-4000-8000-900000000002", "insightState": "End",
        "insightEventSource": "iam.amazonaws.com", "insightEventName": "CreateUser", "insightType": "ApiCallRateInsight",
        "insightContext": {"baselineAverage": 0.5, "insightAverage": 10.0, "baselineDuration": 10080, "insightDuration": 5,
            "attributions": [attribution]}})
    .to_string()]
}

/// A configuration item.
pub(super) fn configuration_items() -> Vec<String> {
    vec![json!({"eventVersion": "1.01", "eventCategory": "ConfigurationItem", "eventType": "AwsConfigurationItem",
        "eventID": "00000000-0000-4000-8000-900000000003", "eventTime": "2026-01-30T05:00:00Z", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "eventData": {"configurationItemVersion": "1.3", "configurationItemStatus": "OK",
            "accountId": ACCOUNT, "awsRegion": "us-east-1", "resourceType": "AWS::EC2::SecurityGroup", "resourceId": "sg-1"}})
    .to_string()]
}

/// Evidence that failed its check.
pub(super) fn evidence() -> Vec<String> {
    vec![json!({"eventVersion": "1.01", "eventCategory": "Evidence", "eventType": "AwsAuditManagerEvidence",
        "eventID": "00000000-0000-4000-8000-900000000004", "eventTime": "2026-01-30T06:00:00Z", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "eventData": {"frameworkName": "PCI DSS", "controlSetId": "10", "controlName": "10.2.1",
            "resourceArn": "arn:aws:s3:::reports", "resourceComplianceCheck": "FAILED"}})
    .to_string()]
}

/// An event of an application of one's own.
pub(super) fn outside_activity() -> Vec<String> {
    vec![json!({"eventVersion": "1.0", "eventCategory": "ActivityAuditLog", "eventType": "ActivityLog",
        "eventID": "00000000-0000-4000-8000-900000000005", "eventTime": "2026-01-30T07:00:00Z", "awsRegion": "us-east-1",
        "recipientAccountId": ACCOUNT, "eventData": {"version": "1.0", "eventSource": "billing.example.com",
            "eventName": "Refund", "UID": "u-1", "userIdentity": {"type": "user", "principalId": "carol"}}})
    .to_string()]
}
