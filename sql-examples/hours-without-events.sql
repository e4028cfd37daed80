-- title: Hours without any event, by account and region
-- why: A trail that stopped and a quiet weekend look alike until one asks. Silence that lasts to the end of the
--   window counts; an account or region without any event in the window is not known.
-- controls: CIS AWS Foundations 3.1, PCI DSS 10.7.2, HIPAA 164.312(b), GDPR 32, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -14d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: hours number 6 Silent hours, at least
-- parameter: ending_after timestamp -14d Silence that lasts beyond this moment
WITH active AS (
    SELECT recipientAccountId AS account, awsRegion AS region, date_trunc('hour', eventTime) AS hour
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
    GROUP BY 1, 2, 3
), followed AS (
    SELECT account,
           region,
           date_add('hour', 1, hour) AS silent_from,
           coalesce(lead(hour) OVER (PARTITION BY account, region ORDER BY hour), :until) AS silent_until
    FROM active
)
SELECT account,
       region,
       silent_from,
       silent_until,
       date_diff('hour', silent_from, silent_until) AS silent_hours
FROM followed
WHERE date_diff('hour', silent_from, silent_until) >= :hours
  AND silent_until > :ending_after
ORDER BY silent_hours DESC, silent_from
