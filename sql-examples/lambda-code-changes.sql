-- title: Changes of Lambda code, roles and public entries
-- why: Code in a function runs with the function's role, also years later. A changed function or a public URL is
--   a quiet way back in.
-- controls: PCI DSS 10.2.1.7, HIPAA 164.312(c)(1), SOC 2 CC7.1, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       element_at(requestParameters, 'functionName') AS function_name,
       coalesce(element_at(requestParameters, 'role'), element_at(requestParameters, 'principal'),
                element_at(requestParameters, 'authType')) AS detail,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'lambda.amazonaws.com'
  AND regexp_like(eventName, '^(Create|Update)Function|^AddPermission|^(Add|Publish)LayerVersion|^CreateEventSource')
ORDER BY eventTime
