-- title: Users and roles that fell silent
-- why: Credentials nobody uses are nobody's to watch. Disable what was silent for 45 days.
-- controls: CIS AWS Foundations 1.12, PCI DSS 8.2.6, HIPAA 164.308(a)(3)(ii)(C), GDPR 32, SOC 2 CC6.2
-- kind: cloudtrail
-- parameter: since timestamp -180d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: idle_since timestamp -45d Silent since this moment
SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) AS who,
       recipientAccountId AS account,
       max(eventTime) AS last_seen,
       date_diff('day', max(eventTime), :until) AS days_silent,
       count(*) AS calls
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.type IN ('IAMUser', 'AssumedRole')
GROUP BY 1, 2
HAVING max(eventTime) < :idle_since
ORDER BY last_seen
