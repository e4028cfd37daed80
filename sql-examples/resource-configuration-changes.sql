-- title: Configuration items by resource
-- why: AWS Config keeps what a resource looked like after each change: often changed means worth a look.
-- controls: CIS AWS Foundations 3.3, PCI DSS 11.5.2, HIPAA 164.312(c)(1), SOC 2 CC7.1
-- kind: config
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventData.accountId AS account,
       eventData.awsRegion AS region,
       eventData.resourceType AS resource_type,
       eventData.resourceId AS resource_id,
       count(*) AS items,
       max_by(eventData.configurationItemStatus, eventTime) AS latest_status,
       max(eventTime) AS latest_change
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2, 3, 4
ORDER BY items DESC, latest_change DESC
