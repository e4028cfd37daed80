-- title: GuardDuty, Security Hub and their kin switched off or silenced
-- why: An intruder who can, turns the alarm off first. Suppression filters and trusted lists silence it as well.
-- controls: CIS AWS Foundations 4.16, PCI DSS 10.7.2, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       eventSource AS service,
       eventName AS action,
       userIdentity.arn AS who,
       sourceIPAddress AS source_address,
       errorCode AS error
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND ((eventSource = 'guardduty.amazonaws.com'
        AND eventName IN ('DeleteDetector', 'UpdateDetector', 'DisassociateFromMasterAccount',
                          'DisassociateFromAdministratorAccount', 'DisassociateMembers', 'StopMonitoringMembers',
                          'DeleteMembers', 'CreateFilter', 'CreateIPSet', 'DeletePublishingDestination'))
       OR (eventSource = 'securityhub.amazonaws.com'
           AND eventName IN ('DisableSecurityHub', 'BatchDisableStandards', 'DisassociateMembers',
                             'DisassociateFromAdministratorAccount', 'CreateAutomationRule'))
       OR (eventSource = 'macie2.amazonaws.com' AND eventName IN ('DisableMacie', 'CreateFindingsFilter'))
       OR (eventSource = 'inspector2.amazonaws.com' AND eventName IN ('Disable', 'CreateFilter'))
       OR (eventSource = 'access-analyzer.amazonaws.com' AND eventName IN ('DeleteAnalyzer', 'CreateArchiveRule')))
ORDER BY eventTime
