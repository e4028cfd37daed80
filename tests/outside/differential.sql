-- count of all events
SELECT count(*) FROM events

-- events by name
SELECT eventName, count(*) AS n FROM events GROUP BY eventName

-- events by name and source, by ordinals
SELECT eventSource, eventName, count(*) FROM events GROUP BY 1, 2

-- latest events
SELECT eventTime, eventID FROM events ORDER BY eventTime DESC, eventID LIMIT 25

-- offset before limit
SELECT eventID FROM events ORDER BY eventID OFFSET 5 LIMIT 7

-- fetch first
SELECT eventID FROM events ORDER BY eventID DESC FETCH FIRST 3 ROWS ONLY

-- nulls last ascending
SELECT errorCode, eventID FROM events ORDER BY errorCode, eventID LIMIT 50

-- nulls last descending
SELECT errorCode, eventID FROM events ORDER BY errorCode DESC, eventID LIMIT 50

-- nulls first
SELECT errorCode, eventID FROM events ORDER BY errorCode NULLS FIRST, eventID LIMIT 5

-- distinct
SELECT DISTINCT eventSource, awsRegion FROM events

-- distinct ordered
SELECT DISTINCT eventSource FROM events ORDER BY eventSource DESC LIMIT 5

-- time range of texts
SELECT count(*) FROM events WHERE eventTime > '2023-07-11 00:00:00' AND eventTime < '2023-07-12 00:00:00'

-- time range of dates
SELECT count(*) FROM events WHERE eventTime >= '2023-07-11' AND eventTime < '2023-07-12'

-- time between
SELECT count(*) FROM events WHERE eventTime BETWEEN '2023-07-11 06:00:00' AND '2023-07-11 18:00:00'

-- time of timestamp literals
SELECT count(*) FROM events WHERE eventTime >= timestamp '2023-07-11 12:00:00.000'

-- time in a list
SELECT eventID FROM events WHERE eventTime IN (timestamp '2023-07-11 10:00:03', timestamp '2023-07-12 00:00:00')

-- time minus an interval
SELECT eventTime - INTERVAL '3' HOUR FROM events WHERE recipientaccountid = '444455556666'

-- time plus days and months
SELECT eventTime + INTERVAL '40' DAY, eventTime + INTERVAL '2' MONTH, eventTime - INTERVAL '1' YEAR FROM events WHERE recipientaccountid = '444455556666'

-- nested fields in any case
SELECT USERIDENTITY.TYPE, useridentity.sessioncontext.sessionissuer.username, count(*) FROM events GROUP BY userIdentity.type, userIdentity.sessionContext.sessionIssuer.userName
--= SELECT useridentity.type, useridentity.sessioncontext.sessionissuer.username, count(*) FROM events GROUP BY 1, 2

-- nested filter
SELECT count(*) FROM events WHERE userIdentity.sessionContext.attributes.mfaAuthenticated = 'true'

-- null nested parents
SELECT eventID FROM events WHERE userIdentity.sessionContext.sessionIssuer.arn IS NULL AND eventSource = 'odd.amazonaws.com'

-- boolean columns
SELECT readOnly, managementEvent, count(*) FROM events GROUP BY 1, 2

-- boolean filter
SELECT count(*) FROM events WHERE readOnly = false AND managementEvent = true

-- map elements
SELECT eventID, element_at(requestParameters, 'a'), element_at(requestParameters, 'b'), element_at(requestParameters, 'n'), element_at(requestParameters, 'f'), element_at(requestParameters, 't'), element_at(requestParameters, 'o'), element_at(requestParameters, 'l') FROM events WHERE recipientaccountid = '444455556666'

-- map keys with odd names
SELECT element_at(requestParameters, 'a.b'), element_at(requestParameters, 'a:b'), element_at(requestParameters, 'quote"s'), element_at(requestParameters, 'back\slash'), element_at(requestParameters, 'uni') FROM events WHERE recipientaccountid = '444455556666'

-- map cardinality
SELECT eventID, cardinality(requestParameters) FROM events WHERE recipientaccountid = '444455556666'
--= SELECT eventID, cardinality(requestParameters) FROM events WHERE recipientaccountid = '444455556666'

-- map is null
SELECT count(*) FROM events WHERE requestParameters IS NULL

-- map group
SELECT element_at(requestParameters, 'bucketName') AS bucket, count(*) FROM events WHERE eventSource = 's3.amazonaws.com' GROUP BY element_at(requestParameters, 'bucketName')

-- group by a map
SELECT requestParameters, count(*) FROM events WHERE eventSource = 'odd.amazonaws.com' GROUP BY requestParameters

-- having
SELECT eventName, count(*) c FROM events GROUP BY eventName HAVING count(*) > 200

-- having without group
SELECT count(*) FROM events HAVING count(*) > 1

