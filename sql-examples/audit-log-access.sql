-- title: Who opened or changed the audit logs themselves
-- why: Those who read the logs learn what you see; those who delete them want you not to. Needs data events of
--   the log bucket.
-- controls: CIS AWS Foundations 3.4, PCI DSS 10.2.1.3, PCI DSS 10.3.1, HIPAA 164.312(b), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: bucket text '%cloudtrail%' The log buckets, a LIKE pattern
SELECT element_at(requestParameters, 'bucketName') AS bucket,
       eventName AS action,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       count(*) AS calls,
       count(errorCode) AS refused,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 's3.amazonaws.com'
  AND element_at(requestParameters, 'bucketName') LIKE :bucket
  AND coalesce(userIdentity.invokedBy, '') <> 'cloudtrail.amazonaws.com'
GROUP BY 1, 2, 3, 4
ORDER BY calls DESC, action
