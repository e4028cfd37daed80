-- title: Actors that deleted many objects
-- why: Ransom notes follow mass deletions. Without versioning the objects are gone, so the hour matters.
-- controls: PCI DSS 10.2.1.7, HIPAA 164.312(c)(1), GDPR 33, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: deletions number 100 Deletions within an hour, at least
SELECT date_trunc('hour', eventTime) AS hour,
       element_at(requestParameters, 'bucketName') AS bucket,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       count(*) AS deletions,
       count(errorCode) AS refused
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 's3.amazonaws.com'
  AND eventName IN ('DeleteObject', 'DeleteObjects', 'DeleteObjectVersion')
GROUP BY 1, 2, 3, 4
HAVING count(*) >= :deletions
ORDER BY deletions DESC
