-- title: Machine images shared with other accounts or with everybody
-- why: An image holds what was on the disk: code, keys, data. Shared with the group `all` it belongs to the
--   world.
-- controls: PCI DSS 10.2.1.7, HIPAA 164.312(a)(1), GDPR 33, SOC 2 CC6.7
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       element_at(requestParameters, 'imageId') AS image,
       json_format(json_extract(element_at(requestParameters, 'launchPermission'), '$.add.items')) AS shared_with,
       element_at(requestParameters, 'launchPermission') LIKE '%"group":"all"%' AS is_public,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName = 'ModifyImageAttribute'
  AND element_at(requestParameters, 'launchPermission') LIKE '%"add"%'
  AND errorCode IS NULL
ORDER BY eventTime
