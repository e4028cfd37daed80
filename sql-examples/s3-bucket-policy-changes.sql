-- title: Changes of bucket policies, ACLs, CORS, lifecycle and replication
-- why: These settings decide who reads a bucket, how long its objects live and where copies go.
-- controls: CIS AWS Foundations 4.8, PCI DSS 10.2.1.7, HIPAA 164.312(b), GDPR 32, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       element_at(requestParameters, 'bucketName') AS bucket,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 's3.amazonaws.com'
  AND eventName IN ('PutBucketAcl', 'PutBucketPolicy', 'PutBucketCors', 'PutBucketLifecycle',
                    'PutBucketReplication', 'DeleteBucketPolicy', 'DeleteBucketCors', 'DeleteBucketLifecycle',
                    'DeleteBucketReplication', 'PutBucketVersioning', 'PutBucketEncryption', 'DeleteBucketEncryption',
                    'PutBucketLogging', 'PutBucketOwnershipControls')
ORDER BY eventTime
