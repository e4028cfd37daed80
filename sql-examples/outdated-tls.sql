-- title: Callers that still use TLS 1.0 or 1.1
-- why: Old TLS can be read by others, and its callers fail on the day it is switched off. The agent names what
--   to upgrade.
-- controls: PCI DSS 4.2.1, HIPAA 164.312(e)(1), GDPR 32, SOC 2 CC6.7
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT tlsDetails.tlsVersion AS tls_version,
       tlsDetails.cipherSuite AS cipher_suite,
       userIdentity.arn AS who,
       userAgent AS user_agent,
       eventSource AS service,
       count(*) AS calls,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND tlsDetails.tlsVersion IN ('TLSv1', 'TLSv1.0', 'TLSv1.1')
GROUP BY 1, 2, 3, 4, 5
ORDER BY calls DESC
