//! Records as a busy trail delivers them: many shapes, nested parameters, long identities; the same on every machine.

use std::fmt::Write as _;

/// Which accounts and days a workload's records belong to.
///
/// ```
/// use traillake_testing::Workload;
///
/// let workload = Workload { accounts: 3, days: 2 };
/// assert_eq!(workload.record(7), workload.record(7));
/// assert_eq!(workload.records(100).len(), 100);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Workload {
    /// Accounts that take turns; each calls in one region.
    pub accounts: u64,
    /// Days from 2025-03-03 on, one after every account had its turn.
    pub days: u64,
}

struct Call {
    service: &'static str,
    name: &'static str,
    read_only: bool,
    /// Members from `errorCode` to `additionalEventData`.
    members: &'static str,
    /// `AWS::…` type and ARN of the resource; data events have one.
    resource: Option<(&'static str, &'static str)>,
}

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

const CALLS: [Call; 9] = [
    Call {
        service: "s3",
        name: "GetObject",
        read_only: true,
        members: r#""requestParameters":{"bucketName":"<team>-assets-<account>","Host":"<team>-assets-<account>.s3.<region>.amazonaws.com","key":"raw/2025/03/<team>/part-<small>.parquet"},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<hex>/<hex>=","bytesTransferredOut":<small>}"#,
        resource: Some(("AWS::S3::Object", "arn:aws:s3:::<team>-assets-<account>/raw/part-<small>.parquet")),
    },
    Call {
        service: "s3",
        name: "PutObject",
        read_only: false,
        members: r#""requestParameters":{"bucketName":"<team>-assets-<account>","key":"exports/<hex>.csv","x-amz-server-side-encryption":"aws:kms"},"responseElements":{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-bucket-key-enabled":"true"},"additionalEventData":{"SignatureVersion":"SigV4","bytesTransferredIn":<small>,"bytesTransferredOut":0}"#,
        resource: Some(("AWS::S3::Object", "arn:aws:s3:::<team>-assets-<account>/exports/<hex>.csv")),
    },
    Call {
        service: "lambda",
        name: "Invoke",
        read_only: false,
        members: r#""requestParameters":{"functionName":"arn:aws:lambda:<region>:<account>:function:<team>-resize","clientContext":"<hex>"},"responseElements":null"#,
        resource: Some(("AWS::Lambda::Function", "arn:aws:lambda:<region>:<account>:function:<team>-resize")),
    },
    Call {
        service: "sts",
        name: "AssumeRole",
        read_only: true,
        members: r#""requestParameters":{"roleArn":"arn:aws:iam::<account>:role/<team>-deploy","roleSessionName":"<team>-<small>","durationSeconds":3600},"responseElements":{"credentials":{"accessKeyId":"ASIA<hex>","sessionToken":"<hex><hex><hex><hex>","expiration":"Mar 3, 2025, 11:38:24 AM"},"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLE:<team>-<small>","arn":"arn:aws:sts::<account>:assumed-role/<team>-deploy/<team>-<small>"}}"#,
        resource: None,
    },
    Call {
        service: "kms",
        name: "Decrypt",
        read_only: true,
        members: r#""requestParameters":{"encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<team>-assets-<account>"}},"responseElements":null"#,
        resource: None,
    },
    Call {
        service: "ec2",
        name: "DescribeInstances",
        read_only: true,
        members: r#""requestParameters":{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"tag:team","valueSet":{"items":[{"value":"<team>"}]}},{"name":"instance-state-name","valueSet":{"items":[{"value":"running"},{"value":"pending"}]}}]}},"responseElements":null"#,
        resource: None,
    },
    Call {
        service: "ec2",
        name: "RunInstances",
        read_only: false,
        members: r#""requestParameters":{"instancesSet":{"items":[{"imageId":"ami-<hex>","minCount":1,"maxCount":1}]},"instanceType":"m7g.large","blockDeviceMapping":{"items":[{"deviceName":"/dev/xvda","ebs":{"volumeSize":40,"deleteOnTermination":true,"volumeType":"gp3"}}]},"monitoring":{"enabled":false}},"responseElements":{"requestId":"<hex>","instancesSet":{"items":[{"instanceId":"i-<hex>","imageId":"ami-<hex>","instanceState":{"code":0,"name":"pending"},"launchTime":1740998304000,"placement":{"availabilityZone":"<region>a","tenancy":"default"},"privateIpAddress":"10.0.3.<small>"}]}}"#,
        resource: None,
    },
    Call {
        service: "iam",
        name: "ListAccessKeys",
        read_only: true,
        members: r#""errorCode":"AccessDenied","errorMessage":"User: arn:aws:iam::<account>:user/<team>-<small> is not authorized to perform: iam:ListAccessKeys on resource: user <team> because no identity-based policy allows the iam:ListAccessKeys action","requestParameters":{"userName":"<team>-<small>"},"responseElements":null"#,
        resource: None,
    },
    Call {
        service: "logs",
        name: "CreateLogStream",
        read_only: false,
        members: r#""requestParameters":{"logGroupName":"/aws/lambda/<team>-resize","logStreamName":"2025/03/03/[$LATEST]<hex>"},"responseElements":null,"apiVersion":"20140328""#,
        resource: None,
    },
];

