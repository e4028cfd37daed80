-- title: What applications outside AWS reported
-- why: Events of your own applications belong beside those of AWS: the same people, the same questions.
-- controls: PCI DSS 10.2.1.1, HIPAA 164.312(b), GDPR 30, SOC 2 CC7.2
-- kind: integration
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventData.eventSource AS application,
       eventData.eventName AS action,
       eventData.userIdentity.principalId AS who,
       count(*) AS events,
       count(eventData.errorCode) AS failed,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3
ORDER BY events DESC
