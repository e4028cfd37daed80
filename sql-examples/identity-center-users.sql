-- title: What users of Identity Center did
-- why: The role session names a permission set; who sat behind it is in onBehalfOf and in the name of the
--   session.
-- controls: PCI DSS 10.2.1.2, HIPAA 164.312(b), GDPR 32, SOC 2 CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT actor(userIdentity) AS who,
       recipientAccountId AS account,
       count(*) AS calls,
       count_if(readOnly = false) AS changes,
       count(errorCode) AS failed,
       count(DISTINCT eventSource) AS services,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND (userIdentity.type = 'IdentityCenterUser'
       OR userIdentity.onBehalfOf.userId IS NOT NULL
       OR userIdentity.sessionContext.sessionIssuer.userName LIKE 'AWSReservedSSO%')
GROUP BY 1, 2
ORDER BY changes DESC, calls DESC