-- filter clause
SELECT eventSource, count(*) FILTER (WHERE errorCode IS NOT NULL) AS failed, count(*) FROM events GROUP BY eventSource

-- count distinct
SELECT count(DISTINCT eventName), count(DISTINCT sourceIPAddress), count(errorCode) FROM events

-- sum of case
SELECT sum(CASE WHEN readOnly THEN 1 ELSE 0 END), sum(CASE WHEN errorCode IS NULL THEN 1 END) FROM events

-- case forms
SELECT eventID, CASE eventName WHEN 'Odd' THEN 'o' WHEN 'ConsoleLogin' THEN 'c' ELSE 'x' END, CASE WHEN errorCode = 'x' THEN 1 END FROM events WHERE recipientaccountid = '444455556666'

-- if
SELECT eventID, if(errorCode IS NULL, 'ok', 'failed'), if(readOnly, 1) FROM events WHERE recipientaccountid = '444455556666'

-- coalesce and nullif
SELECT coalesce(errorCode, userAgent, 'none'), nullif(userAgent, '') FROM events WHERE recipientaccountid = '444455556666'

-- concat operator with null
SELECT eventID, errorCode || '!' , eventName || '/' || eventSource FROM events WHERE recipientaccountid = '444455556666'

-- greatest and least
SELECT greatest(3, 1, 2), least('b', 'a'), greatest(eventTime, timestamp '2023-07-11 10:00:10') FROM events WHERE recipientaccountid = '444455556666'

-- three-valued not in
SELECT count(*) FROM events WHERE eventName NOT IN ('Odd', NULL)

-- in a list
SELECT eventName, count(*) FROM events WHERE eventName IN ('GetObject', 'ConsoleLogin', 'AssumeRole') GROUP BY eventName

-- is distinct from
SELECT count(*) FROM events WHERE errorCode IS DISTINCT FROM 'AccessDenied'

-- is not distinct from
SELECT count(*) FROM events WHERE errorCode IS NOT DISTINCT FROM NULL

-- like
SELECT eventName, count(*) FROM events WHERE eventName LIKE 'Describe%' GROUP BY 1

-- like with underscore
SELECT DISTINCT eventName FROM events WHERE eventName LIKE '_et%'

-- not like
SELECT count(*) FROM events WHERE eventName NOT LIKE '%e%'

-- like with escape
SELECT count(*) FROM events WHERE userAgent LIKE '%\_%' ESCAPE '\'

-- lower and like
SELECT count(*) FROM events WHERE lower(eventName) LIKE '%login%'

-- and or not
SELECT count(*) FROM events WHERE NOT (errorCode IS NULL OR readOnly) AND eventName <> 'X'

-- sub-select without alias
SELECT n, count(*) FROM (SELECT eventName, count(*) n FROM events GROUP BY eventName) GROUP BY n

-- sub-select with alias
SELECT t.s, max(t.n) FROM (SELECT eventSource s, eventName, count(*) n FROM events GROUP BY 1, 2) AS t GROUP BY t.s

-- in a subquery
SELECT count(*) FROM events WHERE sourceIPAddress IN (SELECT sourceIPAddress FROM events WHERE errorCode = 'AccessDenied')

-- exists
SELECT count(*) FROM events a WHERE EXISTS (SELECT 1 FROM events b WHERE b.eventID = a.eventID AND b.errorCode IS NOT NULL)

-- not exists
SELECT count(*) FROM events a WHERE NOT EXISTS (SELECT 1 FROM events b WHERE b.sourceIPAddress = a.sourceIPAddress AND b.errorCode IS NOT NULL)

-- scalar subquery
SELECT eventID FROM events WHERE eventTime = (SELECT max(eventTime) FROM events)

-- inner join
SELECT a.eventName, count(*) FROM events AS a INNER JOIN events AS b ON a.eventID = b.eventID WHERE b.errorCode IS NOT NULL GROUP BY a.eventName

-- left join
SELECT a.eventID, b.eventID FROM (SELECT * FROM events WHERE eventSource = 'odd.amazonaws.com') a LEFT JOIN (SELECT * FROM events WHERE errorCode = 'AccessDenied') b ON a.eventID = b.eventID

-- full join
SELECT a.x, b.x FROM (VALUES 1, 2, 3) AS a(x) FULL OUTER JOIN (VALUES 2, 3, 4) AS b(x) ON a.x = b.x

-- cross join
SELECT a.x, b.y FROM (VALUES 1, 2) AS a(x) CROSS JOIN (VALUES 'p', 'q') AS b(y)

-- comma join
SELECT a.x, b.y FROM (VALUES 1, 2) AS a(x), (VALUES 2, 3) AS b(y) WHERE a.x < b.y

-- join using
SELECT x, y, z FROM (VALUES (1, 'a'), (2, 'b')) AS l(x, y) JOIN (VALUES (1, 'c'), (3, 'd')) AS r(x, z) USING (x)

