-- title: Snapshots shared with other accounts
-- why: Sharing a snapshot copies a whole disk or database out of the account without moving a byte.
-- controls: PCI DSS 10.2.1.7, HIPAA 164.312(a)(1), GDPR 33, SOC 2 CC6.7
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'snapshotId'),
                element_at(requestParameters, 'dBSnapshotIdentifier'),
                element_at(requestParameters, 'dBClusterSnapshotIdentifier')) AS snapshot,
       coalesce(json_format(json_extract(element_at(requestParameters, 'createVolumePermission'), '$.add.items')),
                element_at(requestParameters, 'valuesToAdd')) AS shared_with,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND errorCode IS NULL
  AND ((eventName = 'ModifySnapshotAttribute'
        AND element_at(requestParameters, 'createVolumePermission') LIKE '%"add"%')
       OR (eventName IN ('ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute')
           AND element_at(requestParameters, 'valuesToAdd') IS NOT NULL))
ORDER BY eventTime
