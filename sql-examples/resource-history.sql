-- title: Everything that touched a resource
-- why: The first thing to ask about a resource that is not as it should be: who changed it, and when.
-- controls: PCI DSS 10.2.2, HIPAA 164.312(b), GDPR 33, SOC 2 CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -90d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: resource text '%:bucket/example' The resource, a LIKE pattern on ARN, name or id
SELECT eventTime AS event_time,
       eventSource AS service,
       eventName AS action,
       readOnly AS read_only,
       actor(userIdentity) AS who,
       sourceIPAddress AS source_address,
       errorCode AS error,
       eventID AS event_id
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND (any_match(resources, touched -> touched.arn LIKE :resource)
       OR any_match(map_values(requestParameters), value -> value LIKE :resource))
ORDER BY eventTime
