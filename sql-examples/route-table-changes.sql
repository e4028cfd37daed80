-- title: Changes of route tables
-- why: A route decides where traffic goes: to the internet, or through somebody who listens.
-- controls: CIS AWS Foundations 4.13, PCI DSS 1.2.2, HIPAA 164.312(e)(1), SOC 2 CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       element_at(requestParameters, 'routeTableId') AS route_table,
       element_at(requestParameters, 'destinationCidrBlock') AS destination,
       coalesce(element_at(requestParameters, 'gatewayId'),
                element_at(requestParameters, 'natGatewayId'),
                element_at(requestParameters, 'networkInterfaceId'),
                element_at(requestParameters, 'vpcPeeringConnectionId')) AS target_id,
       userIdentity.arn AS who,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('CreateRoute', 'CreateRouteTable', 'ReplaceRoute', 'ReplaceRouteTableAssociation',
                    'DeleteRouteTable', 'DeleteRoute', 'DisassociateRouteTable')
ORDER BY eventTime
