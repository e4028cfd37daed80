-- title: Calls that a VPC endpoint policy refused
-- why: Somebody inside tried to reach a bucket or an account outside of what the endpoint allows: the shape of
--   data being carried out.
-- controls: PCI DSS 1.3.2, HIPAA 164.312(e)(1), GDPR 33, SOC 2 CC6.6, SOC 2 CC6.7
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT vpcEndpointId AS vpc_endpoint,
       vpcEndpointAccountId AS endpoint_account,
       coalesce(userIdentity.arn, userIdentity.principalId, userIdentity.accountId) AS who,
       eventSource AS service,
       eventName AS action,
       sourceIPAddress AS source_address,
       count(*) AS refused,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventCategory = 'NetworkActivity'
  AND errorCode = 'VpceAccessDenied'
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY refused DESC
