-- title: Changes of trails and event data stores
-- why: Who switches the log off does not want to be seen. Narrower event selectors hide as well as a stopped
--   trail.
-- controls: CIS AWS Foundations 4.5, PCI DSS 10.2.1.6, PCI DSS 10.7.2, HIPAA 164.312(b), GDPR 32, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'name'),
                element_at(requestParameters, 'trailName'),
                element_at(requestParameters, 'eventDataStore')) AS trail_or_store,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'cloudtrail.amazonaws.com'
  AND eventName IN ('CreateTrail', 'UpdateTrail', 'DeleteTrail', 'StartLogging', 'StopLogging', 'PutEventSelectors',
                    'PutInsightSelectors', 'CreateEventDataStore', 'UpdateEventDataStore', 'DeleteEventDataStore',
                    'StopEventDataStoreIngestion', 'DeregisterOrganizationDelegatedAdmin')
ORDER BY eventTime
