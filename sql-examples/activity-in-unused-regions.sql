-- title: Changes in regions you do not use
-- why: Miners and other guests like regions where nobody looks. Put the regions you use into the parameter.
-- controls: CIS AWS Foundations 3.1, PCI DSS 10.4.1, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: regions text 'us-east-1,eu-west-1' Regions in use, separated by commas
SELECT awsRegion AS region,
       recipientAccountId AS account,
       eventSource AS service,
       eventName AS action,
       userIdentity.arn AS who,
       count(*) AS calls,
       count(errorCode) AS failed,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND readOnly = false
  AND NOT contains(split(:regions, ','), awsRegion)
GROUP BY 1, 2, 3, 4, 5
ORDER BY calls DESC
