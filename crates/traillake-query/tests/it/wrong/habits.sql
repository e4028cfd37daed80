SELECT eventName, row_number() OVER (ORDER BY eventTime) rn FROM events QUALIFY rn = 1

SELECT eventName FROM events WHERE eventTime > now() - INTERVAL 7 DAY

SELECT eventName FROM events WHERE eventTime > now() - INTERVAL '7 days'

SELECT eventName FROM events WHERE eventTime > now() - INTERVAL '7' DAYS

SELECT eventName FROM events WHERE eventName ILIKE '%x%'

SELECT eventName FROM events WHERE eventName ~ 'x'

SELECT eventName FROM events WHERE eventName RLIKE 'x'

SELECT eventName FROM events WHERE eventName REGEXP 'x'

SELECT eventName FROM events WHERE eventName CONTAINS 'x'

SELECT eventName FROM events WHERE contains(eventName, 'x')

SELECT TOP 10 eventName FROM events

SELECT IFNULL(errorCode, 'x') FROM events

SELECT ISNULL(errorCode) FROM events

SELECT NVL(errorCode, 'x') FROM events

SELECT DATE_ADD(eventTime, INTERVAL 1 DAY) FROM events

SELECT DATE_SUB(now(), 7) FROM events

SELECT DATEADD(day, -7, now()) FROM events

SELECT datediff(now(), eventTime) FROM events

SELECT strftime('%Y', eventTime) FROM events

SELECT to_char(eventTime, 'YYYY') FROM events

SELECT GETDATE()

SELECT to_timestamp('2024-01-01')

SELECT date_part('year', eventTime) FROM events

SELECT extract(yaer FROM eventTime) FROM events

SELECT group_concat(eventName) FROM events

SELECT string_agg(eventName, ',') FROM events

SELECT len(eventName) FROM events

SELECT substring_index(eventName, '.', 1) FROM events

SELECT eventName -> '$.a' FROM events

SELECT eventjson ->> 'a' FROM events

SELECT eventjson:a FROM events

SELECT * EXCEPT (eventjson) FROM events

SELECT * EXCLUDE (eventjson) FROM events

SELECT eventName FROM $EDS_ID

SELECT eventName FROM <event_data_store_id>

SELECT eventName FROM {eds_id}

SELECT eventName FROM events WHERE eventTime > :since

SELECT eventName FROM events WHERE eventTime > '$StartTime$' AND eventName = ?

SELECT eventName FROM eds-id

SELECT eventName FROM my-store

SELECT eventName FROM 'events'

SELECT eventName FROM events WHERE sourceIPAddress << '10.0.0.0/8'

SELECT eventName from events where eventname = 'a' && awsRegion = 'b'

SELECT eventName from events where eventname = 'a' || awsRegion = 'b'

SELECT eventName from events where ! readOnly

SELECT eventName FROM events AS OF TIMESTAMP 'x'

SELECT @x

SELECT @@version

SELECT eventName FROM events WHERE eventName = N'x'

SELECT eventName FROM events WHERE eventName = E'x\n'

SELECT CURRENT_USER
