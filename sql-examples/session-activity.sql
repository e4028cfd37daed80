-- title: All actions of one session or key
-- why: Credentials have an id. Given the one from an alert, this is what was done with it, in order.
-- controls: PCI DSS 10.2.2, HIPAA 164.312(b), GDPR 33, SOC 2 CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: access_key text 'ASIAEXAMPLE' The access key id
SELECT eventTime AS event_time,
       eventSource AS service,
       eventName AS action,
       awsRegion AS region,
       sourceIPAddress AS source_address,
       userAgent AS user_agent,
       errorCode AS error,
       element_at(resources, 1).arn AS a_resource,
       eventID AS event_id
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.accessKeyId = :access_key
ORDER BY eventTime
