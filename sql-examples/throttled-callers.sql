-- title: Callers that were throttled
-- why: Throttling hurts everybody in the account. A loop without a pause is the usual cause, a scan the other
--   one.
-- controls: SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT date_trunc('hour', eventTime) AS hour,
       eventSource AS service,
       eventName AS action,
       userIdentity.arn AS who,
       count(*) AS throttled
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND regexp_like(errorCode, '(?i)throttl|RequestLimitExceeded|TooManyRequests|SlowDown')
GROUP BY 1, 2, 3, 4
ORDER BY throttled DESC, hour
