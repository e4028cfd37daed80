//! EC2, Lambda, ECS, ECR, Auto Scaling and load balancing.

use crate::generate::template::{Caller, Template};

const UNAUTHORIZED: &str = "You are not authorized to perform this operation. User: <caller> is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the action";

pub(super) const TEMPLATES: &[Template] = &[
    Template::read("ec2", "DescribeInstances", 420)
        .request(r#"{"maxResults":1000,"instancesSet":{},"filterSet":{"items":[{"name":"tag:team","valueSet":{"items":[{"value":"<service>"}]}}]}}"#)
        .fails(25, "Client.UnauthorizedOperation", UNAUTHORIZED),
    Template::read("ec2", "DescribeInstanceStatus", 160).request(r#"{"instancesSet":{"items":[{"instanceId":"<instance>"}]},"filterSet":{},"includeAllInstances":false}"#),
    Template::read("ec2", "DescribeSecurityGroups", 150).request(r#"{"maxResults":1000,"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<sg>"}]},"filterSet":{}}"#),
    Template::read("ec2", "DescribeVolumes", 90).request(r#"{"volumeSet":{"items":[{"volumeId":"<volume>"}]},"filterSet":{}}"#),
    Template::read("ec2", "DescribeSubnets", 90).request(r#"{"subnetSet":{"items":[{"subnetId":"<subnet>"}]},"filterSet":{}}"#),
    Template::read("ec2", "DescribeNetworkInterfaces", 140)
        .by(Caller::Workload)
        .request(r#"{"networkInterfaceIdSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"<vpc>"}]}},{"name":"private-ip-address","valueSet":{"items":[{"value":"<privateip>"}]}}]}}"#)
        .fails(30, "Client.RequestLimitExceeded", "Request limit exceeded."),
    Template::read("ec2", "DescribeTags", 110).by(Caller::Workload).request(
        r#"{"maxResults":500,"filterSet":{"items":[{"name":"resource-id","valueSet":{"items":[{"value":"<instance>"}]}}]},"nextToken":"<nexttoken>"}"#,
    ),
    Template::write("ec2", "RunInstances", 14)
        .by(Caller::Workload)
        .request(r#"{"instancesSet":{"items":[{"imageId":"<ami>","minCount":1,"maxCount":1}]},"groupSet":{"items":[{"groupId":"<sg>"}]},"instanceType":"<itype>","blockDeviceMapping":{"items":[{"deviceName":"/dev/xvda","ebs":{"volumeSize":80,"deleteOnTermination":true,"volumeType":"gp3","encrypted":true}}]},"monitoring":{"enabled":false},"subnetId":"<subnet>","disableApiTermination":false,"clientToken":"<uuid>","iamInstanceProfile":{"name":"<role>"},"tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"team","value":"<service>"},{"key":"aws:autoscaling:groupName","value":"<service>-asg"}]}]}}"#)
        .response(r#"{"requestId":"<uuid2>","reservationId":"r-0<hex17>","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-0<hex17>","imageId":"<ami>","currentState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-1-10.ec2.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":"<itype>","launchTime":<timems>,"placement":{"availabilityZone":"<zone>","tenancy":"default"},"monitoring":{"state":"disabled"},"subnetId":"<subnet>","vpcId":"<vpc>","privateIpAddress":"<privateip>","stateReason":{"code":"pending","message":"pending"},"architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":"hvm","hypervisor":"xen","ebsOptimized":true,"groupSet":{"items":[{"groupId":"<sg>","groupName":"<service>-sg"}]}}]},"requesterId":"<account>"}"#)
        .fails(60, "Client.InsufficientInstanceCapacity", "We currently do not have sufficient <itype> capacity in the Availability Zone you requested (<zone>). Our system will be working on provisioning additional capacity."),
    Template::write("ec2", "TerminateInstances", 12)
        .by(Caller::Workload)
        .request(r#"{"instancesSet":{"items":[{"instanceId":"<instance>"}]}}"#)
        .response(r#"{"requestId":"<uuid>","instancesSet":{"items":[{"instanceId":"<instance>","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}"#),
    Template::write("ec2", "CreateTags", 30)
        .request(r#"{"resourcesSet":{"items":[{"resourceId":"<volume>"}]},"tagSet":{"items":[{"key":"team","value":"<service>"},{"key":"cost-center","value":"<number>"}]}}"#)
        .response(r#"{"requestId":"<uuid>","_return":true}"#),
    Template::write("ec2", "CreateSnapshot", 18)
        .by(Caller::Workload)
        .request(r#"{"volumeId":"<volume>","description":"nightly backup","tagSpecificationSet":{"items":[{"resourceType":"snapshot","tags":[{"key":"created-by","value":"backup"}]}]}}"#)
        .response(r#"{"requestId":"<uuid>","snapshotId":"<snapshot>","volumeId":"<volume>","status":"pending","startTime":<timems>,"progress":"","ownerId":"<account>","volumeSize":"80","description":"nightly backup","encrypted":true}"#),
    Template::write("ec2", "AuthorizeSecurityGroupIngress", 4)
        .by(Caller::Human)
        .request(r#"{"groupId":"<sg>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":<port>,"toPort":<port>,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8","description":"from the office"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}"#)
        .response(r#"{"requestId":"<uuid>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<account>","groupId":"<sg>","securityGroupRuleId":"sgr-0<hex17>","isEgress":false,"ipProtocol":"tcp","fromPort":<port>,"toPort":<port>,"cidrIpv4":"10.0.0.0/8"}]}}"#),
    Template::write("ec2", "CreateNetworkInterface", 40)
        .by(Caller::Service)
        .request(r#"{"subnetId":"<subnet>","description":"AWS Lambda VPC ENI-<function>-<uuid>","groupSet":{"items":[{"groupId":"<sg>"}]},"privateIpAddressesSet":{}}"#)
        .response(r#"{"requestId":"<uuid2>","networkInterface":{"networkInterfaceId":"<eni>","subnetId":"<subnet>","vpcId":"<vpc>","availabilityZone":"<zone>","ownerId":"<account>","requesterManaged":false,"status":"pending","privateIpAddress":"<privateip>","sourceDestCheck":true,"tagSet":{}}}"#),
    Template::write("ec2", "DeleteNetworkInterface", 36).by(Caller::Service).request(r#"{"networkInterfaceId":"<eni>"}"#).response(r#"{"requestId":"<uuid>","_return":true}"#),
    Template::read("autoscaling", "DescribeAutoScalingGroups", 120).by(Caller::Workload).request(r#"{"autoScalingGroupNames":["<service>-asg"],"maxRecords":100}"#),
    Template::read("elasticloadbalancing", "DescribeTargetHealth", 150)
        .by(Caller::Workload)
        .request(r#"{"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<service>/<hex>"}"#)
        .fails(20, "ThrottlingException", "Rate exceeded"),
    Template::read("lambda", "GetFunction20150331v2", 90).request(r#"{"functionName":"<function>"}"#).fails(
        40,
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:<region>:<account>:function:<function>",
    ),
    Template::read("lambda", "ListFunctions20150331", 60).request(r#"{"maxItems":50}"#),
    Template::write("lambda", "UpdateFunctionCode20150331v2", 6)
        .by(Caller::Workload)
        .request(r#"{"functionName":"<function>","dryRun":false,"publish":true,"s3Bucket":"<bucket>","s3Key":"<objectkey>"}"#)
        .response(r#"{"functionName":"<function>","functionArn":"arn:aws:lambda:<region>:<account>:function:<function>","runtime":"python3.12","role":"arn:aws:iam::<account>:role/<role>","handler":"main.handler","codeSize":<bytes>,"description":"","timeout":30,"memorySize":512,"lastModified":"<time>","codeSha256":"<etag>","version":"<number>","environment":{},"tracingConfig":{"mode":"PassThrough"},"revisionId":"<uuid>","state":"Active","packageType":"Zip","architectures":["arm64"]}"#),
    Template::write("lambda", "Invoke", 260)
        .by(Caller::Workload)
        .data()
        .request(r#"{"functionName":"arn:aws:lambda:<region>:<account>:function:<function>","invocationType":"RequestResponse"}"#)
        .extra(r#"{"functionVersion":"arn:aws:lambda:<region>:<account>:function:<function>:$LATEST"}"#)
        .resources(r#"[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<function>"}]"#),
    Template::read("ecs", "DescribeServices", 110).by(Caller::Workload).request(r#"{"cluster":"<cluster>","services":["arn:aws:ecs:<region>:<account>:service/<cluster>/<service>"]}"#),
    Template::write("ecs", "SubmitTaskStateChange", 130)
        .by(Caller::Workload)
        .request(r#"{"cluster":"<cluster>","task":"arn:aws:ecs:<region>:<account>:task/<cluster>/<hex>","status":"RUNNING","containers":[{"containerName":"<service>","status":"RUNNING","imageDigest":"sha256:<digest>","runtimeId":"<etag>"}],"attachments":[]}"#)
        .response(r#"{"acknowledgment":"ACK"}"#),
    Template::write("ecs", "UpdateService", 5)
        .by(Caller::Workload)
        .request(r#"{"cluster":"<cluster>","service":"<service>","taskDefinition":"<service>:<number>","forceNewDeployment":true,"deploymentConfiguration":{"maximumPercent":200,"minimumHealthyPercent":100}}"#)
        .response(r#"{"service":{"serviceArn":"arn:aws:ecs:<region>:<account>:service/<cluster>/<service>","status":"ACTIVE","desiredCount":4,"runningCount":4,"pendingCount":0,"launchType":"FARGATE","taskDefinition":"arn:aws:ecs:<region>:<account>:task-definition/<service>:<number>","createdBy":"<caller>"}}"#),
    Template::read("ecr", "GetAuthorizationToken", 90).by(Caller::Workload),
    Template::read("ecr", "BatchGetImage", 110)
        .by(Caller::Workload)
        .request(r#"{"registryId":"<account>","repositoryName":"<repo>","imageIds":[{"imageTag":"release-<number>"}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.manifest.v1+json"]}"#)
        .resources(r#"[{"accountId":"<account>","ARN":"arn:aws:ecr:<region>:<account>:repository/<repo>"}]"#),
];
