//! S3, KMS, `DynamoDB`, SQS, SNS, Secrets Manager and Parameter Store: the calls of running software.

use crate::generate::template::{Caller, Template};

const KEY_RESOURCE: &str =
    r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kmskey>"}]"#;
const BUCKET_RESOURCE: &str = r#"[{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const OBJECT_RESOURCES: &str = r#"[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<objectkey>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#;
const READ_EXTRA: &str = r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<amzid>","bytesTransferredOut":<bytes>}"#;
const WRITE_EXTRA: &str = r#"{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<bytes>,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<amzid>","bytesTransferredOut":0}"#;
const DENIED: &str = "User: <caller> is not authorized to perform: s3:GetObject on resource: \\\"arn:aws:s3:::<bucket>/<objectkey>\\\" because no identity-based policy allows the s3:GetObject action";

pub(super) const TEMPLATES: &[Template] = &[
    Template::read("kms", "Decrypt", 820)
        .by(Caller::Forwarded)
        .request(r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#)
        .resources(KEY_RESOURCE),
    Template::read("kms", "Decrypt", 260)
        .by(Caller::Workload)
        .request(r#"{"encryptionContext":{"PARAMETER_ARN":"arn:aws:ssm:<region>:<account>:parameter<parameter>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#)
        .resources(KEY_RESOURCE)
        .fails(10, "AccessDenied", "User: <caller> is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:<region>:<account>:key/<kmskey> because no resource-based policy allows the kms:Decrypt action"),
    Template::read("kms", "GenerateDataKey", 420)
        .by(Caller::Forwarded)
        .request(r#"{"keyId":"arn:aws:kms:<region>:<account>:key/<kmskey>","keySpec":"AES_256","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<objectkey>"}}"#)
        .resources(KEY_RESOURCE),
    Template::read("s3", "GetObject", 900)
        .by(Caller::Workload)
        .data()
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<objectkey>"}"#)
        .extra(READ_EXTRA)
        .resources(OBJECT_RESOURCES)
        .fails(12, "AccessDenied", DENIED),
    Template::read("s3", "HeadObject", 300)
        .by(Caller::Workload)
        .data()
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<objectkey>"}"#)
        .extra(READ_EXTRA)
        .resources(OBJECT_RESOURCES)
        .fails(90, "NoSuchKey", "The specified key does not exist."),
    Template::write("s3", "PutObject", 520)
        .by(Caller::Workload)
        .data()
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<objectkey>","x-amz-server-side-encryption":"aws:kms"}"#)
        .response(r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<account>:key/<kmskey>","x-amz-server-side-encryption-bucket-key-enabled":"true"}"#)
        .extra(WRITE_EXTRA)
        .resources(OBJECT_RESOURCES),
    Template::write("s3", "DeleteObject", 40)
        .by(Caller::Workload)
        .data()
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<objectkey>"}"#)
        .extra(WRITE_EXTRA)
        .resources(OBJECT_RESOURCES),
    Template::read("s3", "ListObjects", 200)
        .by(Caller::Workload)
        .data()
        .request(r#"{"list-type":"2","bucketName":"<bucket>","encoding-type":"url","prefix":"raw/events/","Host":"<bucket>.s3.<region>.amazonaws.com","max-keys":"1000"}"#)
        .extra(READ_EXTRA)
        .resources(r#"[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/raw/events/"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]"#),
    Template::read("s3", "GetBucketAcl", 90)
        .by(Caller::Service)
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""}"#)
        .extra(READ_EXTRA)
        .resources(BUCKET_RESOURCE)
        .shared(),
    Template::read("s3", "ListBuckets", 40).by(Caller::Human).request(r#"{"Host":"s3.<region>.amazonaws.com"}"#).extra(READ_EXTRA),
    Template::read("s3", "GetBucketPolicy", 30)
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""}"#)
        .extra(READ_EXTRA)
        .resources(BUCKET_RESOURCE)
        .fails(300, "NoSuchBucketPolicy", "The bucket policy does not exist"),
    Template::read("s3", "GetBucketEncryption", 26)
        .request(r#"{"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","encryption":""}"#)
        .extra(READ_EXTRA)
        .resources(BUCKET_RESOURCE),
    Template::write("s3", "PutBucketPolicy", 1)
        .by(Caller::Human)
        .request(r#"{"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Sid":"Deny","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::<bucket>/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]},"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""}"#)
        .extra(WRITE_EXTRA)
        .resources(BUCKET_RESOURCE),
    Template::read("dynamodb", "GetItem", 180)
        .by(Caller::Workload)
        .data()
        .request(r#"{"tableName":"<table>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"consistentRead":false}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]"#),
    Template::write("dynamodb", "PutItem", 120)
        .by(Caller::Workload)
        .data()
        .request(r#"{"tableName":"<table>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS","sk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"items":["pk","sk","ttl"]}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]"#)
        .fails(25, "ConditionalCheckFailedException", "The conditional request failed"),
    Template::read("dynamodb", "DescribeTable", 90).by(Caller::Workload).request(r#"{"tableName":"<table>"}"#).resources(
        r#"[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]"#,
    ),
    Template::read("sqs", "ReceiveMessage", 90)
        .by(Caller::Workload)
        .data()
        .request(r#"{"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","maxNumberOfMessages":10,"waitTimeSeconds":20}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}]"#),
    Template::write("sns", "Publish", 40)
        .by(Caller::Workload)
        .data()
        .request(r#"{"topicArn":"arn:aws:sns:<region>:<account>:<topic>","message":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#)
        .response(r#"{"messageId":"<uuid>"}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:<region>:<account>:<topic>"}]"#),
    Template::read("secretsmanager", "GetSecretValue", 110)
        .by(Caller::Workload)
        .request(r#"{"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}"#)
        .fails(18, "AccessDenied", "User: <caller> is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:<region>:<account>:secret:<secret> because no identity-based policy allows the secretsmanager:GetSecretValue action"),
    Template::read("ssm", "GetParameters", 160).by(Caller::Workload).request(r#"{"names":["<parameter>","/shared/log-level"],"withDecryption":true}"#).resources(
        r#"[{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter<parameter>"},{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter/shared/log-level"}]"#,
    ),
    Template::read("ssm", "GetParameter", 90)
        .by(Caller::Workload)
        .request(r#"{"name":"<parameter>","withDecryption":true}"#)
        .resources(r#"[{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter<parameter>"}]"#)
        .fails(30, "ParameterNotFound", ""),
];
