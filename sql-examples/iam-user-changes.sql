-- title: Changes of users, groups and passwords
-- why: Who can sign in is decided here. New users and new passwords are also how an intruder stays.
-- controls: PCI DSS 8.2.4, PCI DSS 10.2.1.5, HIPAA 164.308(a)(3)(ii)(C), HIPAA 164.312(b), SOC 2 CC6.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       eventName AS action,
       coalesce(element_at(requestParameters, 'userName'), element_at(requestParameters, 'groupName')) AS changed,
       element_at(requestParameters, 'groupName') AS group_name,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND eventSource = 'iam.amazonaws.com'
  AND eventName IN ('CreateUser', 'UpdateUser', 'DeleteUser', 'CreateGroup', 'UpdateGroup', 'DeleteGroup',
                    'AddUserToGroup', 'RemoveUserFromGroup', 'CreateLoginProfile', 'UpdateLoginProfile',
                    'DeleteLoginProfile', 'ChangePassword', 'UpdateAccountPasswordPolicy',
                    'DeleteAccountPasswordPolicy')
ORDER BY eventTime
