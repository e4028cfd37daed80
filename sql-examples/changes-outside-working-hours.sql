-- title: Changes at night and on weekends
-- why: People sleep, intruders often work elsewhere. Times are in the zone of the parameter.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: zone text 'UTC' Time zone of the people, such as Europe/Berlin
SELECT eventTime AS event_time,
       date_format(at_timezone(eventTime, :zone), '%a %H:%i') AS local_time,
       userIdentity.arn AS who,
       eventSource AS service,
       eventName AS action,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND readOnly = false
  AND managementEvent = true
  AND userIdentity.invokedBy IS NULL
  AND (userIdentity.type IN ('Root', 'IAMUser') OR sessionCredentialFromConsole = 'true')
  AND (day_of_week(at_timezone(eventTime, :zone)) IN (6, 7)
       OR hour(at_timezone(eventTime, :zone)) NOT BETWEEN 7 AND 19)
ORDER BY eventTime
