-- title: Calls by tools of attackers and testers
-- why: Some tools name themselves in the user agent. Few attackers change it; your own testers should be the
--   only ones here.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT userIdentity.arn AS who,
       userAgent AS user_agent,
       sourceIPAddress AS source_address,
       count(*) AS calls,
       count(errorCode) AS failed,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND regexp_like(userAgent, '(?i)(kali|parrot|pentoo|pacu|prowler|scoutsuite|trufflehog|cloudmapper|metasploit)')
GROUP BY 1, 2, 3
ORDER BY calls DESC
