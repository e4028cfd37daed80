-- title: Unusual call and error rates that Insights found
-- why: Insights compares each API with its own past weeks. The factor says how far from usual it was.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), SOC 2 CC7.2
-- kind: insights
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT eventTime AS event_time,
       recipientAccountId AS account,
       awsRegion AS region,
       insightType AS insight_type,
       insightEventSource AS service,
       insightEventName AS action,
       insightErrorCode AS error,
       insightState AS state,
       insightContext.baselineAverage AS usual_per_minute,
       insightContext.insightAverage AS found_per_minute,
       insightContext.insightAverage / nullif(insightContext.baselineAverage, 0) AS factor
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
ORDER BY eventTime
