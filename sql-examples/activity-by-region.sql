-- title: Events by region
-- why: Few organizations use every region. The quiet ones are where nobody looks.
-- controls: CIS AWS Foundations 3.1, PCI DSS 10.4.1, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT awsRegion AS region,
       count(*) AS events,
       count_if(readOnly = false) AS changes,
       count(DISTINCT recipientAccountId) AS accounts,
       min(eventTime) AS first_event,
       max(eventTime) AS last_event
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
GROUP BY awsRegion
ORDER BY events DESC
