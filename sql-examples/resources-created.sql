-- title: Everything that was created, by service and actor
-- why: New resources are cost, attack surface, or a guest. PCI DSS wants the creation of system-level objects in
--   the log.
-- controls: PCI DSS 10.2.1.7, HIPAA 164.312(b), SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT recipientAccountId AS account,
       awsRegion AS region,
       eventSource AS service,
       eventName AS action,
       userIdentity.arn AS who,
       count(*) AS created,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND managementEvent = true
  AND readOnly = false
  AND errorCode IS NULL
  AND regexp_like(eventName, '^(Create|Run|Register|Import|Restore|Allocate)')
GROUP BY 1, 2, 3, 4, 5
ORDER BY created DESC, service, action