-- union
SELECT eventSource FROM events WHERE readOnly UNION SELECT eventSource FROM events WHERE NOT readOnly

-- union all
SELECT eventName FROM events WHERE recipientaccountid = '444455556666' UNION ALL SELECT eventName FROM events WHERE recipientaccountid = '444455556666'

-- except
SELECT eventName FROM events EXCEPT SELECT eventName FROM events WHERE readOnly

-- intersect
SELECT eventName FROM events WHERE errorCode IS NOT NULL INTERSECT SELECT eventName FROM events WHERE errorCode IS NULL

-- intersect binds tighter
SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 2 UNION ALL SELECT 1

-- with
WITH failed AS (SELECT eventName, count(*) n FROM events WHERE errorCode IS NOT NULL GROUP BY eventName), total AS (SELECT eventName, count(*) n FROM events GROUP BY eventName) SELECT t.eventName, f.n, t.n FROM total t LEFT JOIN failed f ON f.eventName = t.eventName

-- with column list
WITH t(a, b) AS (SELECT eventSource, count(*) FROM events GROUP BY 1) SELECT a, b FROM t WHERE b > 100

-- recursive with
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT sum(n), count(*) FROM t

-- quantified comparison
SELECT x FROM (VALUES 1, 2, 3) AS t(x) WHERE x > ALL (SELECT y FROM (VALUES 1, 2) AS u(y))

-- rollup
SELECT awsRegion, recipientAccountId, count(*) FROM events GROUP BY ROLLUP (awsRegion, recipientAccountId)

-- cube
SELECT readOnly, managementEvent, count(*) FROM events GROUP BY CUBE (readOnly, managementEvent)

-- grouping sets
SELECT awsRegion, eventSource, count(*) FROM events GROUP BY GROUPING SETS ((awsRegion), (eventSource), ())

-- grouping
SELECT awsRegion, grouping(awsRegion), count(*) FROM events GROUP BY ROLLUP (awsRegion)

-- rank by account
SELECT eventID, rnk FROM (SELECT eventID, rank() OVER (PARTITION BY recipientAccountId ORDER BY eventTime DESC, eventID) AS rnk FROM events) WHERE rnk <= 3

-- row_number
SELECT eventID, row_number() OVER (ORDER BY eventID) FROM events WHERE recipientaccountid = '444455556666'

-- dense_rank and percent_rank
SELECT eventName, dense_rank() OVER (ORDER BY eventName), percent_rank() OVER (ORDER BY eventName) FROM events WHERE recipientaccountid = '444455556666'

-- ntile and cume_dist
SELECT eventID, ntile(4) OVER (ORDER BY eventID), cume_dist() OVER (ORDER BY eventID) FROM events WHERE recipientaccountid = '444455556666'

-- lag and lead
SELECT eventID, lag(eventID) OVER (ORDER BY eventID), lead(eventID, 2, 'none') OVER (ORDER BY eventID) FROM events WHERE recipientaccountid = '444455556666'

