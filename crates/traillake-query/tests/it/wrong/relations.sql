WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a

WITH a AS (SELECT 1) SELECT * FROM b

SELECT * FROM (SELECT 1, 2) t(a)

SELECT * FROM (SELECT 1) t(a, b)

WITH t(a, b) AS (SELECT 1) SELECT * FROM t

SELECT a FROM (SELECT 1 a, 2 a) t

SELECT * FROM UNNEST(1) AS t(a)

SELECT rt FROM events CROSS JOIN UNNEST(eventName) AS t(rt)

SELECT rt FROM events CROSS JOIN UNNEST(nosuch) AS t(rt)

SELECT 1 FROM UNNEST(ARRAY[1]) AS t(a, b)

SELECT 1 UNION SELECT 1, 2

SELECT 1 UNION SELECT 'a'

SELECT eventName FROM events UNION ALL SELECT resources FROM events

SELECT (SELECT count(*) FROM events i FULL JOIN events j ON i.eventid = j.eventid AND i.eventname = o.eventname) FROM events o

SELECT * FROM events o LEFT JOIN events p ON EXISTS (SELECT 1 FROM events q WHERE q.eventid = p.eventid AND q.eventname <> o.eventname)

SELECT eventname FROM events WHERE (eventname, awsregion) < ANY (SELECT eventname, awsregion FROM events)

SELECT t.r.* FROM (SELECT resources[1] r FROM events) t

SELECT (r).* FROM events CROSS JOIN UNNEST(resources) t(r)
