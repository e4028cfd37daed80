-- title: Keys disabled or scheduled for deletion
-- why: What a deleted key has encrypted is lost. The waiting time of 7 to 30 days is the time to notice.
-- controls: CIS AWS Foundations 4.7, PCI DSS 3.7.5, HIPAA 164.312(a)(2)(iv), GDPR 32, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(resources, 1).arn, element_at(requestParameters, 'keyId')) AS key_arn,
       element_at(requestParameters, 'pendingWindowInDays') AS days_to_notice,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'kms.amazonaws.com'
  AND eventName IN ('DisableKey', 'ScheduleKeyDeletion', 'DeleteImportedKeyMaterial', 'DisableKeyRotation')
ORDER BY eventTime
