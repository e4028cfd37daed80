-- title: Actors that looked around: many different reads within an hour
-- why: After getting in comes finding out where one is: who am I, which buckets, which users, which roles, much
--   of it refused.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: actions number 10 Different actions within an hour, at least
SELECT date_trunc('hour', eventTime) AS hour,
       userIdentity.arn AS who,
       max(sourceIPAddress) AS source_address,
       count(DISTINCT eventName) AS actions,
       count(DISTINCT eventSource) AS services,
       count(*) AS calls,
       count(errorCode) AS refused
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND readOnly = true
  AND managementEvent = true
  AND regexp_like(eventName, '^(List|Describe|Get)')
  AND userIdentity.invokedBy IS NULL
GROUP BY 1, 2
HAVING count(DISTINCT eventName) >= :actions
ORDER BY actions DESC, hour
