-- title: Changes of the organization
-- why: Accounts, their places and the policies above them: what is changed here no account can undo.
-- controls: CIS AWS Foundations 4.15, PCI DSS 10.2.1.5, HIPAA 164.312(b), SOC 2 CC6.3, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       eventName AS action,
       coalesce(element_at(requestParameters, 'accountId'),
                element_at(requestParameters, 'targetId'),
                element_at(requestParameters, 'email'),
                json_extract_scalar(element_at(requestParameters, 'target'), '$.id')) AS changed,
       element_at(requestParameters, 'policyId') AS policy,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'organizations.amazonaws.com'
  AND eventName IN ('AcceptHandshake', 'AttachPolicy', 'CloseAccount', 'CreateAccount', 'CreateOrganizationalUnit',
                    'CreatePolicy', 'DeclineHandshake', 'DeleteOrganization', 'DeleteOrganizationalUnit',
                    'DeletePolicy', 'DetachPolicy', 'DisablePolicyType', 'EnablePolicyType',
                    'InviteAccountToOrganization', 'LeaveOrganization', 'MoveAccount', 'RegisterDelegatedAdministrator',
                    'RemoveAccountFromOrganization', 'UpdatePolicy', 'UpdateOrganizationalUnit')
ORDER BY eventTime
