SELECT eventName FORM events

SELECT eventName FROM events WERE eventName = 'x'

SELECT eventName FROM events GRUOP BY eventName

SELECT eventName FROM events ORDER eventName

SELECT eventName FROM events GROUP eventName

SELECT eventName eventSource awsRegion FROM events

SELECT eventName, FROM events

SELECT eventName FROM events WHERE eventName = 'x' AND

SELECT eventName FROM events WHERE (eventName = 'x'

SELECT eventName FROM events WHERE eventName = 'x')

SELECT eventName FROM events WHERE eventName IN ('a' 'b')

SELECT eventName FROM events WHERE eventName IN ('a', 'b'

SELECT eventName FROM events WHERE eventName IN ()

SELECT eventName FROM events WHERE eventName IN 'a'

SELECT eventName FROM events WHERE eventName == 'GetObject'

SELECT `eventName` FROM events

SELECT eventName FROM `events`

SELECT eventName FROM events WHERE eventName = ‘GetObject’

SELECT eventName FROM events WHERE eventName = 'GetObject

SELECT eventName FROM events WHERE eventName = 'it's'

SELECT "eventName FROM events

SELECT

SELECT FROM events

SELECT eventName FROM events WHERE WHERE eventName = 'x'

SELECT eventName FROM events WHERE

SELECT eventName FROM

SELECT eventName FROM events LIMIT 5, 10

SELECT eventName FROM events LIMIT 5 OFFSET 10

SELECT eventName FROM events LIMIT ten

SELECT eventName FROM events LIMIT -1

WITH a AS SELECT 1 SELECT * FROM a

WITH a AS (SELECT 1 x), SELECT * FROM a

SELECT UNNEST(resources) FROM events

SELECT eventName FROM events ORDER BY 1 UNION SELECT 'x'

SELECT eventName, rank() OVER (PARTITION eventName) FROM events

SELECT sum(1) OVER (ORDER BY eventTime ROWS 5) FROM events

SELECT listagg(eventName, ',') FROM events

SELECT array_agg(eventName ORDER eventName) FROM events

SELECT count(DISTINCT) FROM events

SELECT count() filter (eventName = 'x') FROM events

SELECT eventName FROM events WHERE eventName IS 'x'

SELECT eventName FROM events WHERE eventName IS NOT

SELECT eventName FROM events WHERE eventName NOT 'x'

SELECT eventName FROM events WHERE eventName NOT NULL

SELECT eventName FROM events WHERE eventTime BETWEEN '2024-01-01'

SELECT eventName FROM events WHERE eventTime BETWEEN '2024-01-01', '2024-02-01'

SELECT CASE eventName WHEN 'a' THEN 1 FROM events

SELECT CASE WHEN eventName = 'a' 1 END FROM events

SELECT eventName AS 'n' FROM events

SELECT eventName AS select FROM events

SELECT eventName FROM events WHERE eventTime > 2024-01-01T00:00:00Z

SELECT eventName FROM events FETCH FIRST ROW

SELECT X'6'

SELECT 99999999999999999999999999999999999999999

SELECT current_timestamp()

SELECT eventName FROM events GROUP BY CUBE eventName

SELECT eventName FROM events LIMIT x

SELECT eventName FROM events LIMIT :n

SELECT eventName,
  awsRegion
FORM events

SELECT eventName
FROM events
WHERE eventName = 'a'
  AND awsRegion = = 'b'

/* what they
   did */ SELECT
	evntName FROM events
