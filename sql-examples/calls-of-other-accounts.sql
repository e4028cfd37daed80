-- title: What principals of other accounts did with your resources
-- why: Resource policies let others in without a role of yours. This is what they did with it.
-- controls: PCI DSS 8.2.7, HIPAA 164.312(a)(1), GDPR 32, SOC 2 CC6.6
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT userIdentity.accountId AS from_account,
       coalesce(userIdentity.arn, userIdentity.principalId) AS who,
       eventSource AS service,
       eventName AS action,
       arn_parts(element_at(resources, 1).arn).resource AS a_resource,
       count(*) AS calls,
       count(errorCode) AS refused,
       max(eventTime) AS last_time
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND userIdentity.accountId <> recipientAccountId
  AND userIdentity.invokedBy IS NULL
GROUP BY 1, 2, 3, 4, 5
ORDER BY calls DESC
