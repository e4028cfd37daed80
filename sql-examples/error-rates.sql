-- title: Actions that fail most
-- why: Something broken, something blocked, or somebody without permission: the share tells which is worth a
--   look.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: calls number 10 Calls of the action, at least
SELECT eventSource AS service,
       eventName AS action,
       count(*) AS calls,
       count(errorCode) AS failed,
       round(100.0 * count(errorCode) / count(*), 1) AS failed_percent,
       max(errorCode) AS an_error,
       count(DISTINCT userIdentity.arn) AS actors
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
HAVING count(*) >= :calls AND count(errorCode) > 0
ORDER BY failed_percent DESC, failed DESC
