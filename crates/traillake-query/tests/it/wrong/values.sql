SELECT date_trunc('dya', eventTime) FROM events

SELECT date_add('days', 1, eventTime) FROM events

SELECT date_diff('day', eventTime) FROM events

SELECT date_format(eventTime) FROM events

SELECT date_parse('2024', '%U') FROM events

SELECT date_parse('abc', '%Y-%m-%d')

SELECT CAST('x' AS integer)

SELECT CAST(eventVersion AS integer) FROM events

SELECT awsRegion, CAST(eventVersion AS date) FROM events

SELECT CAST('300' AS tinyint)

SELECT eventName FROM events WHERE CAST(eventVersion AS bigint) > 5

SELECT 1 / 0

SELECT cardinality(resources) / 0 FROM events

SELECT 5 % 0

SELECT 9223372036854775807 + 1

SELECT requestParameters['nosuch'] FROM events

SELECT resources[7] FROM events WHERE eventName = 'Decrypt'

SELECT ARRAY[1,2][0]

SELECT eventName FROM events WHERE eventTime > timestamp '2024-13-01 00:00:00'

SELECT eventName FROM events WHERE eventTime > timestamp 'yesterday'

SELECT eventName FROM events WHERE eventTime > date '2024-1-1x'

SELECT eventName FROM events WHERE eventTime > 'yesterday'

SELECT eventName FROM events WHERE eventTime > now() - INTERVAL 'x' DAY

SELECT eventName FROM events WHERE regexp_like(eventName, '(')

SELECT eventName FROM events WHERE regexp_like(eventName, '[a-')

SELECT regexp_extract(eventName, '(a)(b)', 5) FROM events

SELECT eventName FROM events WHERE regexp_like(eventName, '(' || eventVersion)

SELECT json_extract_scalar(eventjson, 'bad path [') FROM events

SELECT json_extract_scalar(eventjson, '$.') FROM events

SELECT json_extract_scalar(requestParameters, '$.bucketName') FROM events

SELECT json_parse('{')

SELECT eventTime AT TIME ZONE 'Europe/Berln' FROM events

SELECT at_timezone(eventTime, 'XYZ') FROM events

SELECT from_iso8601_timestamp('yesterday')

SELECT split_part(eventName, ',', 0) FROM events

SELECT eventName FROM events WHERE eventName LIKE 'a!%' ESCAPE '!!'

SELECT (SELECT eventID FROM events)

SELECT eventName FROM events WHERE eventID = (SELECT eventID FROM events)

SELECT map(ARRAY['a'], ARRAY[1, 2])

SELECT map(ARRAY['a', 'a'], ARRAY[1, 2])

SELECT sequence(1, 10, -1)

SELECT repeat('a', -1)

SELECT sequence(1, 100000000)

SELECT chr(-1)

SELECT rpad('a', -1, 'x')

SELECT from_hex('zz')

SELECT from_base64('*')

SELECT IPADDRESS '10.0.0.300'

SELECT contains('10.0.0.0/99', IPADDRESS '10.0.0.1')

SELECT CAST(eventVersion AS ipaddress) FROM events

SELECT JSON '{'

SELECT format('%d', 'x')

SELECT format('%q', 1)

SELECT width_bucket(1, 1, 1, 0)

SELECT CAST(eventVersion AS double),
  CAST(awsRegion || 'x' AS varchar),
  1 / (length(eventVersion) - 4)
FROM events

SELECT x / y FROM (SELECT length(eventVersion) AS x, length(eventVersion) - 4 AS y FROM events)

SELECT transform(ARRAY[1, 0], x -> 5 / x)

SELECT sum(CAST(eventVersion AS bigint)) FROM events

SELECT 1 FROM events GROUP BY CAST(eventVersion AS bigint)

SELECT eventName FROM events ORDER BY CAST(eventVersion AS bigint)

SELECT a.eventName FROM events a JOIN events b ON a.eventID = b.eventID AND CAST(a.eventVersion AS bigint) = 1

SELECT CASE WHEN 1 / (length(eventVersion) - 4) > 0 THEN 1 END FROM events

SELECT requestParameters['nosuch'], 1 FROM events WHERE requestParameters['none'] = 'x'

SELECT eventTime > eventVersion FROM events
