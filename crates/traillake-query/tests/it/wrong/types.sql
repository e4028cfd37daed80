SELECT eventName FROM events WHERE eventName = NULL AND eventName LIKE 5

SELECT lower(eventName, 'x') FROM events

SELECT lower(5)

SELECT lower()

SELECT substr(eventName) FROM events

SELECT substr(eventName, 'a') FROM events

SELECT date_trunc(eventTime, 'day') FROM events

SELECT element_at(eventName, 1) FROM events

SELECT element_at(requestParameters, 1) FROM events

SELECT element_at(resources, 'a') FROM events

SELECT count(eventName, eventSource) FROM events

SELECT sum(eventName) FROM events

SELECT avg(eventTime) FROM events

SELECT max(requestParameters) FROM events

SELECT approx_percentile(eventName, 0.5) FROM events

SELECT CAST(true AS date)

SELECT CAST(eventTime AS bigint) FROM events

SELECT CAST(requestParameters AS varchar) FROM events

SELECT CAST(eventName AS string) FROM events

SELECT CAST(eventName AS text) FROM events

SELECT CAST(eventName AS int64) FROM events

SELECT CAST(eventName AS varchar(x)) FROM events

SELECT CAST(eventName varchar) FROM events

SELECT eventName::text FROM events

SELECT ARRAY[1,2]['a']

SELECT 'abc'[1]

SELECT eventTime[1] FROM events

SELECT 5 LIKE '5'

SELECT eventName FROM events WHERE eventTime LIKE '2024%'

SELECT eventName FROM events WHERE eventTime > 5

SELECT eventName FROM events WHERE eventTime > 2024-01-01

SELECT eventName FROM events WHERE errorCode = 403

SELECT eventName FROM events WHERE readOnly = 1

SELECT eventName FROM events WHERE eventName

SELECT eventName FROM events WHERE eventName = 'a' OR 'b'

SELECT eventName FROM events WHERE NOT eventName

SELECT eventName FROM events WHERE requestParameters = 'x'

SELECT eventName FROM events WHERE requestParameters LIKE '%x%'

SELECT eventName FROM events WHERE userIdentity = 'root'

SELECT eventName FROM events WHERE userIdentity LIKE '%root%'

SELECT eventName + 1 FROM events

SELECT eventName || 1 FROM events

SELECT eventTime + 1 FROM events

SELECT eventTime - '1 day' FROM events

SELECT -eventName FROM events

SELECT ARRAY[1,'a']

SELECT CASE WHEN readOnly THEN 1 ELSE 'x' END FROM events

SELECT CASE WHEN eventName THEN 1 END FROM events

SELECT if(eventName, 1, 2) FROM events

SELECT if(readOnly, 1, 'x') FROM events

SELECT coalesce(eventName, 5) FROM events

SELECT nullif(eventName, 5) FROM events

SELECT greatest(1, 'a')

SELECT eventName IN ('a', 5) FROM events

SELECT eventName FROM events WHERE eventTime BETWEEN 1 AND 2

SELECT eventName FROM events WHERE eventTime > now() - 7

SELECT eventName FROM events WHERE eventTime IN (SELECT eventVersion FROM events)

SELECT filter(resources, r -> r.arn) FROM events

SELECT filter(resources, 'x') FROM events

SELECT transform(resources, (a, b) -> a) FROM events

SELECT reduce(ARRAY[1], 0, (s, x) -> s + x) FROM events

SELECT any_match(eventName, x -> true) FROM events

SELECT max_by(eventName) FROM events

SELECT concat(eventName, 5) FROM events

SELECT concat(eventName) FROM events

SELECT length(5)

SELECT cardinality(eventName) FROM events

SELECT trim(5)

SELECT abs('x')

SELECT round('1.5')

SELECT from_unixtime('1')

SELECT to_unixtime('x')

SELECT year('2024')

SELECT year(eventName) FROM events

SELECT url_extract_host(5)

SELECT CASE eventName WHEN 5 THEN 1 END FROM events

SELECT eventName FROM events WHERE (eventName, awsRegion) IN (('a', 'b', 'c'))

SELECT eventName FROM events WHERE (eventName, awsRegion) = ('a', 5)

SELECT CAST(row(1, 2) AS row(a bigint)) FROM events

SELECT typeof()

SELECT try(CAST('x' AS varchar), 1)

SELECT now(3)

SELECT hash('x')

SELECT md5('x')

SELECT array_length(resources) FROM events

SELECT 1 FROM event

SELECT 1 FROM nosuchstore

SELECT count(*) FROM events HAVING rank() OVER () = 1

SELECT a.eventName FROM events a JOIN events b ON count(*) = 1

SELECT eventName FROM events e WHERE eventID = (SELECT eventID FROM events)

SELECT 1 % 0

SELECT cast('x' AS bigint)

SELECT cast('x' AS timestamp)

SELECT eventName FROM events WHERE eventName = 5

SELECT eventName FROM events WHERE readOnly > 5

SELECT lower('a', 'b')

SELECT eventName FROM events WHERE WHERE 1

SELECT DISTINCT awsRegion FROM events ORDER BY eventName

SELECT eventName FROM events ORDER BY 9

SELECT *

SELECT 1 FROM UNNEST(1) AS t(a)

SELECT eventName FROM events HAVING 1
