-- title: Buckets opened to the public
-- why: A public bucket is the best-known way to lose data. Policies, ACLs and the public access block each can
--   open one.
-- controls: CIS AWS Foundations 2.1.4, PCI DSS 1.4.4, HIPAA 164.312(a)(1), GDPR 32, GDPR 33, SOC 2 CC6.1, SOC 2
--   CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       element_at(requestParameters, 'bucketName') AS bucket,
       coalesce(element_at(requestParameters, 'PublicAccessBlockConfiguration'),
                element_at(requestParameters, 'bucketPolicy'),
                element_at(requestParameters, 'AccessControlPolicy'),
                element_at(requestParameters, 'x-amz-acl')) AS setting,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 's3.amazonaws.com'
  AND errorCode IS NULL
  AND (eventName IN ('DeleteBucketPublicAccessBlock', 'DeleteAccountPublicAccessBlock')
       OR (eventName IN ('PutBucketPublicAccessBlock', 'PutAccountPublicAccessBlock')
           AND element_at(requestParameters, 'PublicAccessBlockConfiguration') LIKE '%false%')
       OR (eventName = 'PutBucketPolicy'
           AND regexp_like(element_at(requestParameters, 'bucketPolicy'), '"Principal":(\{"AWS":)?\[?"\*"'))
       OR (eventName IN ('PutBucketAcl', 'PutObjectAcl', 'CreateBucket')
           AND (element_at(requestParameters, 'x-amz-acl') LIKE '%public-read%'
                OR element_at(requestParameters, 'AccessControlPolicy') LIKE '%/groups/global/%')))
ORDER BY eventTime
