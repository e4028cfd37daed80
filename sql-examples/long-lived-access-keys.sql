-- title: Long-lived access keys in use
-- why: What could be a role should be one. This is the list to work down, the most used first.
-- controls: CIS AWS Foundations 1.12, CIS AWS Foundations 1.14, PCI DSS 8.6.3, HIPAA 164.312(d), SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT userIdentity.accessKeyId AS access_key,
       userIdentity.arn AS who,
       count(*) AS calls,
       count(DISTINCT date_trunc('day', eventTime)) AS days_in_use,
       count(DISTINCT eventSource) AS services,
       count(DISTINCT sourceIPAddress) AS addresses,
       max(userAgent) AS a_user_agent,
       max(eventTime) AS last_use
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.accessKeyId LIKE 'AKIA%'
GROUP BY 1, 2
ORDER BY calls DESC
