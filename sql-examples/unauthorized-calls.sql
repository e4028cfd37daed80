-- title: Calls that were refused for lack of permission
-- why: A broken deployment is refused all day on one action; somebody who explores a stolen key is refused on
--   many.
-- controls: CIS AWS Foundations 4.1, PCI DSS 10.2.1.4, HIPAA 164.308(a)(1)(ii)(D), GDPR 32, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT recipientAccountId AS account,
       userIdentity.arn AS who,
       eventSource AS service,
       eventName AS action,
       errorCode AS error,
       count(*) AS refused,
       max(sourceIPAddress) AS source_address,
       min(eventTime) AS first_time,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND (errorCode LIKE '%UnauthorizedOperation' OR errorCode LIKE 'AccessDenied%')
  AND sourceIPAddress <> 'delivery.logs.amazonaws.com'
  AND eventName <> 'HeadBucket'
GROUP BY 1, 2, 3, 4, 5
ORDER BY refused DESC, last_time DESC
