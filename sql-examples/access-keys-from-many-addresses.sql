-- title: Access keys used from many addresses
-- why: A key belongs to one person or machine. Many addresses mean that it was copied.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), GDPR 33, SOC 2 CC6.1, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: addresses number 3 Different addresses, at least
SELECT userIdentity.accessKeyId AS access_key,
       max(userIdentity.arn) AS who,
       count(DISTINCT sourceIPAddress) AS addresses,
       array_join(slice(array_sort(array_agg(DISTINCT sourceIPAddress)), 1, 10), ', ') AS some_of_them,
       count(*) AS calls,
       count(errorCode) AS failed,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.accessKeyId LIKE 'AKIA%'
  AND sourceIPAddress NOT LIKE '%.amazonaws.com'
  AND sourceIPAddress NOT LIKE 'AWS Internal%'
GROUP BY 1
HAVING count(DISTINCT sourceIPAddress) >= :addresses
ORDER BY addresses DESC, calls DESC
