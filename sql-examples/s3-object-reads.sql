-- title: Who read objects of which bucket
-- why: The first question after a leak, and the evidence of who has access to personal or card data. Needs data
--   events of the bucket.
-- controls: PCI DSS 10.2.1.1, HIPAA 164.312(b), GDPR 30, GDPR 33, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: bucket text '%' Buckets, a LIKE pattern
SELECT element_at(requestParameters, 'bucketName') AS bucket,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       count(*) AS reads,
       count(DISTINCT element_at(requestParameters, 'key')) AS objects,
       CAST(sum(TRY_CAST(element_at(additionalEventData, 'bytesTransferredOut') AS double)) AS bigint) AS bytes_out,
       count(errorCode) AS refused,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 's3.amazonaws.com'
  AND eventName IN ('GetObject', 'SelectObjectContent', 'GetObjectTorrent')
  AND element_at(requestParameters, 'bucketName') LIKE :bucket
GROUP BY 1, 2, 3
ORDER BY bytes_out DESC, reads DESC
