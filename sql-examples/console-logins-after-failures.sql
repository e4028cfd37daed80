-- title: Addresses that failed to sign in, and then succeeded
-- why: Failures that end with a success are how guessing a password looks when it works.
-- controls: CIS AWS Foundations 4.6, PCI DSS 10.2.1.4, HIPAA 164.308(a)(5)(ii)(C), GDPR 33, SOC 2 CC7.2, SOC 2
--   CC7.3
-- kind: cloudtrail
-- parameter: since timestamp -7d Events from this moment on
-- parameter: until timestamp now Events before this moment
-- parameter: failures number 3 Failures of the address, at least
SELECT sourceIPAddress AS source_address,
       count_if(outcome = 'Failure') AS failures,
       min(eventTime) FILTER (WHERE outcome = 'Failure') AS first_failure,
       max(eventTime) FILTER (WHERE outcome = 'Success') AS last_success,
       max_by(who, eventTime) FILTER (WHERE outcome = 'Success') AS signed_in_as
FROM (
    SELECT eventTime,
           sourceIPAddress,
           coalesce(userIdentity.userName, userIdentity.arn) AS who,
           element_at(responseElements, 'ConsoleLogin') AS outcome
    FROM $EDS_ID
    WHERE eventTime >= :since AND eventTime < :until
      AND eventName = 'ConsoleLogin'
)
GROUP BY sourceIPAddress
HAVING count_if(outcome = 'Failure') >= :failures
   AND max(eventTime) FILTER (WHERE outcome = 'Success') > min(eventTime) FILTER (WHERE outcome = 'Failure')
ORDER BY failures DESC
