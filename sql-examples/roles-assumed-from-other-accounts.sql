-- title: Roles assumed from other accounts
-- why: Every partner, vendor and forgotten test account that can act in yours is here, with the last time it
--   did.
-- controls: PCI DSS 8.2.7, HIPAA 164.308(a)(4)(ii)(C), GDPR 32, SOC 2 CC6.3
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT userIdentity.accountId AS from_account,
       element_at(requestParameters, 'roleArn') AS role,
       count(*) AS calls,
       count(errorCode) AS refused,
       count_if(element_at(requestParameters, 'externalId') IS NULL) AS without_external_id,
       max(sourceIPAddress) AS source_address,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'sts.amazonaws.com'
  AND eventName = 'AssumeRole'
  AND userIdentity.accountId <> split_part(element_at(requestParameters, 'roleArn'), ':', 5)
GROUP BY 1, 2
ORDER BY calls DESC
