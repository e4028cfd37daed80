-- title: Actions that roles used before, and not any more
-- why: A permission that nobody uses is one that only an intruder needs. The list is what to take out of a
--   role's policies.
-- controls: CIS AWS Foundations 1.12, PCI DSS 7.2.4, HIPAA 164.308(a)(4)(ii)(C), GDPR 32, SOC 2 CC6.3
-- kind: cloudtrail
-- parameter: since timestamp -90d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: idle_since timestamp -30d Not used since this moment
-- parameter: role text '%' Roles, a LIKE pattern on the name
SELECT userIdentity.sessionContext.sessionIssuer.userName AS role,
       replace(eventSource, '.amazonaws.com') AS service,
       eventName AS action,
       count(*) AS calls_before,
       max(eventTime) AS last_use
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.type = 'AssumedRole'
  AND userIdentity.sessionContext.sessionIssuer.userName LIKE :role
  AND errorCode IS NULL
GROUP BY 1, 2, 3
HAVING max(eventTime) < :idle_since
ORDER BY role, service, action
