-- title: Instances that still take credentials from metadata version 1
-- why: Version 1 hands out credentials to anybody who can make the instance fetch a URL.
-- controls: CIS AWS Foundations 5.6, PCI DSS 2.2.6, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT recipientAccountId AS account,
       split_part(userIdentity.principalId, ':', 2) AS instance,
       userIdentity.sessionContext.sessionIssuer.userName AS role,
       count(*) AS calls,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.sessionContext.ec2RoleDelivery = '1.0'
GROUP BY 1, 2, 3
ORDER BY calls DESC
