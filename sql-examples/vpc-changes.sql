-- title: Changes of VPCs and of peerings between them
-- why: A peering joins two networks that were apart, perhaps with one of somebody else.
-- controls: CIS AWS Foundations 4.14, PCI DSS 1.2.2, HIPAA 164.312(e)(1), SOC 2 CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'vpcId'),
                json_extract_scalar(element_at(responseElements, 'vpc'), '$.vpcId'),
                element_at(requestParameters, 'vpcPeeringConnectionId')) AS vpc,
       element_at(requestParameters, 'peerOwnerId') AS peer_account,
       userIdentity.arn AS who,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('CreateVpc', 'DeleteVpc', 'ModifyVpcAttribute', 'AcceptVpcPeeringConnection',
                    'CreateVpcPeeringConnection', 'DeleteVpcPeeringConnection', 'RejectVpcPeeringConnection',
                    'AttachClassicLinkVpc', 'DetachClassicLinkVpc', 'DisableVpcClassicLink', 'EnableVpcClassicLink')
ORDER BY eventTime
