-- title: Hours without any event, by account and region
-- why: A trail that stopped and a quiet weekend look alike until one asks. A gap in a busy region is a finding.
-- controls: CIS AWS Foundations 3.1, PCI DSS 10.7.2, HIPAA 164.312(b), GDPR 32, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -14d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: hours number 6 Silent hours, at least
WITH active AS (
    SELECT recipientAccountId AS account, awsRegion AS region, date_trunc('hour', eventTime) AS hour
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
    GROUP BY 1, 2, 3
), followed AS (
    SELECT account, region, hour, lead(hour) OVER (PARTITION BY account, region ORDER BY hour) AS next_hour
    FROM active
)
SELECT account,
       region,
       date_add('hour', 1, hour) AS silent_from,
       next_hour AS silent_until,
       date_diff('hour', hour, next_hour) - 1 AS silent_hours
FROM followed
WHERE date_diff('hour', hour, next_hour) - 1 >= :hours
ORDER BY silent_hours DESC, silent_from
