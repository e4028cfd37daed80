-- title: Changes of security groups
-- why: Security groups are the firewall of every instance and database; each change of one opens or closes
--   something.
-- controls: CIS AWS Foundations 4.10, PCI DSS 1.2.2, HIPAA 164.312(e)(1), SOC 2 CC6.6, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'groupId'),
                json_extract_scalar(element_at(requestParameters, 'ModifySecurityGroupRulesRequest'), '$.GroupId'),
                element_at(responseElements, 'groupId'),
                element_at(requestParameters, 'groupName')) AS security_group,
       element_at(requestParameters, 'ipPermissions') AS permissions,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress',
                    'RevokeSecurityGroupIngress', 'RevokeSecurityGroupEgress',
                    'CreateSecurityGroup', 'DeleteSecurityGroup', 'ModifySecurityGroupRules')
ORDER BY eventTime