-- first and last value
SELECT eventID, first_value(eventID) OVER (ORDER BY eventID), last_value(eventID) OVER (ORDER BY eventID ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM events WHERE recipientaccountid = '444455556666'

-- nth_value
SELECT eventID, nth_value(eventID, 2) OVER (ORDER BY eventID) FROM events WHERE recipientaccountid = '444455556666'

-- running count
SELECT eventID, count(*) OVER (ORDER BY eventTime, eventID) FROM events WHERE recipientaccountid = '444455556666'

-- default frame with peers
SELECT x, sum(x) OVER (ORDER BY x) FROM (VALUES 1, 1, 2, 3) AS t(x)

-- rows frame
SELECT x, sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM (VALUES 1, 2, 3, 4) AS t(x)

-- named window
SELECT x, max(x) OVER w, min(x) OVER w FROM (VALUES 1, 2, 3) AS t(x) WINDOW w AS (ORDER BY x)

-- null order in windows
SELECT x, row_number() OVER (ORDER BY x DESC) FROM (VALUES 1, NULL, 2) AS t(x)

-- integer division
SELECT 7 / 2, -7 / 2, 7 % 3, -7 % 3
--= SELECT 7 // 2, -(7 // 2), 7 % 3, -7 % 3

-- double division
SELECT 7e0 / 2, 1e0 / 3

-- arithmetic of columns
SELECT cardinality(requestParameters) * 10 + 1, 100 - cardinality(requestParameters) FROM events WHERE recipientaccountid = '444455556666'
--= SELECT cardinality(requestParameters) * 10 + 1, 100 - cardinality(requestParameters) FROM events WHERE recipientaccountid = '444455556666'

-- cast of texts
SELECT CAST('42' AS bigint), CAST('-7' AS integer), CAST('3.5' AS double), CAST('true' AS boolean), CAST('2023-07-10' AS date)

-- cast to text
SELECT CAST(42 AS varchar), CAST(true AS varchar), CAST(date '2023-07-10' AS varchar)

-- try_cast
SELECT try_cast('x' AS bigint), try_cast('12' AS bigint), try_cast('2023-13-01' AS date)

-- try_cast of map values
SELECT eventID, try_cast(element_at(requestParameters, 'num') AS bigint), try_cast(element_at(requestParameters, 'bad') AS bigint), try_cast(element_at(requestParameters, 'dec') AS double) FROM events WHERE recipientaccountid = '444455556666'

-- cast to date groups
SELECT CAST(eventTime AS date), count(*) FROM events GROUP BY CAST(eventTime AS date)

-- between numbers
SELECT x FROM (VALUES 1, 2, 3, NULL) AS t(x) WHERE x BETWEEN 2 AND 3

-- abs, sign, mod
SELECT abs(-5), sign(-3), mod(10, 3), abs(-2.5)

-- rounding
SELECT round(2.5), round(-2.5), round(2.345, 2), floor(-2.5), ceil(-2.5), truncate(2.9)

-- roots and powers
SELECT sqrt(16), cbrt(27), power(2, 10), exp(1), ln(10), log2(8), log10(1000)

-- trigonometry
SELECT sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan(1), atan2(1, 2), degrees(pi()), radians(180)

-- bitwise
SELECT bitwise_and(12, 10), bitwise_or(12, 10), bitwise_xor(12, 10)

-- not a number
SELECT is_nan(nan()), is_infinite(infinity()), is_finite(1e0)
--= SELECT isnan('nan'::double), isinf('inf'::double), isfinite(1e0)

-- upper, lower, length
SELECT upper(eventName), lower(eventSource), length(eventName), length('日本語') FROM events WHERE recipientaccountid = '444455556666'

-- trims
SELECT trim('  a '), ltrim('  a '), rtrim('  a '), trim(BOTH 'x' FROM 'xaxx'), trim(LEADING 'x' FROM 'xax')

-- padding
SELECT lpad('7', 3, '0'), rpad('ab', 5, 'xy'), lpad('long', 2, 'x')

-- replace
SELECT DISTINCT replace(eventSource, '.amazonaws.com', '') FROM events

-- replace by nothing
SELECT DISTINCT replace(eventSource, '.amazonaws.com') FROM events

-- reverse
SELECT reverse(eventName) FROM events WHERE recipientaccountid = '444455556666'

-- substr
SELECT substr('trail', 2), substr('trail', 2, 3), substr('trail', -3), substring('trail' FROM 2 FOR 2)

-- strpos and position
SELECT strpos('cloudtrail', 'trail'), strpos('x', 'y'), position('t' IN 'cloudtrail')

-- split
SELECT split('a,b,,c,', ',')

-- split_part
SELECT split_part('a/b/c', '/', 1), split_part('a/b/c', '/', 3)

-- split of arns
SELECT DISTINCT split_part(userIdentity.arn, ':', 5), split_part(userIdentity.arn, ':', 6) FROM events WHERE recipientaccountid = '444455556666'

-- starts_with
SELECT count(*) FROM events WHERE starts_with(eventName, 'List')

-- concat
SELECT concat('a', 'b', 'c'), concat_ws('-', 'a', NULL, 'b')

-- chr and codepoint
SELECT chr(65), codepoint('A')
--= SELECT chr(65), unicode('A')

-- translate
SELECT translate('abcd', 'abc', 'xy')

-- levenshtein
SELECT levenshtein_distance('kitten', 'sitting'), hamming_distance('karolin', 'kathrin')
--= SELECT levenshtein('kitten', 'sitting'), hamming('karolin', 'kathrin')

-- unicode
SELECT upper('stra e é'), reverse('aé日'), substr('日本語', 2, 1)

-- hex and base64
SELECT to_hex(to_utf8('trail')), to_base64(to_utf8('trail')), from_utf8(from_base64('dHJhaWw='))

-- hashes
SELECT lower(to_hex(md5(to_utf8('x')))), lower(to_hex(sha256(to_utf8('x'))))

-- regexp_like
SELECT eventName, count(*) FROM events WHERE regexp_like(eventName, '^(Get|List)[A-Z]') GROUP BY 1

-- regexp_like without case
SELECT count(*) FROM events WHERE regexp_like(userAgent, '(?i)AWS-CLI')

-- regexp_extract
SELECT DISTINCT regexp_extract(eventName, '^[A-Z][a-z]+') FROM events

-- regexp_extract of a group
SELECT regexp_extract('arn:aws:iam::1:role/ops', 'role/(.*)$', 1)

-- regexp_extract_all
SELECT regexp_extract_all('a1b22c333', '[0-9]+')

-- regexp_replace
SELECT regexp_replace('a1b22', '[0-9]+', '#'), regexp_replace('a1b22', '[0-9]')

-- regexp_replace with groups
SELECT regexp_replace('john smith', '(\w+) (\w+)', '$2 $1')
--= SELECT 'smith john'

-- regexp_split
SELECT regexp_split('a1b22c', '[0-9]+')

-- json_extract_scalar
SELECT eventID, json_extract_scalar(element_at(requestParameters, 'doc'), '$.s'), json_extract_scalar(element_at(requestParameters, 'doc'), '$.a.b[1]') FROM events WHERE recipientaccountid = '444455556666'

-- json_extract_scalar of nested records
SELECT eventID, json_extract_scalar(element_at(requestParameters, 'o'), '$.k[2].z') FROM events WHERE recipientaccountid = '444455556666'

-- json_extract as text
SELECT CAST(json_extract('{"a":{"b":[1,2]}}', '$.a.b') AS array(bigint))

-- json_array_length
SELECT json_array_length('[1,2,3]'), json_array_length(element_at(requestParameters, 'items')) FROM events WHERE recipientaccountid = '444455556666'

-- json cast to map
SELECT CAST(json_parse('{"a":1,"b":2}') AS map(varchar, bigint))

-- json cast to array
SELECT CAST(json_parse('["x","y",null]') AS array(varchar))

-- array subscript
SELECT ARRAY[10, 20, 30][2], element_at(ARRAY[1, 2, 3], -1)

-- cardinality of resources
SELECT eventID, cardinality(resources) FROM events WHERE recipientaccountid = '444455556666'

-- first resource
SELECT eventID, element_at(resources, 1).arn FROM events WHERE recipientaccountid = '444455556666'

-- contains
SELECT contains(ARRAY[1, 2], 2), contains(ARRAY['a'], 'b')

-- array_distinct
SELECT array_sort(array_distinct(ARRAY[3, 1, 3, 2]))

-- array_sort
SELECT array_sort(ARRAY[3, 1, NULL, 2])

-- array_max and array_min
SELECT array_max(ARRAY[3, 1, 2]), array_min(ARRAY[3, 1, 2])

-- array_join
SELECT array_join(ARRAY['a', NULL, 'b'], ','), array_join(ARRAY[1, 2, 3], '-')

-- array_position
SELECT array_position(ARRAY['a', 'b'], 'b'), array_position(ARRAY['a'], 'z')
--= SELECT array_position(['a', 'b'], 'b'), coalesce(array_position(['a'], 'z'), 0)

-- array_remove
SELECT array_remove(ARRAY[1, 2, 1, 3], 1)

-- array_intersect, union, except
SELECT array_sort(array_intersect(ARRAY[1, 2, 2, 3], ARRAY[2, 3, 4])), array_sort(array_union(ARRAY[1, 2], ARRAY[2, 3])), array_sort(array_except(ARRAY[1, 2, 3], ARRAY[2]))
--= SELECT list_sort(list_intersect([1, 2, 2, 3], [2, 3, 4])), list_sort(list_distinct([1, 2] || [2, 3])), [1, 3]

-- arrays_overlap
SELECT arrays_overlap(ARRAY[1, 2], ARRAY[2, 3]), arrays_overlap(ARRAY[1], ARRAY[2])
--= SELECT list_has_any([1, 2], [2, 3]), list_has_any([1], [2])

-- slice
SELECT slice(ARRAY[1, 2, 3, 4], 2, 2), slice(ARRAY[1, 2, 3, 4], -2, 2)
--= SELECT list_slice([1, 2, 3, 4], 2, 3), list_slice([1, 2, 3, 4], -2, -1)

-- flatten
SELECT flatten(ARRAY[ARRAY[1, 2], ARRAY[3]])

-- sequence
SELECT sequence(1, 5), sequence(0, 10, 5), sequence(3, 1, -1)

-- repeat
SELECT repeat('x', 3)
--= SELECT ['x', 'x', 'x']

-- array concatenation
SELECT ARRAY[1] || ARRAY[2, 3], concat(ARRAY[1], ARRAY[2])

-- transform
SELECT transform(ARRAY[1, 2, 3], x -> x * 10)

-- filter
SELECT filter(ARRAY[1, 2, 3, 4], x -> x % 2 = 0)

-- filter with a captured column
SELECT y, filter(ARRAY[1, 2, 3], x -> x > y) FROM (VALUES 1, 2) AS t(y)

-- transform of resources
SELECT eventID, transform(resources, r -> r.type) FROM events WHERE recipientaccountid = '444455556666'

-- filter of resources
SELECT eventID, cardinality(filter(resources, r -> r.type = 'AWS::S3::Object')) FROM events WHERE recipientaccountid = '444455556666'

-- any_match
SELECT count(*) FROM events WHERE any_match(resources, r -> r.type = 'AWS::S3::Bucket')
--= SELECT count(*) FROM events WHERE len(list_filter(resources, lambda r: r.type = 'AWS::S3::Bucket')) > 0

-- all_match and none_match
SELECT all_match(ARRAY[1, 2], x -> x > 0), none_match(ARRAY[1, 2], x -> x > 2), all_match(ARRAY[0, 1], x -> x > 0)
--= SELECT true, true, false

-- reduce
SELECT reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s)