const IDENTITIES: [&str; 4] = [
    r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE<team>:<team>-batch","arn":"arn:aws:sts::<account>:assumed-role/<team>-service/<team>-batch","accountId":"<account>","accessKeyId":"ASIAEXAMPLE<key>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE<team>","arn":"arn:aws:iam::<account>:role/<team>-service","accountId":"<account>","userName":"<team>-service"},"attributes":{"creationDate":"2025-03-03T00:31:12Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}}"#,
    r#"{"type":"AssumedRole","principalId":"AROAEXAMPLE<team>:<team>-ci","arn":"arn:aws:sts::<account>:assumed-role/<team>-deploy/<team>-ci","accountId":"<account>","accessKeyId":"ASIAEXAMPLE<key>","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE<team>","arn":"arn:aws:iam::<account>:role/<team>-deploy","accountId":"<account>","userName":"<team>-deploy"},"attributes":{"creationDate":"2025-03-03T00:12:59Z","mfaAuthenticated":"false"}}}"#,
    r#"{"type":"IAMUser","principalId":"AIDAEXAMPLE<team>","arn":"arn:aws:iam::<account>:user/<team>","accountId":"<account>","accessKeyId":"AKIAEXAMPLE<key>","userName":"<team>"}"#,
    r#"{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}"#,
];

const TEAMS: [&str; 6] = ["catalog", "payments", "platform", "search", "media", "risk"];

const AGENTS: [&str; 3] = [
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64 api/s3#1.58.2",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.58.0",
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.1 exec-env/EC2",
];

impl Workload {
    /// The first `count` records.
    pub fn records(self, count: u64) -> Vec<String> {
        (0..count).map(|n| self.record(n)).collect()
    }

    /// The JSON text of the `n`-th record; its event id depends on `n` alone.
    pub fn record(self, n: u64) -> String {
        let mut random = Random(n);
        let (call, agent) = (random.pick(&CALLS), random.pick(&AGENTS));
        let account = n % self.accounts;
        let midnight = chrono::DateTime::from_timestamp(1_740_960_000, 0).unwrap();
        let seconds = n / self.accounts % self.days * 86_400 + random.next() % 86_400;
        let time = midnight + chrono::TimeDelta::seconds(i64::try_from(seconds).unwrap());
        let template = format!(
            r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"{time}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"<region>","sourceIPAddress":"52.26.<small>.<key>","userAgent":"{agent}",{members},"requestID":"<hex>","eventID":"{first:08x}-0000-4000-8000-{n:012}","readOnly":{read_only},{resources}"eventType":"AwsApiCall","managementEvent":{management},"recipientAccountId":"<account>","eventCategory":"{category}","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.<region>.amazonaws.com"}}}}"#,
            identity = random.pick(&IDENTITIES),
            time = time.format("%Y-%m-%dT%H:%M:%SZ"),
            service = call.service,
            name = call.name,
            members = call.members,
            first = random.next() >> 32,
            read_only = call.read_only,
            resources = call.resources(),
            management = call.resource.is_none(),
            category = if call.resource.is_none() { "Management" } else { "Data" },
        );
        fill(&template, account, &mut random)
    }
}

impl Call {
    fn resources(&self) -> String {
        let entry =
            |(kind, arn)| format!(r#""resources":[{{"accountId":"<account>","type":"{kind}","ARN":"{arn}"}}],"#);
        self.resource.map(entry).unwrap_or_default()
    }
}

/// The template with a value for every `<word>`; a team and an account are the same all over a record.
fn fill(template: &str, account: u64, random: &mut Random) -> String {
    let team = random.pick(&TEAMS);
    let region = REGIONS[usize::try_from(account).unwrap() % REGIONS.len()];
    let mut parts = template.split('<');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (word, rest) = part.split_once('>').unwrap();
        match word {
            "account" => write!(out, "{}", 111_111_111_111 + account).unwrap(),
            "region" => out += region,
            "team" => out += team,
            "key" => write!(out, "{}", 10 + random.next() % 50).unwrap(),
            "small" => write!(out, "{}", random.next() % 1_000).unwrap(),
            _ => write!(out, "{:016x}", random.next()).unwrap(),
        }
        out += rest;
    }
    out
}

/// `SplitMix64`: the same numbers wherever it runs.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[usize::try_from(self.next() % 1_000_000).unwrap() % list.len()]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn a_workload_is_json_of_its_accounts_and_days_with_an_id_for_each_record() {
        let records: Vec<Value> = Workload { accounts: 3, days: 2 }
            .records(600)
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect();
        let distinct = |texts: &dyn Fn(&Value) -> String| records.iter().map(texts).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(&|record| record["eventID"].to_string()), 600);
        assert_eq!(distinct(&|record| record["recipientAccountId"].to_string()), 3);
        assert_eq!(distinct(&|record| record["eventTime"].to_string()[..11].to_owned()), 2);
        assert_eq!(distinct(&|record| record["eventName"].to_string()), CALLS.len());
        assert!(records.iter().all(|record| !record.to_string().contains('<')));
    }
}
