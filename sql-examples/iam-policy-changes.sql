-- title: Changes of IAM policies
-- why: A policy is what a permission is made of; each change of one should have a ticket behind it.
-- controls: CIS AWS Foundations 4.4, PCI DSS 10.2.1.5, HIPAA 164.312(b), SOC 2 CC6.3, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       coalesce(element_at(requestParameters, 'policyArn'), element_at(requestParameters, 'policyName')) AS policy,
       coalesce(element_at(requestParameters, 'userName'),
                element_at(requestParameters, 'roleName'),
                element_at(requestParameters, 'groupName')) AS attached_to,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND eventName IN ('PutGroupPolicy', 'PutRolePolicy', 'PutUserPolicy',
                    'DeleteGroupPolicy', 'DeleteRolePolicy', 'DeleteUserPolicy',
                    'CreatePolicy', 'DeletePolicy', 'CreatePolicyVersion', 'DeletePolicyVersion',
                    'SetDefaultPolicyVersion', 'AttachRolePolicy', 'DetachRolePolicy',
                    'AttachUserPolicy', 'DetachUserPolicy', 'AttachGroupPolicy', 'DetachGroupPolicy',
                    'PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary',
                    'PutUserPermissionsBoundary', 'DeleteUserPermissionsBoundary')
ORDER BY eventTime