-- zip_with
SELECT zip_with(ARRAY[1, 2], ARRAY[10, 20], (x, y) -> x + y)
--= SELECT [11, 22]

-- map_keys and map_values
SELECT array_sort(map_keys(MAP(ARRAY['b', 'a'], ARRAY[1, 2]))), array_sort(map_values(MAP(ARRAY['b', 'a'], ARRAY[1, 2])))

-- keys of request parameters
SELECT eventID, array_sort(map_keys(requestParameters)) FROM events WHERE recipientaccountid = '444455556666'

-- map_concat
SELECT map_concat(MAP(ARRAY['a'], ARRAY[1]), MAP(ARRAY['b'], ARRAY[2]))

-- map_from_entries
SELECT map_from_entries(ARRAY[('a', 1), ('b', 2)])

-- map subscript
SELECT MAP(ARRAY['a', 'b'], ARRAY[1, 2])['b']

-- unnest of an array
SELECT x FROM UNNEST(ARRAY[1, 2, 3]) AS t(x)

-- cross join unnest
SELECT t.n, u.x FROM (VALUES 1, 2) AS t(n) CROSS JOIN UNNEST(ARRAY[t.n, t.n * 10]) AS u(x)

-- resources as rows
SELECT e.eventID, r.x.type FROM events e CROSS JOIN UNNEST(e.resources) AS r(x) WHERE e.recipientAccountId = '444455556666'

