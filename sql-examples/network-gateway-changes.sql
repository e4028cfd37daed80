-- title: Changes of internet, customer, NAT and transit gateways
-- why: A gateway is where traffic leaves a VPC. A new one is a new way out.
-- controls: CIS AWS Foundations 4.12, PCI DSS 1.2.2, HIPAA 164.312(e)(1), SOC 2 CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventName AS action,
       coalesce(element_at(requestParameters, 'internetGatewayId'),
                element_at(requestParameters, 'customerGatewayId'),
                json_extract_scalar(element_at(responseElements, 'internetGateway'), '$.internetGatewayId')) AS gateway,
       element_at(requestParameters, 'vpcId') AS vpc,
       userIdentity.arn AS who,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventName IN ('CreateCustomerGateway', 'DeleteCustomerGateway', 'CreateInternetGateway', 'DeleteInternetGateway',
                    'AttachInternetGateway', 'DetachInternetGateway', 'CreateNatGateway', 'DeleteNatGateway',
                    'CreateTransitGatewayVpcAttachment', 'CreateVpnConnection', 'CreateEgressOnlyInternetGateway')
ORDER BY eventTime
