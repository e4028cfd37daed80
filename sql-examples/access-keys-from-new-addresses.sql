-- title: Access keys used from an address for the first time
-- why: A stolen key shows itself by the place it is used from, long before it shows itself by what it does.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), GDPR 33, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: recent timestamp -3d New means first seen since this moment
WITH used AS (
    SELECT userIdentity.accessKeyId AS access_key,
           sourceIPAddress AS source_address,
           max(userIdentity.arn) AS who,
           min(eventTime) AS first_seen,
           count(*) AS calls,
           count(errorCode) AS failed
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND userIdentity.accessKeyId LIKE 'AKIA%'
      AND sourceIPAddress NOT LIKE '%.amazonaws.com'
      AND sourceIPAddress NOT LIKE 'AWS Internal%'
    GROUP BY 1, 2
), keys AS (
    SELECT access_key, min(first_seen) AS known_since
    FROM used
    GROUP BY access_key
)
SELECT used.access_key, used.who, used.source_address, used.first_seen, used.calls, used.failed, keys.known_since
FROM used
JOIN keys ON keys.access_key = used.access_key
WHERE used.first_seen >= :recent
  AND keys.known_since < :recent
ORDER BY used.first_seen
