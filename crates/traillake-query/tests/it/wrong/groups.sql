SELECT eventName, count(*) FROM events

SELECT eventName, awsRegion, count(*) FROM events GROUP BY eventName

SELECT userIdentity.arn, count(*) FROM events GROUP BY userIdentity.type

SELECT eventName, count(*) FROM events GROUP BY 1 HAVING awsRegion = 'x'

SELECT eventName, count(*) FROM events GROUP BY 1 ORDER BY awsRegion

SELECT eventName, count(*) c FROM events GROUP BY 1 HAVING c > 1

SELECT eventName n FROM events WHERE n = 'x'

SELECT lower(eventName) n, count(*) FROM events GROUP BY n

SELECT * FROM events GROUP BY eventName

SELECT eventName FROM events WHERE count(*) > 1

SELECT eventName FROM events HAVING count(*) > 1

SELECT sum(count(*)) FROM events

SELECT count(*) FROM events GROUP BY count(*)

SELECT eventName FROM events WHERE row_number() OVER () = 1

SELECT row_number() FROM events

SELECT lower(eventName) OVER () FROM events

SELECT DISTINCT eventName FROM events ORDER BY eventTime

SELECT DISTINCT lower(eventName) FROM events ORDER BY eventName

SELECT eventName FROM events ORDER BY 2

SELECT eventName FROM events ORDER BY 0

SELECT eventName, count(*) FROM events GROUP BY 3

SELECT eventName FROM events WHERE eventName IN (SELECT eventName, eventID FROM events)

SELECT (SELECT eventID, eventName FROM events LIMIT 1)

SELECT transform(resources, r -> count(*)) FROM events

SELECT lag(eventName) FROM events

SELECT count(DISTINCT eventName, awsRegion) FROM events

SELECT grouping(eventName) FROM events

SELECT grouping(awsRegion) FROM events GROUP BY eventName
