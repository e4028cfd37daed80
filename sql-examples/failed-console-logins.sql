-- title: Failed console sign-ins by user and address
-- why: A few are typing errors; many from one address or on one user are somebody trying. A wrong user name
--   reads HIDDEN_DUE_TO_SECURITY_REASONS.
-- controls: CIS AWS Foundations 4.6, PCI DSS 10.2.1.4, HIPAA 164.308(a)(5)(ii)(C), GDPR 32, SOC 2 CC6.1, SOC 2
--   CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT recipientAccountId AS account,
       coalesce(userIdentity.userName, userIdentity.arn) AS who,
       sourceIPAddress AS source_address,
       count(*) AS failures,
       min(eventTime) AS first_failure,
       max(eventTime) AS last_failure,
       max(errorMessage) AS reason
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName = 'ConsoleLogin'
  AND (element_at(responseElements, 'ConsoleLogin') = 'Failure' OR errorMessage = 'Failed authentication')
GROUP BY 1, 2, 3
ORDER BY failures DESC, last_failure DESC
