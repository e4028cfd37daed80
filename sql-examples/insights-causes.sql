-- title: Who and what was behind unusual activity
-- why: The attributions of an insight name the identities, agents and errors that made the difference.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2, SOC 2 CC7.3
-- kind: insights
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       insightEventSource AS service,
       insightEventName AS action,
       attributions.attribute AS attribute,
       element_at(attributions.insight, 1).value AS top_value,
       element_at(attributions.insight, 1).average AS top_per_minute,
       element_at(attributions.baseline, 1).value AS usual_value,
       element_at(attributions.baseline, 1).average AS usual_per_minute
FROM $EDS_ID
CROSS JOIN UNNEST(insightContext.attributions) AS attributions
WHERE eventTime >= :since AND eventTime < :until
  AND insightState = 'End'
ORDER BY eventTime, attribute
