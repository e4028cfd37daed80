-- title: Who decrypts with which key
-- why: Every read of protected data is a Decrypt of its key. A new name beside a key is a new reader of the
--   data.
-- controls: PCI DSS 10.2.1.1, HIPAA 164.312(a)(2)(iv), GDPR 30, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT element_at(resources, 1).arn AS key_arn,
       actor(userIdentity) AS who,
       userIdentity.invokedBy AS through_service,
       count(*) AS decrypts,
       count(errorCode) AS refused,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'kms.amazonaws.com'
  AND eventName = 'Decrypt'
GROUP BY 1, 2, 3
ORDER BY decrypts DESC
LIMIT 100
