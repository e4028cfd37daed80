-- title: Changes of network ACLs
-- why: A network ACL is the filter of a subnet; who removes a rule of it opens the subnet.
-- controls: CIS AWS Foundations 4.11, PCI DSS 1.2.2, HIPAA 164.312(e)(1), SOC 2 CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       element_at(requestParameters, 'networkAclId') AS network_acl,
       element_at(requestParameters, 'cidrBlock') AS network,
       element_at(requestParameters, 'ruleAction') AS rule_action,
       userIdentity.arn AS who,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('CreateNetworkAcl', 'CreateNetworkAclEntry', 'DeleteNetworkAcl', 'DeleteNetworkAclEntry',
                    'ReplaceNetworkAclEntry', 'ReplaceNetworkAclAssociation')
ORDER BY eventTime
