-- title: Grants of full administration
-- why: Whoever got one of these can do everything in the account from that moment on.
-- controls: CIS AWS Foundations 1.16, PCI DSS 7.2.2, PCI DSS 10.2.1.5, HIPAA 164.308(a)(4)(ii)(B), SOC 2 CC6.3
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       coalesce(element_at(requestParameters, 'userName'),
                element_at(requestParameters, 'roleName'),
                element_at(requestParameters, 'groupName')) AS granted_to,
       coalesce(element_at(requestParameters, 'policyArn'), element_at(requestParameters, 'policyName')) AS policy,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND errorCode IS NULL
  AND ((eventName IN ('AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy')
        AND regexp_like(element_at(requestParameters, 'policyArn'),
                        '/(AdministratorAccess|IAMFullAccess|PowerUserAccess)$'))
       OR (eventName IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion')
           AND regexp_like(element_at(requestParameters, 'policyDocument'),
                           '"Action"\s*:\s*\[?\s*"(\*|\*:\*|iam:\*)"')))
ORDER BY eventTime
