-- title: Console against API, by actor
-- why: Changes by hand in the console are the ones that no pipeline reviewed and no template knows.
-- controls: PCI DSS 10.2.1.2, SOC 2 CC8.1
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT who,
       count(*) AS changes,
       count_if(by_hand) AS in_the_console,
       round(100.0 * count_if(by_hand) / count(*), 1) AS console_percent,
       max(eventTime) AS last_change
FROM (
    SELECT eventTime,
           userIdentity.arn AS who,
           coalesce(sessionCredentialFromConsole = 'true', false) OR eventType = 'AwsConsoleAction' AS by_hand
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND readOnly = false
      AND userIdentity.arn IS NOT NULL
)
GROUP BY who
ORDER BY in_the_console DESC, changes DESC
