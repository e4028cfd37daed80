-- title: Actors that took several steps towards more privileges
-- why: Each of these actions can turn a small permission into a large one. One is daily work; several kinds in
--   one day by one actor are a climb.
-- controls: PCI DSS 10.2.1.5, HIPAA 164.308(a)(1)(ii)(D), GDPR 33, SOC 2 CC7.2, SOC 2 CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: kinds number 2 Different actions within a day, at least
SELECT date_trunc('day', eventTime) AS day,
       actor(userIdentity) AS who,
       count(DISTINCT eventName) AS kinds,
       count(*) AS steps,
       count(errorCode) AS refused,
       array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS actions,
       max(sourceIPAddress) AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND (eventName IN ('AddUserToGroup', 'AttachGroupPolicy', 'AttachRolePolicy', 'AttachUserPolicy', 'CreateAccessKey',
                     'CreateLoginProfile', 'CreatePolicyVersion', 'PutGroupPolicy', 'PutRolePolicy', 'PutUserPolicy',
                     'SetDefaultPolicyVersion', 'UpdateAssumeRolePolicy', 'UpdateLoginProfile',
                     'AssociateIamInstanceProfile', 'CreateDevEndpoint', 'UpdateDevEndpoint', 'CreateStack')
       OR eventName LIKE 'UpdateFunctionCode%'
       OR eventName LIKE 'UpdateFunctionConfiguration%')
GROUP BY 1, 2
HAVING count(DISTINCT eventName) >= :kinds
ORDER BY day, kinds DESC
