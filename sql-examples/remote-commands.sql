-- title: Sessions and commands on instances
-- why: Whoever opens a session on an instance acts with its role and sees its data. No firewall shows it.
-- controls: PCI DSS 10.2.1.2, HIPAA 164.312(b), SOC 2 CC6.1, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'target'),
                element_at(requestParameters, 'instanceId'),
                element_at(requestParameters, 'instanceIds'),
                element_at(requestParameters, 'targets')) AS instances,
       element_at(requestParameters, 'documentName') AS document,
       actor(userIdentity) AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('StartSession', 'SendCommand', 'StartAutomationExecution', 'SendSSHPublicKey',
                    'SendSerialConsoleSSHPublicKey', 'ExecuteCommand', 'GetPasswordData')
ORDER BY eventTime
