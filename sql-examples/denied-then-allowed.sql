-- title: Actions that were refused first and worked later
-- why: Somebody got a permission that was missing before: a repaired deployment, or a privilege that was taken.
-- controls: PCI DSS 10.2.1.5, HIPAA 164.308(a)(4)(ii)(C), SOC 2 CC6.3, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -14d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT userIdentity.arn AS who,
       eventSource AS service,
       eventName AS action,
       count(errorCode) AS refused,
       count_if(errorCode IS NULL) AS allowed,
       min(eventTime) FILTER (WHERE errorCode IS NOT NULL) AS first_refused,
       max(eventTime) FILTER (WHERE errorCode IS NULL) AS last_allowed
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND (errorCode IS NULL OR errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%')
  AND userIdentity.arn IS NOT NULL
GROUP BY 1, 2, 3
HAVING min(eventTime) FILTER (WHERE errorCode IS NULL) > max(eventTime) FILTER (WHERE errorCode IS NOT NULL)
ORDER BY last_allowed DESC
