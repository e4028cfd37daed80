-- title: Console sign-ins without a second factor
-- why: A password alone is phished, guessed or reused. Federated sign-ins are left out: their second factor is
--   checked elsewhere and never shows here.
-- controls: CIS AWS Foundations 1.10, CIS AWS Foundations 4.2, PCI DSS 8.4.2, HIPAA 164.312(d), GDPR 32, SOC 2
--   CC6.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       userIdentity.type AS identity_type,
       coalesce(userIdentity.userName, userIdentity.arn) AS who,
       sourceIPAddress AS source_address,
       userAgent AS user_agent
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName = 'ConsoleLogin'
  AND userIdentity.type IN ('IAMUser', 'Root')
  AND element_at(responseElements, 'ConsoleLogin') = 'Success'
  AND coalesce(element_at(additionalEventData, 'MFAUsed'), 'No') <> 'Yes'
ORDER BY eventTime
