-- title: Everything that administrators changed
-- why: The record of actions with administrative access that PCI DSS asks for. Put the names of your
--   administrative roles into the parameter.
-- controls: CIS AWS Foundations 1.16, PCI DSS 10.2.1.2, HIPAA 164.312(b), SOC 2 CC6.1, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -1d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: roles text '(?i)admin' Names of administrative roles and users, a regular expression
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       actor(userIdentity) AS who,
       eventSource AS service,
       eventName AS action,
       element_at(resources, 1).arn AS a_resource,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND readOnly = false
  AND (userIdentity.type = 'Root'
       OR regexp_like(coalesce(userIdentity.sessionContext.sessionIssuer.userName, userIdentity.userName, ''), :roles))
ORDER BY eventTime
