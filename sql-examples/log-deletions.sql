-- title: Logs deleted, shortened or cut off from delivery
-- why: Flow logs, log groups and DNS query logs are evidence too, and not part of a trail.
-- controls: CIS AWS Foundations 3.7, PCI DSS 10.2.1.6, PCI DSS 10.3.2, HIPAA 164.312(b), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventSource AS service,
       eventName AS action,
       coalesce(element_at(requestParameters, 'logGroupName'),
                element_at(requestParameters, 'bucketName'),
                element_at(requestParameters, 'DeleteFlowLogsRequest'),
                element_at(requestParameters, 'id')) AS log,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('DeleteFlowLogs', 'DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy',
                    'DeleteSubscriptionFilter', 'DeleteQueryLoggingConfig', 'DeleteResolverQueryLogConfig',
                    'DeleteLoggingConfiguration', 'DeleteBucketLogging')
ORDER BY eventTime