-- parameters as rows
SELECT k, count(*) FROM events CROSS JOIN UNNEST(map_keys(requestParameters)) AS t(k) GROUP BY k

-- unnest of split
SELECT p, count(*) FROM events CROSS JOIN UNNEST(split(eventSource, '.')) AS t(p) GROUP BY p

-- date_trunc
SELECT date_trunc('hour', eventTime), count(*) FROM events GROUP BY date_trunc('hour', eventTime)

-- date_trunc of every unit
SELECT date_trunc('second', eventTime), date_trunc('minute', eventTime), date_trunc('day', eventTime), date_trunc('week', eventTime), date_trunc('month', eventTime), date_trunc('quarter', eventTime), date_trunc('year', eventTime) FROM events WHERE recipientaccountid = '444455556666'

-- fields of a time
SELECT year(eventTime), month(eventTime), day(eventTime), hour(eventTime), minute(eventTime), second(eventTime), quarter(eventTime) FROM events WHERE recipientaccountid = '444455556666'

-- weeks and days
SELECT week(eventTime), day_of_week(eventTime), day_of_year(eventTime), day_of_month(eventTime) FROM events WHERE recipientaccountid = '444455556666'

-- extract
SELECT extract(hour FROM eventTime), extract(year FROM eventTime), extract(month FROM eventTime) FROM events WHERE recipientaccountid = '444455556666'

-- date of a time
SELECT date(eventTime), count(*) FROM events GROUP BY date(eventTime)

-- date_add
SELECT date_add('day', 1, eventTime), date_add('hour', -5, eventTime), date_add('month', 1, timestamp '2023-01-31 00:00:00') FROM events WHERE recipientaccountid = '444455556666'

-- date_diff
SELECT date_diff('day', timestamp '2023-07-01 00:00:00', timestamp '2023-07-11 00:00:00'), date_diff('hour', timestamp '2023-07-11 00:00:00', timestamp '2023-07-11 05:00:00')

-- date_format
SELECT date_format(eventTime, '%Y-%m-%d %H:%i:%s'), date_format(eventTime, '%Y/%m') FROM events WHERE recipientaccountid = '444455556666'

-- date_parse
SELECT date_parse('2023-07-10 11:12:13', '%Y-%m-%d %H:%i:%s')

-- from_unixtime and to_unixtime
SELECT from_unixtime(1689000000), to_unixtime(timestamp '2023-07-10 14:40:00')

-- from_iso8601
SELECT from_iso8601_timestamp('2023-07-10T11:00:00Z'), from_iso8601_date('2023-07-10')

-- last_day_of_month
SELECT last_day_of_month(date '2024-02-10'), last_day_of_month(date '2023-02-10')

-- weekend events
SELECT day_of_week(eventTime), count(*) FROM events WHERE day_of_week(eventTime) IN (6, 7) GROUP BY 1

-- dates subtracted
SELECT date '2023-07-11' + INTERVAL '1' DAY, date_diff('day', date '2023-07-01', date '2023-07-11')
--= SELECT date '2023-07-12', 10

-- min and max
SELECT min(eventTime), max(eventTime), min(eventName), max(eventName) FROM events

