-- title: Addresses that failed to sign in, and then succeeded
-- why: Failures that end with a success are how guessing a password looks when it works.
-- controls: CIS AWS Foundations 4.6, PCI DSS 10.2.1.4, HIPAA 164.308(a)(5)(ii)(C), GDPR 33, SOC 2 CC7.2, SOC 2
--   CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: failures number 3 Failures of the address, at least
WITH attempts AS (
    SELECT eventTime AS attempted_at,
           sourceIPAddress AS source_address,
           coalesce(userIdentity.userName, userIdentity.arn) AS who,
           element_at(responseElements, 'ConsoleLogin') AS outcome
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND eventName = 'ConsoleLogin'
), successes AS (
    SELECT source_address, max(attempted_at) AS last_success, max_by(who, attempted_at) AS signed_in_as
    FROM attempts
    WHERE outcome = 'Success'
    GROUP BY source_address
)
SELECT attempts.source_address,
       count(*) AS failures,
       min(attempts.attempted_at) AS first_failure,
       successes.last_success,
       successes.signed_in_as
FROM attempts
JOIN successes ON successes.source_address = attempts.source_address
WHERE attempts.outcome = 'Failure'
  AND attempts.attempted_at < successes.last_success
GROUP BY attempts.source_address, successes.last_success, successes.signed_in_as
HAVING count(*) >= :failures
ORDER BY failures DESC
