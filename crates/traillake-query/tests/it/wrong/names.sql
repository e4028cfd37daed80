SELECT evntName FROM events

SELECT eventName, userIdentity.acountId FROM events

SELECT userIdentity.sessionContext.sessionIssuer.usrName FROM events

SELECT eventName FROM events WHERE evenSource = 's3.amazonaws.com'

SELECT eventName FROM events GROUP BY evntName

SELECT eventName FROM events ORDER BY evntName

SELECT requestParameters.bucketName FROM events

SELECT requestParameters.bucketName.x FROM events

SELECT resources.arn FROM events

SELECT resources[1].arm FROM events

SELECT eventName.x FROM events

SELECT eventTime.year FROM events

SELECT uper(eventName) FROM events

SELECT cout(*) FROM events

SELECT json_extract_scaler(eventjson, '$.a') FROM events

SELECT eventName FROM event

SELECT eventName FROM events, cgf

SELECT eventName FROM 0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa

SELECT eventName FROM default.events

SELECT eventName FROM events WHERE eventName = "GetObject"

SELECT eventName FROM events WHERE eventTime > now - interval '1' day

SELECT eventName FROM events e, events f WHERE e.eventID = f.eventID

SELECT * FROM events JOIN events ON true

SELECT eventName FROM events a JOIN cfg b ON eventID = eventID

SELECT a.eventName FROM events a JOIN cfg b

SELECT a.eventName FROM events a JOIN cfg b ON a.eventID

SELECT a.eventName FROM events a JOIN cfg b USING (nosuch)

SELECT x.eventName FROM events e

SELECT e.nosuch FROM events e

SELECT events.eventName FROM events e

SELECT t.* FROM events e

SELECT transform(resources, r -> r.nosuch) FROM events

SELECT eventName FROM events e WHERE EXISTS (SELECT 1 FROM cfg c WHERE c.nosuch = e.eventID)

SELECT row(1, 2).x

SELECT eventName FROM information_schema.nosuch

SELECT * FROM system.store

SELECT * FROM athena.event

SELECT eventName FROM events NATURAL LEFT JOIN nosuch

SELECT eventName FROM events GROUP BY ROLLUP(nosuch)

SELECT userIdentity.acountId FROM events

SELECT element_at(resources, 1).nosuch FROM events

SELECT lower(eventName) AS x, count(*) FROM events GROUP BY x

SELECT eventID FROM events a JOIN events b ON a.eventID = b.eventID

SELECT eventName FROM events WHERE eventID IN (SELECT eventID, eventName FROM events)

SELECT resources FROM events UNION SELECT eventName FROM events

SELECT eventName events WHERE eventName = 'x'

SELECT "10.0.0.1" FROM events WHERE eventName = "GetObject"

SELECT filter(resources, r -> r.nosuch = 1) FROM events

SELECT eventName FROM (SELECT 1 AS a)
