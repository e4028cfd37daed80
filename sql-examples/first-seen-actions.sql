-- title: Known actors that do something new
-- why: A workload does the same all year. The first call of another service is a release, or somebody else.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.1, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: recent timestamp -3d New means first seen since this moment
WITH actions AS (
    SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) AS who,
           eventSource AS service,
           eventName AS action,
           min(eventTime) AS first_time,
           count(*) AS calls,
           count(errorCode) AS failed
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND userIdentity.arn IS NOT NULL
    GROUP BY 1, 2, 3
)
SELECT who, service, action, first_time, calls, failed
FROM (
    SELECT who, service, action, first_time, calls, failed, min(first_time) OVER (PARTITION BY who) AS known_since
    FROM actions
)
WHERE first_time >= :recent
  AND known_since < :recent
ORDER BY first_time
