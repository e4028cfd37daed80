//! The resources of an event: those of the record, and those its request parameters name.

use serde_json::Value;

use super::LookupResource;

/// Request parameters that name a resource, and its type as AWS Config and event history spell it.
pub(super) const RESOURCE_PARAMETERS: [(&str, &str); 38] = [
    ("accessKeyId", "AWS::IAM::AccessKey"),
    ("allocationId", "AWS::EC2::EIP"),
    ("alarmName", "AWS::CloudWatch::Alarm"),
    ("autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup"),
    ("bucketName", "AWS::S3::Bucket"),
    ("certificateArn", "AWS::ACM::Certificate"),
    ("clusterName", "AWS::ECS::Cluster"),
    ("dBClusterIdentifier", "AWS::RDS::DBCluster"),
    ("dBInstanceIdentifier", "AWS::RDS::DBInstance"),
    ("dBSnapshotIdentifier", "AWS::RDS::DBSnapshot"),
    ("domainName", "AWS::Elasticsearch::Domain"),
    ("functionName", "AWS::Lambda::Function"),
    ("groupId", "AWS::EC2::SecurityGroup"),
    ("groupName", "AWS::IAM::Group"),
    ("imageId", "AWS::EC2::Ami"),
    ("instanceId", "AWS::EC2::Instance"),
    ("instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("internetGatewayId", "AWS::EC2::InternetGateway"),
    ("keyId", "AWS::KMS::Key"),
    ("keyName", "AWS::EC2::KeyPair"),
    ("loadBalancerName", "AWS::ElasticLoadBalancing::LoadBalancer"),
    ("logGroupName", "AWS::Logs::LogGroup"),
    ("networkAclId", "AWS::EC2::NetworkAcl"),
    ("networkInterfaceId", "AWS::EC2::NetworkInterface"),
    ("policyArn", "AWS::IAM::Policy"),
    ("queueUrl", "AWS::SQS::Queue"),
    ("roleArn", "AWS::IAM::Role"),
    ("roleName", "AWS::IAM::Role"),
    ("routeTableId", "AWS::EC2::RouteTable"),
    ("secretId", "AWS::SecretsManager::Secret"),
    ("snapshotId", "AWS::EC2::Snapshot"),
    ("stackName", "AWS::CloudFormation::Stack"),
    ("subnetId", "AWS::EC2::Subnet"),
    ("tableName", "AWS::DynamoDB::Table"),
    ("topicArn", "AWS::SNS::Topic"),
    ("userName", "AWS::IAM::User"),
    ("volumeId", "AWS::EC2::Volume"),
    ("vpcId", "AWS::EC2::VPC"),
];

/// The resources of a record, each once.
pub(super) fn of_record(record: &Value) -> Vec<LookupResource> {
    let mut found = Vec::new();
    for resource in record.get("resources").and_then(Value::as_array).into_iter().flatten() {
        let text = |name| resource.get(name).and_then(Value::as_str);
        let arn = text("ARN").or_else(|| text("arn"));
        add(&mut found, text("type"), arn);
    }
    for (parameter, kind) in RESOURCE_PARAMETERS {
        let name = record.get("requestParameters").and_then(|parameters| parameters.get(parameter));
        if let Some(name) = name.and_then(Value::as_str) {
            add(&mut found, Some(kind), Some(name));
        }
    }
    found
}

fn add(found: &mut Vec<LookupResource>, kind: Option<&str>, name: Option<&str>) {
    let resource = LookupResource { resource_type: kind.map(str::to_owned), resource_name: name.map(str::to_owned) };
    if (kind.is_some() || name.is_some()) && !found.contains(&resource) {
        found.push(resource);
    }
}
