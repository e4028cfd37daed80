-- title: Events by account and day
-- why: The shape of normal. It shows an account that appeared, one that fell silent and the day something ran
--   wild.
-- controls: CIS AWS Foundations 3.1, PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -14d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT recipientAccountId AS account,
       date_trunc('day', eventTime) AS day,
       count(*) AS events,
       count_if(readOnly = false) AS changes,
       count(errorCode) AS failed,
       count(DISTINCT userIdentity.arn) AS actors
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY account, day
