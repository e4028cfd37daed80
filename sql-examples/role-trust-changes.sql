-- title: Who may assume a role: trust policies made and changed
-- why: The trust policy of a role decides who can become it. A foreign account or a star in it is a back door.
-- controls: CIS AWS Foundations 4.4, PCI DSS 10.2.1.5, HIPAA 164.308(a)(4)(ii)(C), SOC 2 CC6.3
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       element_at(requestParameters, 'roleName') AS role,
       json_format(json_extract(coalesce(element_at(requestParameters, 'policyDocument'),
                                         element_at(requestParameters, 'assumeRolePolicyDocument')),
                                '$.Statement[0].Principal')) AS first_trusted,
       coalesce(element_at(requestParameters, 'policyDocument'),
                element_at(requestParameters, 'assumeRolePolicyDocument')) AS trust_policy,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND eventName IN ('CreateRole', 'UpdateAssumeRolePolicy')
  AND errorCode IS NULL
ORDER BY eventTime
