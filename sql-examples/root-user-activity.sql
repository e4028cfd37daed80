-- title: Use of the root user
-- why: No policy holds the root user back, so nobody should work as it. Every line here needs a reason and a
--   name.
-- controls: CIS AWS Foundations 1.7, CIS AWS Foundations 4.3, PCI DSS 10.2.1.2, HIPAA 164.312(b), SOC 2 CC6.1,
--   SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventSource AS service,
       eventName AS action,
       sourceIPAddress AS source_address,
       userAgent AS user_agent,
       coalesce(errorCode, errorMessage) AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.type = 'Root'
  AND userIdentity.invokedBy IS NULL
  AND eventType <> 'AwsServiceEvent'
ORDER BY eventTime
