-- title: Addresses that failed to sign in as many users
-- why: One or two passwords tried on everybody stay below the lock-out of each user. Seen from the address they
--   stand out.
-- controls: CIS AWS Foundations 4.6, PCI DSS 10.2.1.4, HIPAA 164.308(a)(5)(ii)(C), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: users number 3 Different users, at least
SELECT sourceIPAddress AS source_address,
       count(DISTINCT userIdentity.userName) AS users,
       count(*) AS failures,
       array_join(array_sort(array_agg(DISTINCT userIdentity.userName)), ', ') AS tried,
       min(eventTime) AS first_failure,
       max(eventTime) AS last_failure
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName = 'ConsoleLogin'
  AND element_at(responseElements, 'ConsoleLogin') = 'Failure'
GROUP BY sourceIPAddress
HAVING count(DISTINCT userIdentity.userName) >= :users
ORDER BY users DESC, failures DESC
