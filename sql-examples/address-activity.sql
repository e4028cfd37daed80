-- title: All that came from an address
-- why: Given an address from a report or an alert: which identities it used, what it tried, and what worked.
-- controls: PCI DSS 10.2.2, HIPAA 164.312(b), GDPR 33, SOC 2 CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: address text '203.0.113.77' The address
SELECT actor(userIdentity) AS who,
       userIdentity.accessKeyId AS access_key,
       eventSource AS service,
       eventName AS action,
       count(*) AS calls,
       count(errorCode) AS failed,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND sourceIPAddress = :address
GROUP BY 1, 2, 3, 4
ORDER BY first_time
