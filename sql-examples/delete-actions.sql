-- title: Everything that was deleted
-- why: The record of what is gone, by whom: for the auditor, and for the morning after.
-- controls: PCI DSS 10.2.1.7, HIPAA 164.312(c)(1), GDPR 30, SOC 2 CC7.3, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventSource AS service,
       eventName AS action,
       element_at(resources, 1).arn AS a_resource,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND managementEvent = true
  AND regexp_like(eventName, '^(Delete|Terminate|Remove|Deregister|Purge|Destroy)')
  AND userIdentity.invokedBy IS NULL
ORDER BY eventTime
