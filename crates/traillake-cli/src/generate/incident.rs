//! The story in the trail: a leaked access key of `backup-service`, used from 203.0.113.77 in the last night.

use super::catalog::Catalog;
use super::random::Random;
use super::template::{Caller, Compiled, Template};

const DENIED: &str =
    "User: <caller> is not authorized to perform this action because no identity-based policy allows it";

/// What the intruder does, by weight; all calls carry the leaked key.
pub(super) const TEMPLATES: &[Template] = &[
    Template::read("sts", "GetCallerIdentity", 6),
    Template::read("iam", "ListUsers", 10).request(r#"{"maxItems":1000}"#).fails(500, "AccessDenied", DENIED),
    Template::read("iam", "ListAttachedUserPolicies", 12).request(r#"{"userName":"<user>"}"#).fails(700, "AccessDenied", DENIED),
    Template::read("s3", "ListBuckets", 8).request(r#"{"Host":"s3.amazonaws.com"}"#),
    Template::read("ec2", "DescribeInstances", 20).request(r#"{"maxResults":1000,"instancesSet":{},"filterSet":{}}"#).fails(400, "Client.UnauthorizedOperation", DENIED),
    Template::read("secretsmanager", "ListSecrets", 8).request(r#"{"maxResults":100}"#),
    Template::read("secretsmanager", "GetSecretValue", 30)
        .request(r#"{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}"#)
        .fails(600, "AccessDenied", DENIED),
    Template::read("s3", "GetObject", 120)
        .data()
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<objectkey>"}"#)
        .extra(r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<amzid>","bytesTransferredOut":<bytes>}"#)
        .resources(r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<objectkey>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#),
    Template::write("iam", "CreateUser", 1)
        .request(r#"{"userName":"support-tools"}"#)
        .response(r#"{"user":{"path":"/","userName":"support-tools","userId":"<roleid>","arn":"arn:aws:iam::<account>:user/support-tools","createDate":"<timetext>"}}"#),
    Template::write("iam", "CreateAccessKey", 2)
        .request(r#"{"userName":"support-tools"}"#)
        .response(r#"{"accessKey":{"accessKeyId":"<userkey>","status":"Active","userName":"support-tools","createDate":"<timetext>"}}"#),
    Template::write("iam", "AttachUserPolicy", 2).request(r#"{"userName":"support-tools","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#),
    Template::write("cloudtrail", "StopLogging", 3).request(r#"{"name":"arn:aws:cloudtrail:<region>:<account>:trail/organization-trail"}"#).fails(
        300,
        "AccessDeniedException",
        DENIED,
    ),
    Template::write("ec2", "AuthorizeSecurityGroupIngress", 2)
        .request(r#"{"groupId":"<sg>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#)
        .response(r#"{"requestId":"<uuid>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<account>","groupId":"<sg>","securityGroupRuleId":"sgr-0<hex17>","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"}]}}"#),
    Template::write("ec2", "RunInstances", 3)
        .request(r#"{"instancesSet":{"items":[{"imageId":"<ami>","minCount":8,"maxCount":8}]},"instanceType":"p3.16xlarge","blockDeviceMapping":{},"monitoring":{"enabled":false},"disableApiTermination":false,"clientToken":"<uuid>"}"#)
        .fails(900, "Client.VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified instance type belongs to."),
];

/// The steps of the story, to draw from.
#[derive(Debug)]
pub(crate) struct Incident {
    steps: Vec<Compiled>,
    weight: u64,
}

impl Incident {
    pub(crate) fn new() -> Self {
        let steps: Vec<Compiled> = TEMPLATES.iter().map(|step| Compiled::new(&step.by(Caller::Human))).collect();
        let weight = steps.iter().map(|step| u64::from(step.template.weight)).sum();
        Self { steps, weight }
    }

    pub(crate) fn draw(&self, random: &mut Random) -> Option<&Compiled> {
        let mut at = random.below(self.weight);
        self.steps.iter().find(|step| {
            let weight = u64::from(step.template.weight);
            let found = at < weight;
            at = at.saturating_sub(weight);
            found
        })
    }
}

/// Whether the next event belongs to the story.
pub(crate) fn strikes(incident: bool, random: &mut Random) -> bool {
    incident && random.chance(80)
}

/// An event of daily life, or a step of the story.
pub(crate) fn draw<'a>(
    story: bool,
    incident: &'a Incident,
    catalog: &'a Catalog,
    region: &str,
    random: &mut Random,
) -> Option<&'a Compiled> {
    if story { incident.draw(random) } else { catalog.draw(region, random) }
}
