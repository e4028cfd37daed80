-- title: Changes of AWS Config recording
-- why: Without its recorder AWS Config sees no change any more, and its rules report what was.
-- controls: CIS AWS Foundations 3.3, CIS AWS Foundations 4.9, PCI DSS 10.7.2, HIPAA 164.312(b), SOC 2 CC7.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'configurationRecorderName'),
                element_at(requestParameters, 'deliveryChannelName'),
                element_at(requestParameters, 'configRuleName')) AS changed,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'config.amazonaws.com'
  AND eventName IN ('StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'PutConfigurationRecorder',
                    'DeleteDeliveryChannel', 'PutDeliveryChannel', 'DeleteConfigRule', 'PutRetentionConfiguration')
ORDER BY eventTime
