-- title: Actors that made ways back in
-- why: A user, a key, a password or a trust made by one actor within an hour is the usual way to stay after the
--   stolen key is gone.
-- controls: PCI DSS 10.2.1.5, HIPAA 164.308(a)(6)(ii), GDPR 33, SOC 2 CC6.2, SOC 2 CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: kinds number 2 Different actions within an hour, at least
SELECT date_trunc('hour', eventTime) AS hour,
       recipientAccountId AS account,
       userIdentity.arn AS who,
       array_join(array_sort(array_agg(DISTINCT eventName)), ', ') AS actions,
       array_join(array_sort(array_agg(DISTINCT coalesce(element_at(requestParameters, 'userName'),
                                                         element_at(requestParameters, 'roleName'),
                                                         'themselves'))), ', ') AS made_for,
       max(sourceIPAddress) AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND errorCode IS NULL
  AND eventName IN ('CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole',
                    'UpdateAssumeRolePolicy', 'CreateSAMLProvider', 'CreateOpenIDConnectProvider', 'EnableMFADevice')
GROUP BY 1, 2, 3
HAVING count(DISTINCT eventName) >= :kinds
ORDER BY hour