-- sum and avg
SELECT sum(x), avg(x), count(x) FROM (VALUES 1, 2, NULL, 4) AS t(x)

-- averages of nothing
SELECT sum(x), avg(x), min(x), count(x) FROM (VALUES 1) AS t(x) WHERE x > 1

-- max_by and min_by
SELECT eventSource, max_by(eventID, eventID), min_by(eventID, eventID) FROM events GROUP BY eventSource

-- count_if
SELECT eventSource, count_if(errorCode IS NOT NULL) FROM events GROUP BY eventSource

-- bool_and and bool_or
SELECT eventSource, bool_and(readOnly), bool_or(readOnly) FROM events GROUP BY eventSource

-- array_agg ordered
SELECT eventSource, array_agg(DISTINCT awsRegion ORDER BY awsRegion) FROM events GROUP BY eventSource

-- array_agg with order
SELECT array_agg(eventID ORDER BY eventID DESC) FROM events WHERE recipientaccountid = '444455556666'

-- histogram
SELECT histogram(eventName) FROM events WHERE recipientaccountid = '444455556666'

-- listagg
SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x DESC) FROM (VALUES 'a', 'c', 'b') AS t(x)

-- arbitrary of one value
SELECT recipientAccountId, arbitrary(recipientAccountId) FROM events GROUP BY 1

-- statistics
SELECT stddev(x), stddev_pop(x), variance(x), var_pop(x) FROM (VALUES 1e0, 2e0, 4e0, 8e0) AS t(x)

-- correlation
SELECT corr(x, y), covar_pop(x, y) FROM (VALUES (1e0, 2e0), (2e0, 4.1e0), (3e0, 5.9e0)) AS t(x, y)

-- approx_percentile of a few
SELECT approx_percentile(x, 0.5e0) FROM (VALUES 1e0, 2e0, 3e0) AS t(x)
--= SELECT 2.0

-- aggregate of expressions
SELECT max(length(eventName)), avg(CAST(length(eventName) AS double)) FROM events

-- console logins
SELECT eventTime, userIdentity.arn, sourceIPAddress, element_at(responseElements, 'ConsoleLogin') FROM events WHERE eventName = 'ConsoleLogin'

-- failed console logins
SELECT count(*) FROM events WHERE eventName = 'ConsoleLogin' AND element_at(responseElements, 'ConsoleLogin') = 'Failure'

-- denied calls by principal
SELECT userIdentity.arn, count(*) AS denied FROM events WHERE errorCode IN ('AccessDenied', 'Client.UnauthorizedOperation') GROUP BY userIdentity.arn

-- assumed roles
SELECT element_at(requestParameters, 'roleArn') AS role, count(*) FROM events WHERE eventName = 'AssumeRole' GROUP BY element_at(requestParameters, 'roleArn')

-- open security groups
SELECT eventID FROM events WHERE eventName = 'AuthorizeSecurityGroupIngress' AND element_at(requestParameters, 'ipPermissions') LIKE '%0.0.0.0/0%'

-- bytes out of buckets
SELECT element_at(requestParameters, 'bucketName'), sum(CAST(element_at(additionalEventData, 'bytesTransferredOut') AS double)) FROM events WHERE eventName = 'GetObject' GROUP BY 1

-- addresses per account
SELECT recipientAccountId, count(DISTINCT sourceIPAddress) FROM events GROUP BY recipientAccountId

-- hourly errors
SELECT date_trunc('hour', eventTime) AS h, count_if(errorCode IS NOT NULL) * 100 / count(*) FROM events GROUP BY 1
--= SELECT date_trunc('hour', eventTime), count_if(errorCode IS NOT NULL) * 100 // count(*) FROM events GROUP BY 1

-- tls versions
SELECT tlsDetails.tlsVersion, count(*) FROM events WHERE tlsDetails.tlsVersion IS NOT NULL GROUP BY tlsDetails.tlsVersion

-- old tls
SELECT count(*) FROM events WHERE tlsDetails.tlsVersion IS NOT NULL AND CAST(replace(tlsDetails.tlsVersion, 'TLSv', '') AS double) <= 1.1

-- service calls
SELECT userIdentity.invokedBy, count(*) FROM events WHERE userIdentity.invokedBy IS NOT NULL GROUP BY 1

-- first and last use of keys
SELECT userIdentity.accessKeyId, min(eventTime), max(eventTime), count(DISTINCT eventName) FROM events WHERE userIdentity.accessKeyId IS NOT NULL GROUP BY userIdentity.accessKeyId


-- intersect all
SELECT eventName, awsRegion FROM events WHERE eventSource = 's3.amazonaws.com' INTERSECT ALL SELECT eventName, awsRegion FROM events

-- except all
SELECT eventName FROM events EXCEPT ALL SELECT eventName FROM events WHERE awsRegion = 'us-east-1'

