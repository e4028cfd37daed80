-- title: Instances that were launched, the large and the accelerated first
-- why: Mining on somebody else's account starts with RunInstances of the largest types, often in an unused
--   region.
-- controls: PCI DSS 10.2.1.7, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       element_at(requestParameters, 'instanceType') AS instance_type,
       json_extract_scalar(element_at(requestParameters, 'instancesSet'), '$.items[0].maxCount') AS wanted,
       json_array_length(json_extract(element_at(responseElements, 'instancesSet'), '$.items')) AS launched,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'ec2.amazonaws.com'
  AND eventName = 'RunInstances'
ORDER BY regexp_like(element_at(requestParameters, 'instanceType'), '^(p|g|trn|inf)[0-9]|metal|[0-9]{2}xlarge') DESC,
         eventTime
