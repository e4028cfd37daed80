-- title: Who may use a key: key policies and grants
-- why: A grant or a key policy opens everything the key has encrypted to somebody else, without a trace in IAM.
-- controls: PCI DSS 3.6.1, HIPAA 164.312(a)(2)(iv), GDPR 32, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       element_at(requestParameters, 'keyId') AS key_id,
       element_at(requestParameters, 'granteePrincipal') AS granted_to,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'kms.amazonaws.com'
  AND eventName IN ('PutKeyPolicy', 'CreateGrant', 'ReplicateKey', 'UpdateAlias')
  AND userIdentity.invokedBy IS NULL
ORDER BY eventTime
