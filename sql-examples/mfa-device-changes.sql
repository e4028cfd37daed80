-- title: Second factors added and taken away
-- why: Taking a second factor away is a step of taking over a user; adding one of their own is how intruders
--   keep it.
-- controls: CIS AWS Foundations 1.10, PCI DSS 8.3.1, PCI DSS 10.2.1.5, HIPAA 164.312(d), SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       coalesce(element_at(requestParameters, 'userName'), userIdentity.userName) AS factor_of,
       element_at(requestParameters, 'serialNumber') AS device,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND eventName IN ('CreateVirtualMFADevice', 'EnableMFADevice', 'ResyncMFADevice', 'DeactivateMFADevice',
                    'DeleteVirtualMFADevice')
ORDER BY eventTime
