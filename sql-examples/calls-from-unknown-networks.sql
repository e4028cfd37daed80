-- title: Calls of people and keys from outside of your networks
-- why: Most stolen credentials are used from networks you have never heard of. Put yours into the parameter.
-- controls: PCI DSS 1.4.2, PCI DSS 10.4.1, HIPAA 164.312(a)(1), GDPR 33, SOC 2 CC6.6, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: networks text '198.51.100.0/24,2001:db8::/32' Your networks (CIDR), separated by commas
SELECT sourceIPAddress AS source_address,
       actor(userIdentity) AS who,
       count(*) AS calls,
       count(errorCode) AS failed,
       count(DISTINCT eventName) AS actions,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.type IN ('Root', 'IAMUser', 'AssumedRole', 'FederatedUser')
  AND TRY_CAST(sourceIPAddress AS ipaddress) IS NOT NULL
  AND NOT is_private_ip(sourceIPAddress)
  AND none_match(split(:networks, ','), network -> cidr_contains(network, sourceIPAddress))
GROUP BY 1, 2
ORDER BY calls DESC
