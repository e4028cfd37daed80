-- title: Ports opened to the whole internet
-- why: Scanners find an open port within minutes. One line for each permission that names 0.0.0.0/0 or ::/0.
-- controls: CIS AWS Foundations 5.2, CIS AWS Foundations 5.3, PCI DSS 1.3.1, HIPAA 164.312(e)(1), GDPR 32, SOC 2
--   CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       element_at(requestParameters, 'groupId') AS security_group,
       json_extract_scalar(permission, '$.ipProtocol') AS protocol,
       json_extract_scalar(permission, '$.fromPort') AS from_port,
       json_extract_scalar(permission, '$.toPort') AS to_port,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address
FROM $EDS_ID
CROSS JOIN UNNEST(CAST(json_extract(element_at(requestParameters, 'ipPermissions'), '$.items') AS array(json)))
    AS opened (permission)
WHERE eventTime >= :since AND eventTime < :until
  AND eventName = 'AuthorizeSecurityGroupIngress'
  AND errorCode IS NULL
  AND regexp_like(json_format(permission), '"(0\.0\.0\.0/0|::/0)"')
UNION ALL
-- Requests that name one network beside the group, and changes of rules that are there.
SELECT eventTime,
       recipientAccountId,
       awsRegion,
       coalesce(element_at(requestParameters, 'groupId'),
                json_extract_scalar(element_at(requestParameters, 'ModifySecurityGroupRulesRequest'), '$.GroupId')),
       element_at(requestParameters, 'ipProtocol'),
       element_at(requestParameters, 'fromPort'),
       element_at(requestParameters, 'toPort'),
       userIdentity.arn,
       sourceIPAddress
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
  AND errorCode IS NULL
  AND (element_at(requestParameters, 'cidrIp') IN ('0.0.0.0/0', '::/0')
       OR regexp_like(element_at(requestParameters, 'ModifySecurityGroupRulesRequest'), '"(0\.0\.0\.0/0|::/0)"'))
ORDER BY event_time
