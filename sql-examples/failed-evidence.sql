-- title: Evidence that failed its compliance check
-- why: What Audit Manager collected and found wanting, by control: the work list before an audit.
-- controls: HIPAA 164.308(a)(8), GDPR 32, SOC 2 CC4.1
-- kind: audit_manager
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventData.frameworkName AS framework,
       eventData.controlSetId AS control_set,
       eventData.controlName AS control_name,
       eventData.resourceArn AS resource_arn,
       count(*) AS failed,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND upper(eventData.resourceComplianceCheck) LIKE 'FAIL%'
GROUP BY 1, 2, 3, 4
ORDER BY failed DESC, framework, control_name
