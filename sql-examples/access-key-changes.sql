-- title: Access keys made, switched and deleted
-- why: A long-lived key works from everywhere until somebody deletes it. A key made for another user is worth a
--   question.
-- controls: CIS AWS Foundations 1.13, CIS AWS Foundations 1.14, PCI DSS 8.6.3, PCI DSS 10.2.1.5, HIPAA
--   164.312(d), SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       coalesce(element_at(requestParameters, 'userName'), userIdentity.userName) AS key_of,
       coalesce(element_at(requestParameters, 'accessKeyId'),
                json_extract_scalar(element_at(responseElements, 'accessKey'), '$.accessKeyId')) AS access_key,
       element_at(requestParameters, 'status') AS new_status,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND eventName IN ('CreateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey', 'UploadSSHPublicKey',
                    'CreateServiceSpecificCredential', 'ResetServiceSpecificCredential', 'UploadSigningCertificate')
ORDER BY eventTime
