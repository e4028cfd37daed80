-- title: Who read secrets and protected parameters
-- why: Each line is somebody holding a password of yours. People should be rare here, strangers absent.
-- controls: PCI DSS 10.2.1.1, HIPAA 164.312(b), GDPR 32, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT coalesce(element_at(requestParameters, 'secretId'),
                element_at(requestParameters, 'name'),
                element_at(requestParameters, 'names'),
                element_at(requestParameters, 'path')) AS secret,
       eventName AS action,
       actor(userIdentity) AS who,
       sourceIPAddress AS source_address,
       count(*) AS reads,
       count(errorCode) AS refused,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND ((eventSource = 'secretsmanager.amazonaws.com' AND eventName IN ('GetSecretValue', 'BatchGetSecretValue'))
       OR (eventSource = 'ssm.amazonaws.com'
           AND eventName IN ('GetParameter', 'GetParameters', 'GetParametersByPath')
           AND element_at(requestParameters, 'withDecryption') = 'true'))
GROUP BY 1, 2, 3, 4
ORDER BY reads DESC, secret
