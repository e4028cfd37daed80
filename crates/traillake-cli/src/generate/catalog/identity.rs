//! IAM, STS, single sign-on and the sign-in page.

use crate::generate::template::{Caller, Template};

const ROLE_RESOURCE: &str =
    r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/<role>"}]"#;
const DENIED_ASSUME: &str =
    "User: <caller> is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::<account>:role/<role>";

pub(super) const TEMPLATES: &[Template] = &[
    Template::read("sts", "AssumeRole", 260)
        .by(Caller::Service)
        .request(r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<session>","durationSeconds":3600}"#)
        .response(r#"{"credentials":{"accessKeyId":"<newkey>","sessionToken":"<sessiontoken>","expiration":"<expiration>"},"assumedRoleUser":{"assumedRoleId":"<roleid>:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>"}}"#)
        .resources(ROLE_RESOURCE)
        .shared(),
    Template::read("sts", "AssumeRole", 90)
        .by(Caller::Workload)
        .request(r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<session>","externalId":"<service>","durationSeconds":900}"#)
        .response(r#"{"credentials":{"accessKeyId":"<newkey>","sessionToken":"<sessiontoken>","expiration":"<expiration>"},"assumedRoleUser":{"assumedRoleId":"<roleid>:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>"}}"#)
        .resources(ROLE_RESOURCE)
        .fails(35, "AccessDenied", DENIED_ASSUME),
    Template::read("sts", "AssumeRole", 40)
        .by(Caller::OtherAccount)
        .request(r#"{"roleArn":"arn:aws:iam::<account>:role/partner-monitoring","roleSessionName":"<session>","externalId":"<hex>"}"#)
        .response(r#"{"credentials":{"accessKeyId":"<newkey>","sessionToken":"<sessiontoken>","expiration":"<expiration>"},"assumedRoleUser":{"assumedRoleId":"<roleid>:<session>","arn":"arn:aws:sts::<account>:assumed-role/partner-monitoring/<session>"}}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"arn:aws:iam::<account>:role/partner-monitoring"}]"#)
        .shared(),
    Template::read("sts", "AssumeRoleWithWebIdentity", 80)
        .by(Caller::Federated)
        .request(r#"{"roleArn":"arn:aws:iam::<account>:role/<role>","roleSessionName":"<session>"}"#)
        .response(r#"{"credentials":{"accessKeyId":"<newkey>","sessionToken":"<sessiontoken>","expiration":"<expiration>"},"subjectFromWebIdentityToken":"system:serviceaccount:prod:<service>","assumedRoleUser":{"assumedRoleId":"<roleid>:<session>","arn":"arn:aws:sts::<account>:assumed-role/<role>/<session>"},"provider":"arn:aws:iam::<account>:oidc-provider/oidc.eks.<region>.amazonaws.com/id/<hex>","audience":"sts.amazonaws.com"}"#)
        .resources(ROLE_RESOURCE)
        .fails(15, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"),
    Template::read("sts", "GetCallerIdentity", 150),
    Template::read("iam", "GetRole", 90).global().request(r#"{"roleName":"<role>"}"#).fails(40, "NoSuchEntityException", "The role with name <role> cannot be found."),
    Template::read("iam", "ListRoles", 30).global().request(r#"{"maxItems":1000}"#),
    Template::read("iam", "ListAttachedRolePolicies", 60).global().request(r#"{"roleName":"<role>"}"#),
    Template::read("iam", "GetUser", 30).global().request(r#"{"userName":"<user>"}"#),
    Template::read("iam", "ListAccessKeys", 22).global().request(r#"{"userName":"<user>"}"#).fails(
        80,
        "AccessDenied",
        "User: <caller> is not authorized to perform: iam:ListAccessKeys on resource: user <user> because no identity-based policy allows the iam:ListAccessKeys action",
    ),
    Template::read("iam", "GetAccountSummary", 14).global(),
    Template::write("iam", "CreateRole", 3)
        .global()
        .by(Caller::Human)
        .request(r#"{"roleName":"<role>","description":"made by hand","assumeRolePolicyDocument":"{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": {\"Service\": \"lambda.amazonaws.com\"}, \"Action\": \"sts:AssumeRole\"}]\n}"}"#)
        .response(r#"{"role":{"path":"/","roleName":"<role>","roleId":"<roleid>","arn":"arn:aws:iam::<account>:role/<role>","createDate":"<timetext>","assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%7D"}}"#),
    Template::write("iam", "AttachRolePolicy", 3).global().by(Caller::Human).request(r#"{"roleName":"<role>","policyArn":"arn:aws:iam::aws:policy/<policy>"}"#),
    Template::write("iam", "CreateAccessKey", 1)
        .global()
        .by(Caller::Human)
        .request(r#"{"userName":"<user>"}"#)
        .response(r#"{"accessKey":{"accessKeyId":"<userkey>","status":"Active","userName":"<user>","createDate":"<timetext>"}}"#),
    Template::write("iam", "UpdateAccessKey", 1).global().by(Caller::Human).request(r#"{"userName":"<user>","status":"Inactive","accessKeyId":"<userkey>"}"#),
    Template::write("signin", "ConsoleLogin", 8)
        .global()
        .by(Caller::SignIn)
        .event_type("AwsConsoleSignIn")
        .response(r#"{"ConsoleLogin":"Success"}"#)
        .extra(r#"{"LoginTo":"https://console.aws.amazon.com/console/home?region=<region>&state=hashArgs%23","MobileVersion":"No","MFAUsed":"Yes"}"#)
        .fails(120, "", "Failed authentication"),
    Template::write("signin", "ConsoleLogin", 1)
        .global()
        .by(Caller::Root)
        .event_type("AwsConsoleSignIn")
        .response(r#"{"ConsoleLogin":"Success"}"#)
        .extra(r#"{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"No"}"#),
    Template::read("sso", "GetRoleCredentials", 12)
        .by(Caller::Federated)
        .details(r#"{"role_name":"Developer","account_id":"<account>"}"#),
    Template::read("organizations", "DescribeOrganization", 20).global().by(Caller::Workload),
    Template::read("billing", "GetBillingData", 2).global().by(Caller::Root),
];
