//! CloudWatch, Logs, Systems Manager, `CloudFormation`, RDS, Config, `CloudTrail` and the services' own events.

use crate::generate::template::{Caller, Template};

pub(super) const TEMPLATES: &[Template] = &[
    Template::write("logs", "CreateLogStream", 330)
        .by(Caller::Workload)
        .request(r#"{"logGroupName":"<loggroup>","logStreamName":"<logstream>"}"#)
        .fails(20, "ResourceAlreadyExistsException", "The specified log stream already exists"),
    Template::read("logs", "DescribeLogGroups", 60).request(r#"{"limit":50,"nextToken":"<nexttoken>"}"#),
    Template::read("logs", "GetLogEvents", 30).by(Caller::Human).request(r#"{"logGroupName":"<loggroup>","logStreamName":"<logstream>","startFromHead":false,"limit":10000}"#),
    Template::read("monitoring", "DescribeAlarms", 90).request(r#"{"alarmNames":["<alarm>"],"maxRecords":100}"#),
    Template::read("monitoring", "GetMetricData", 120).by(Caller::Workload).data().request(
        r#"{"startTime":"<time>","endTime":"<time>","metricDataQueries":[{"id":"m1","metricStat":{"metric":{"namespace":"AWS/ApplicationELB","metricName":"RequestCount","dimensions":[{"name":"LoadBalancer","value":"app/<service>/<hex>"}]},"period":60,"stat":"Sum"},"returnData":true}]}"#,
    ),
    Template::write("ssm", "UpdateInstanceInformation", 380).by(Caller::Workload).request(
        r#"{"instanceId":"<instance>","agentVersion":"3.3.551.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<privateip>","computerName":"ip-10-0-1-10.ec2.internal","agentName":"amazon-ssm-agent","availabilityZone":"<zone>","availabilityZoneId":"use1-az2"}"#,
    ),
    Template::write("ssm", "StartSession", 3)
        .by(Caller::Human)
        .request(r#"{"target":"<instance>"}"#)
        .response(r#"{"sessionId":"<user>-<hex17>","tokenValue":"Value hidden due to security reasons.","streamUrl":"wss://ssmmessages.<region>.amazonaws.com/v1/data-channel/<user>-<hex17>?role=publish_subscribe"}"#),
    Template::read("cloudformation", "DescribeStacks", 130).request(r#"{"stackName":"<stack>"}"#).fails(60, "ValidationException", "Stack with id <stack> does not exist"),
    Template::write("cloudformation", "ExecuteChangeSet", 3)
        .by(Caller::Workload)
        .request(r#"{"changeSetName":"arn:aws:cloudformation:<region>:<account>:changeSet/deploy-<number>/<uuid>","clientRequestToken":"<uuid2>","stackName":"<stack>"}"#),
    Template::read("rds", "DescribeDBInstances", 110).request(r#"{"dBInstanceIdentifier":"<db>"}"#),
    Template::read("rds", "DescribeDBClusters", 60).by(Caller::Workload).request(r#"{"maxRecords":100,"filters":[{"name":"engine","values":["aurora-postgresql"]}]}"#),
    Template::write("rds", "CreateDBSnapshot", 2)
        .by(Caller::Workload)
        .request(r#"{"dBSnapshotIdentifier":"<db>-<number>","dBInstanceIdentifier":"<db>"}"#)
        .response(r#"{"dBSnapshotIdentifier":"<db>-<number>","dBInstanceIdentifier":"<db>","engine":"postgres","allocatedStorage":200,"status":"creating","port":5432,"availabilityZone":"<zone>","vpcId":"<vpc>","engineVersion":"16.3","encrypted":true,"kmsKeyId":"arn:aws:kms:<region>:<account>:key/<kmskey>","dBSnapshotArn":"arn:aws:rds:<region>:<account>:snapshot:<db>-<number>","iAMDatabaseAuthenticationEnabled":false,"percentProgress":0.0}"#),
    Template::write("config", "PutEvaluations", 110).by(Caller::Service).request(
        r#"{"evaluations":[{"complianceResourceType":"AWS::EC2::SecurityGroup","complianceResourceId":"<sg>","complianceType":"COMPLIANT","orderingTimestamp":"<timetext>"}],"resultToken":"<nexttoken>","testMode":false}"#,
    ),
    Template::read("config", "SelectResourceConfig", 10).by(Caller::Human).request(r#"{"expression":"SELECT resourceId WHERE resourceType = 'AWS::EC2::Instance'","limit":100}"#),
    Template::read("cloudtrail", "LookupEvents", 30).by(Caller::Human).request(
        r#"{"maxResults":50,"lookupAttributes":[{"attributeKey":"ReadOnly","attributeValue":"false"}]}"#,
    ).fails(90, "ThrottlingException", "Rate exceeded"),
    Template::read("cloudtrail", "DescribeTrails", 50).request(r#"{"trailNameList":[],"includeShadowTrails":true}"#),
    Template::read("cloudtrail", "GetTrailStatus", 30).request(r#"{"name":"arn:aws:cloudtrail:<region>:<account>:trail/organization-trail"}"#),
    Template::read("health", "DescribeEventAggregates", 50).by(Caller::Human).request(
        r#"{"filter":{"startTimes":[{"from":"<timetext>"}],"eventStatusCodes":["open","upcoming"]},"aggregateField":"eventTypeCategory"}"#,
    ),
    Template::read("guardduty", "ListDetectors", 40).by(Caller::Workload).request(r#"{"maxResults":"50"}"#),
    Template::read("tagging", "GetResources", 60).by(Caller::Workload).request(r#"{"resourcesPerPage":100,"tagFilters":[{"key":"team","values":["<service>"]}],"paginationToken":"<nexttoken>"}"#),
    Template::read("route53", "ListResourceRecordSets", 40).global().by(Caller::Workload).request(r#"{"hostedZoneId":"<hostedzone>","maxItems":"100"}"#),
    Template::write("route53", "ChangeResourceRecordSets", 8)
        .global()
        .by(Caller::Workload)
        .request(r#"{"hostedZoneId":"<hostedzone>","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"<service>.example.com","type":"A","tTL":60,"resourceRecords":[{"value":"<privateip>"}]}}]}}"#)
        .response(r#"{"changeInfo":{"id":"/change/<hostedzone>","status":"PENDING","submittedAt":"<timetext>"}}"#),
    Template::write("cloudfront", "CreateInvalidation", 2)
        .global()
        .by(Caller::Workload)
        .request(r#"{"distributionId":"<distribution>","invalidationBatch":{"callerReference":"<uuid>","paths":{"quantity":1,"items":["/*"]}}}"#)
        .response(r#"{"invalidation":{"id":"<distribution>","createTime":"<timetext>","status":"InProgress"},"location":"https://cloudfront.amazonaws.com/2020-05-31/distribution/<distribution>/invalidation/<hex17>"}"#),
    Template::read("states", "DescribeExecution", 50).by(Caller::Workload).request(r#"{"executionArn":"arn:aws:states:<region>:<account>:execution:<workflow>:<uuid>"}"#),
    Template::write("states", "StartExecution", 30)
        .by(Caller::Workload)
        .request(r#"{"stateMachineArn":"arn:aws:states:<region>:<account>:stateMachine:<workflow>","name":"<uuid>","input":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#)
        .response(r#"{"executionArn":"arn:aws:states:<region>:<account>:execution:<workflow>:<uuid>","startDate":"<timetext>"}"#),
    Template::write("kms", "RotateKey", 1)
        .by(Caller::Nobody)
        .details(r#"{"keyId":"<kmskey>","rotationType":"AUTOMATIC"}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kmskey>"}]"#),
    Template::write("ec2", "SharedSnapshotVolumeCreated", 6).by(Caller::Nobody).details(r#"{"snapshotId":"<snapshot>"}"#),
    Template::read("trustedadvisor", "DescribeCheckSummaries", 6).global().by(Caller::Root).request(r#"{"checkIds":["<hex>"]}"#),
];
