-- title: Roles reached through other roles
-- why: A chain of roles hides who is at its start. Each line joins two links by the key that the first one gave
--   out.
-- controls: PCI DSS 10.2.2, HIPAA 164.312(b), SOC 2 CC6.3, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
WITH assumed AS (
    SELECT eventTime AS assumed_at,
           userIdentity.arn AS who,
           userIdentity.accessKeyId AS with_key,
           element_at(requestParameters, 'roleArn') AS role,
           json_extract_scalar(element_at(responseElements, 'credentials'), '$.accessKeyId') AS new_key
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND eventSource = 'sts.amazonaws.com'
      AND eventName = 'AssumeRole'
      AND errorCode IS NULL
)
SELECT link1.who AS began_as,
       link1.role AS first_role,
       link2.role AS second_role,
       count(*) AS times,
       min(link1.assumed_at) AS first_time,
       max(link2.assumed_at) AS last_time
FROM assumed AS link1
JOIN assumed AS link2 ON link2.with_key = link1.new_key
GROUP BY 1, 2, 3
ORDER BY times DESC, began_as
