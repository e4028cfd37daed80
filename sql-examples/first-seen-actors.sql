-- title: Actors that were never seen before
-- why: Somebody new is a colleague, a deployment or an intruder. The list is short on most days, and read in a
--   minute.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC6.2, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: recent timestamp -3d New means first seen since this moment
SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) AS who,
       userIdentity.type AS identity_type,
       min(eventTime) AS first_seen,
       count(*) AS calls,
       count_if(readOnly = false) AS changes,
       count(errorCode) AS failed,
       min_by(eventName, eventTime) AS first_action,
       min_by(sourceIPAddress, eventTime) AS first_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.arn IS NOT NULL
GROUP BY 1, 2
HAVING min(eventTime) >= :recent
ORDER BY first_seen
