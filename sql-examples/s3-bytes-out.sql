-- title: Actors that took the most out of S3, by day
-- why: Exfiltration is a day on which one actor reads many times what it reads on its other days, or the only
--   day of an actor.
-- controls: PCI DSS 10.4.1, HIPAA 164.308(a)(1)(ii)(D), GDPR 33, SOC 2 CC6.7, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -30d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: times number 3 How many times the actor's average of its other days
WITH days AS (
    SELECT date_trunc('day', eventTime) AS day,
           userIdentity.arn AS who,
           sum(TRY_CAST(element_at(additionalEventData, 'bytesTransferredOut') AS double)) AS bytes_out,
           count(*) AS reads
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND eventSource = 's3.amazonaws.com'
      AND eventName = 'GetObject'
      AND errorCode IS NULL
    GROUP BY 1, 2
), averages AS (
    SELECT day,
           who,
           bytes_out,
           reads,
           coalesce((sum(bytes_out) OVER (PARTITION BY who) - bytes_out)
                    / nullif(count(*) OVER (PARTITION BY who) - 1, 0), 0) AS usual_bytes
    FROM days
    WHERE bytes_out > 0
)
SELECT day,
       who,
       CAST(bytes_out AS bigint) AS bytes_out,
       CAST(usual_bytes AS bigint) AS usual_bytes,
       reads
FROM averages
WHERE bytes_out >= :times * usual_bytes
ORDER BY bytes_out DESC
LIMIT 50
