-- title: Credentials of instances used outside of their instance
-- why: Credentials of an instance have one address. A second one means that they were taken out of it.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), GDPR 33, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT split_part(userIdentity.principalId, ':', 2) AS instance,
       userIdentity.sessionContext.sessionIssuer.arn AS role,
       count(DISTINCT sourceIPAddress) AS addresses,
       array_join(array_sort(array_agg(DISTINCT sourceIPAddress)), ', ') AS seen_from,
       count(*) AS calls,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.type = 'AssumedRole'
  AND userIdentity.principalId LIKE '%:i-%'
  AND sourceIPAddress NOT LIKE '%.amazonaws.com'
  AND sourceIPAddress NOT LIKE 'AWS Internal%'
GROUP BY 1, 2
HAVING count(DISTINCT sourceIPAddress) > 1
ORDER BY addresses DESC
