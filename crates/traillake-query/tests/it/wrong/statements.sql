SELEC eventName FROM events

FROM events

eventName = 'x'

SELECT 1; SELECT 2

DROP TABLE events

DELETE FROM events WHERE eventName = 'x'

INSERT INTO events VALUES (1)

UPDATE events SET eventName = 'x'

CREATE TABLE x AS SELECT 1

ALTER TABLE events ADD COLUMN x int

SET x = 1

USE events

CALL x()

SELECT * INTO x FROM events

GRANT SELECT ON events TO bob

TRUNCATE TABLE events

EXPLAIN DELETE FROM events

SELECT eventName FROM events TABLESAMPLE BERNOULLI (150)
