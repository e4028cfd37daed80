-- title: Events that came late or were corrected
-- why: An audit of a period is complete only when one knows what arrived after it, and what replaced what.
-- controls: PCI DSS 10.3.4, HIPAA 164.312(c)(1), SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -90d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT element_at(addendum, 'reason') AS reason,
       recipientAccountId AS account,
       eventSource AS service,
       count(*) AS events,
       max(element_at(addendum, 'updatedFields')) AS updated_fields,
       min(eventTime) AS first_event,
       max(eventTime) AS last_event
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
  AND element_at(addendum, 'reason') IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY events DESC