-- except all of distinct rows, with nulls
SELECT errorCode, eventSource FROM events EXCEPT ALL SELECT DISTINCT errorCode, eventSource FROM events

-- set operations in a chain
SELECT eventName FROM events UNION SELECT eventSource FROM events EXCEPT SELECT eventName FROM events WHERE readOnly INTERSECT SELECT eventName FROM events

-- union of numbers of two types
SELECT count(*) FROM events UNION ALL SELECT avg(length(eventName)) FROM events

-- full join using
SELECT eventName, a.n AS n, b.m AS m FROM (SELECT eventName, count(*) AS n FROM events WHERE readOnly GROUP BY 1) AS a FULL JOIN (SELECT eventName, count(*) AS m FROM events WHERE errorCode IS NOT NULL GROUP BY 1) AS b USING (eventName)

-- right join using, all columns
SELECT * FROM (SELECT count(*) AS n, eventSource FROM events WHERE errorCode IS NOT NULL GROUP BY 2) AS a RIGHT JOIN (SELECT max(eventName) AS m, eventSource FROM events GROUP BY 2) AS b USING (eventSource)
--= SELECT eventSource, n, m FROM (SELECT count(*) AS n, eventSource FROM events WHERE errorCode IS NOT NULL GROUP BY 2) AS a RIGHT JOIN (SELECT max(eventName) AS m, eventSource FROM events GROUP BY 2) AS b USING (eventSource)

-- left join using two columns
SELECT awsRegion, eventSource, n, m FROM (SELECT awsRegion, eventSource, count(*) AS n FROM events GROUP BY 1, 2) AS a LEFT JOIN (SELECT eventSource, awsRegion, count(*) AS m FROM events WHERE errorCode IS NOT NULL GROUP BY 1, 2) AS b USING (awsRegion, eventSource)

-- two sub-selects without names
SELECT count(*) FROM (SELECT DISTINCT eventName FROM events), (SELECT DISTINCT awsRegion FROM events)

-- ties of the last row
SELECT eventName, count(*) FROM events GROUP BY eventName ORDER BY count(*) DESC FETCH FIRST 3 ROWS WITH TIES
--= SELECT eventName, n FROM (SELECT eventName, count(*) AS n, rank() OVER (ORDER BY count(*) DESC) AS r FROM events GROUP BY eventName) AS t WHERE r <= 3

-- count of the resources of each event
SELECT eventID, (SELECT count(*) FROM UNNEST(resources) AS t(r)) AS n FROM events
--= SELECT eventID, coalesce(len(resources), 0) AS n FROM events

-- earlier events of the same name
SELECT eventID, (SELECT count(*) FROM events AS b WHERE b.eventName = a.eventName AND b.eventTime < a.eventTime) AS n FROM events AS a

-- last time before
SELECT eventID, (SELECT max(b.eventTime) FROM events AS b WHERE b.sourceIPAddress = a.sourceIPAddress AND b.eventTime < a.eventTime) AS t FROM events AS a

-- name of the next event of an address
SELECT eventID, (SELECT b.eventName FROM events AS b WHERE b.sourceIPAddress = a.sourceIPAddress AND b.eventTime > a.eventTime ORDER BY b.eventTime, b.eventID LIMIT 1) AS following FROM events AS a

-- names with an error later
SELECT DISTINCT eventName FROM events AS a WHERE errorCode IS NULL AND EXISTS (SELECT 1 FROM events AS b WHERE b.eventName = a.eventName AND b.eventTime > a.eventTime AND b.errorCode IS NOT NULL)

-- membership as a value, with nulls
SELECT errorCode IN (SELECT errorCode FROM events WHERE awsRegion = 'us-east-1') AS known, count(*) FROM events GROUP BY 1

-- membership beside another condition
SELECT count(*) FROM events WHERE errorCode NOT IN (SELECT errorCode FROM events WHERE awsRegion = 'us-east-1' AND errorCode IS NOT NULL) OR eventName = 'GetObject'

-- rows among rows
SELECT count(*) FROM events WHERE (eventName, awsRegion) IN (SELECT eventName, awsRegion FROM events WHERE errorCode = 'AccessDenied')

-- at least all
SELECT eventName FROM events GROUP BY eventName HAVING count(*) >= ALL (SELECT count(*) FROM events GROUP BY eventName)

-- less than any, as a value
SELECT eventSource, count(*) < ANY (SELECT count(*) FROM events GROUP BY awsRegion) FROM events GROUP BY eventSource

-- in values
SELECT count(*) FROM events WHERE awsRegion IN (VALUES 'us-east-1', 'eu-west-1')

-- lateral, the latest two events of each name
SELECT n.eventName, l.eventID FROM (SELECT DISTINCT eventName FROM events) AS n CROSS JOIN LATERAL (SELECT eventID FROM events AS e WHERE e.eventName = n.eventName ORDER BY eventTime DESC, eventID LIMIT 2) AS l
