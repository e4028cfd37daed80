-- title: Who calls most
-- why: The busiest callers make the bill, the throttling and most of the log. Ten names explain most of a store.
-- controls: PCI DSS 10.4.1, SOC 2 CC7.2
-- kind: cloudtrail
-- parameter: since timestamp -1d Events from this moment on
-- parameter: until timestamp now Events before this moment
SELECT coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.invokedBy) AS who,
       recipientAccountId AS account,
       count(*) AS calls,
       round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS percent_of_all,
       count(errorCode) AS failed,
       count(DISTINCT eventName) AS actions,
       max_by(eventName, eventTime) AS latest_action
FROM $EDS_ID
WHERE eventTime >= :since AND eventTime < :until
GROUP BY 1, 2
ORDER BY calls DESC
LIMIT 20
