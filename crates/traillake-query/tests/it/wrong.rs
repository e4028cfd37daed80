//! Wrong queries: where, what, and what would work.

use crate::lake::events;

#[tokio::test]
async fn every_mistake_is_placed_named_and_answered() {
    let lake = events().await;
    let mut wrong = Vec::new();
    for (sql, message, hint) in MISTAKES {
        let error = lake.error(sql).await;
        let found = (error.to_string(), error.hint().unwrap_or_default());
        if (found.0.as_str(), found.1.as_str()) != (*message, *hint) {
            wrong.push(format!(
                "{sql}\n  expected {message}\n           {hint}\n  found    {}\n           {}",
                found.0, found.1
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Query, message, hint.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("SELECT evntName FROM events", "line 1:8: column `evntName` cannot be resolved", "did you mean `eventname`?"),
    (
        "SELECT userIdentity.acountId FROM events",
        "line 1:8: column `userIdentity.acountId` cannot be resolved",
        "did you mean `useridentity.accountid`?",
    ),
    (
        "SELECT e.nosuch FROM events e",
        "line 1:8: column `e.nosuch` cannot be resolved",
        "`SHOW COLUMNS FROM <store>` lists them; text stands in single quotes",
    ),
    (
        "SELECT x.eventName FROM events e",
        "line 1:8: column `x.eventName` cannot be resolved",
        "did you mean `eventname`?",
    ),
    (
        "SELECT requestParameters.bucketName FROM events",
        "line 1:8: `requestParameters` is a map: its keys are not fields, `bucketName` cannot be taken with a dot",
        "`element_at(requestParameters, 'bucketName')`",
    ),
    (
        "SELECT resources.arn FROM events",
        "line 1:8: `resources` is an array: `arn` is a field of its elements",
        "take one, `element_at(resources, 1).arn`, or `CROSS JOIN UNNEST(resources) AS t(element)`",
    ),
    ("SELECT eventName.x FROM events", "line 1:8: `eventName` has no fields, `x` cannot be taken", ""),
    (
        "SELECT element_at(resources, 1).nosuch FROM events",
        "line 1:33: column `nosuch` cannot be resolved",
        "fields: `accountid`, `type`, `arn`, `arnprefix`",
    ),
    ("SELECT uper(eventName) FROM events", "line 1:8: function `uper` not registered", "did you mean `upper`?"),
    (
        "SELECT array_length(resources) FROM events",
        "line 1:8: function `array_length` not registered",
        "a function of the engine, not of Lake's SQL: `--dialect datafusion` has it",
    ),
    ("SELECT 1 FROM event", "line 1:15: event data store `event` not found", "did you mean `events`?"),
    ("SELECT 1 FROM nosuchstore", "line 1:15: event data store `nosuchstore` not found", "stores: `events`"),
    (
        "SELECT eventName, count(*) FROM events",
        "line 1:8: 'eventName' must be an aggregate expression or appear in GROUP BY clause",
        "group by `eventName` as well, or take one value of the group: `arbitrary(eventName)`",
    ),
    (
        "SELECT lower(eventName) AS x, count(*) FROM events GROUP BY x",
        "line 1:61: column `x` cannot be resolved",
        "`x` is an output name: group by its expression or its place, `GROUP BY 1`",
    ),
    (
        "SELECT eventName FROM events WHERE count(*) > 1",
        "line 1:36: WHERE clause cannot contain aggregations or window functions: `count(*)`",
        "put conditions on groups into HAVING, on windows around a sub-select",
    ),
    (
        "SELECT eventName FROM events WHERE row_number() OVER () = 1",
        "line 1:36: WHERE clause cannot contain aggregations or window functions: `row_number() OVER ()`",
        "put conditions on groups into HAVING, on windows around a sub-select",
    ),
    (
        "SELECT sum(count(*)) FROM events",
        "line 1:12: cannot nest aggregations inside aggregation `sum`: `count(*)`",
        "compute the inner one in a sub-select",
    ),
    (
        "SELECT count(*) FROM events GROUP BY count(*)",
        "line 1:38: GROUP BY clause cannot contain aggregations or window functions: `count(*)`",
        "compute it in a sub-select",
    ),
    (
        "SELECT count(*) FROM events HAVING rank() OVER () = 1",
        "line 1:36: HAVING clause cannot contain window functions: `rank() OVER ()`",
        "compute it in a sub-select and filter around it",
    ),
    (
        "SELECT a.eventName FROM events a JOIN events b ON count(*) = 1",
        "line 1:51: JOIN clause cannot contain aggregations or window functions: `count(*)`",
        "compute it in a sub-select",
    ),
    (
        "SELECT eventID FROM events a JOIN events b ON a.eventID = b.eventID",
        "line 1:8: column `eventID` is ambiguous",
        "several relations have it: put the name of one before it, `a.column`",
    ),
    (
        "SELECT * FROM events JOIN events ON true",
        "line 1:15: the relation `events` appears twice, `events.eventversion` could mean either",
        "name them apart: `FROM events a JOIN events b`",
    ),
    (
        "SELECT (SELECT eventID, eventName FROM events LIMIT 1)",
        "line 1:9: a subquery in the place of a value has 2 columns, one is expected",
        "select one column, or join with the sub-select",
    ),
    (
        "SELECT eventName FROM events WHERE eventID IN (SELECT eventID, eventName FROM events)",
        "line 1:48: a subquery in the place of a value has 2 columns, one is expected",
        "select one column, or join with the sub-select",
    ),
    (
        "SELECT (SELECT eventID FROM events)",
        "scalar subquery returned more than one row",
        "use an aggregate such as `max(...)` or `arbitrary(...)`, or LIMIT 1",
    ),
    (
        "SELECT eventName FROM events e WHERE eventID = (SELECT eventID FROM events)",
        "scalar subquery returned more than one row",
        "use an aggregate such as `max(...)` or `arbitrary(...)`, or LIMIT 1",
    ),
    ("SELECT 1 / 0", "division by zero", "`nullif(x, 0)` as the divisor, or `try(...)`, gives NULL instead"),
    (
        "SELECT cardinality(resources) / 0 FROM events",
        "division by zero",
        "`nullif(x, 0)` as the divisor, or `try(...)`, gives NULL instead",
    ),
    ("SELECT 1 % 0", "division by zero", "`nullif(x, 0)` as the divisor, or `try(...)`, gives NULL instead"),
    (
        "SELECT requestParameters['nosuch'] FROM events",
        "key not present in map: nosuch",
        "`element_at(map, key)` gives NULL for a missing key",
    ),
    (
        "SELECT resources[7] FROM events",
        "array subscript must be less than or equal to array length: 7 > 1",
        "`element_at(array, index)` gives NULL beyond the end",
    ),
    (
        "SELECT cast('x' AS bigint)",
        "cannot cast 'x' to BIGINT",
        "`try_cast(x AS type)` gives NULL for values that do not fit",
    ),
    (
        "SELECT cast('x' AS timestamp)",
        "value cannot be cast to timestamp: x",
        "`try_cast(x AS type)` gives NULL for values that do not fit",
    ),
    (
        "SELECT awsRegion FROM events EXCEPT ALL SELECT awsRegion FROM events",
        "line 1:41: `EXCEPT ALL` is not answered: equal rows would not be counted",
        "number equal rows with row_number() OVER (PARTITION BY ...) and leave out ALL",
    ),
    (
        "SELECT eventID FROM events a FULL JOIN events b USING (eventID)",
        "line 1:40: a RIGHT or FULL JOIN with USING is not answered: its column would be the left side's",
        "write `ON a.k = b.k` and `coalesce(a.k, b.k) AS k`",
    ),
    (
        "SELECT eventName + 1 FROM events",
        "line 1:8: cannot apply operator: varchar + bigint",
        "convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit",
    ),
    (
        "SELECT eventTime + 1 FROM events",
        "line 1:8: cannot apply operator: timestamp(3) + bigint",
        "convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit",
    ),
    (
        "SELECT eventName FROM events WHERE eventName = 5",
        "line 1:36: cannot apply operator: varchar = bigint; CAST the varchar to bigint or the number to varchar",
        "convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit",
    ),
    (
        "SELECT eventName FROM events WHERE eventTime > 5",
        "line 1:36: cannot apply operator: timestamp(3) > bigint",
        "convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit",
    ),
    (
        "SELECT eventName FROM events WHERE eventName",
        "the condition of WHERE, HAVING or ON must be a boolean",
        "compare the value: `x = 'text'`, `x IS NOT NULL`",
    ),
    (
        "SELECT eventName FROM events WHERE readOnly > 5",
        "line 1:36: cannot apply operator: boolean > bigint",
        "convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit",
    ),
    (
        "SELECT lower(5)",
        "line 1:8: unexpected parameters (bigint) for function lower. Expected: lower(varchar)",
        "convert an argument: `CAST(x AS type)`, or `try_cast` for values that may not fit",
    ),
    (
        "SELECT lower()",
        "line 1:8: unexpected parameters () for function lower. Expected: lower(varchar)",
        "convert an argument: `CAST(x AS type)`, or `try_cast` for values that may not fit",
    ),
    (
        "SELECT lower('a', 'b')",
        "line 1:8: unexpected parameters (varchar, varchar) for function lower. Expected: lower(varchar)",
        "convert an argument: `CAST(x AS type)`, or `try_cast` for values that may not fit",
    ),
    (
        "SELECT sum(eventName) FROM events",
        "line 1:8: unexpected parameters (varchar) for function sum. Expected: sum(bigint) → bigint, sum(decimal(p, s)) → decimal(38, s), sum(double) → double",
        "convert an argument: `CAST(x AS type)`, or `try_cast` for values that may not fit",
    ),
    ("SELECT 1 UNION SELECT 1, 2", "line 1:1: UNION queries have different number of columns", ""),
    (
        "SELECT resources FROM events UNION SELECT eventName FROM events",
        "the branches of a UNION have columns of different types",
        "`CAST` the columns of one branch to the types of the other",
    ),
    ("SELECT eventName FROM events WHERE WHERE 1", "line 1:36: mismatched input 'WHERE'. Expecting: <expression>", ""),
    ("SELECT eventName FROM events WHERE", "line 1:35: mismatched input '<EOF>'. Expecting: <expression>", ""),
    ("SELECT FROM events", "line 1:8: mismatched input 'FROM'. Expecting: <expression>", ""),
    (
        "SELECT eventName events WHERE eventName = 'x'",
        "line 1:31: column `eventName` cannot be resolved",
        "the query reads nothing: add `FROM <store>`; text stands in single quotes",
    ),
    (
        "SELECT DISTINCT awsRegion FROM events ORDER BY eventName",
        "for SELECT DISTINCT, ORDER BY expressions must be in the select list",
        "add the expression to the list, or sort by one of its items",
    ),
    (
        "SELECT eventName FROM events ORDER BY 9",
        "line 1:39: ORDER BY position 9 is not in the select list",
        "the list has 1 items; places count from 1",
    ),
    ("SELECT eventName FROM events LIMIT x", "line 1:36: mismatched input 'x'. Expecting: <EOF>", ""),
    ("SELECT eventName FROM events LIMIT -1", "line 1:36: mismatched input '-'. Expecting: <EOF>", ""),
    (
        "SELECT eventName FROM events WHERE eventTime > 'yesterday'",
        "line 1:36: value cannot be cast to timestamp: yesterday",
        "`try_cast(x AS type)` gives NULL for values that do not fit",
    ),
    ("SELECT * ", "SELECT * needs a FROM", "name the columns, or add `FROM <store>`"),
    ("SELECT 1 FROM UNNEST(1) AS t(a)", "line 1:15: UNNEST takes arrays and maps, not bigint", ""),
    (
        "SELECT 1 FROM UNNEST(ARRAY[1]) AS t(a, b)",
        "line 1:15: UNNEST gives 1 columns, or 1 without expanding rows, but 2 names are given",
        "",
    ),
    (
        "SELECT eventName IN ('a', 5) FROM events",
        "cannot apply operator: varchar = bigint; CAST the varchar to bigint or the number to varchar",
        "convert one side: `CAST(x AS type)`, or `try_cast(x AS type)` for values that may not fit",
    ),
    (
        "SELECT CASE WHEN readOnly THEN 1 ELSE 'x' END FROM events",
        "all CASE results must be the same type or coercible to a common type. Cannot find common type between bigint and varchar",
        "",
    ),
    (
        "SELECT \"10.0.0.1\" FROM events WHERE eventName = \"GetObject\"",
        "line 1:49: column `GetObject` cannot be resolved",
        "`SHOW COLUMNS FROM <store>` lists them; text stands in single quotes",
    ),
    (
        "SELECT filter(resources, r -> r.nosuch = 1) FROM events",
        "line 1:33: column `nosuch` cannot be resolved",
        "fields: `accountid`, `type`, `arn`, `arnprefix`",
    ),
    (
        "SELECT lag(eventName) FROM events",
        "line 1:8: window function `lag` needs OVER",
        "`lag(...) OVER (PARTITION BY ... ORDER BY ...)`",
    ),
    (
        "SELECT lower(eventName) OVER () FROM events",
        "line 1:8: function `lower` takes no OVER",
        "it works on one row; aggregates and window functions take OVER",
    ),
    ("SELECT eventName FROM (SELECT 1 AS a)", "line 1:8: column `eventName` cannot be resolved", "columns: `a`"),
    (
        "SELECT t.* FROM events e",
        "line 1:8: `t` is no relation of the query",
        "`t.*` takes the name or alias of a table in FROM",
    ),
    (
        "SELECT eventName FROM events HAVING 1",
        "HAVING takes conditions on groups, and the query has none",
        "put conditions on rows into WHERE, or add GROUP BY",
    ),
    (
        "SELECT date_part('year', eventTime) FROM events",
        "line 1:8: function `date_part` not registered",
        "a function of the engine, not of Lake's SQL: `--dialect datafusion` has it",
    ),
    (
        "SELECT eventName events WHERE eventName = 'x'",
        "line 1:31: column `eventName` cannot be resolved",
        "the query reads nothing: add `FROM <store>`; text stands in single quotes",
    ),
    (
        "SELECT eventName FROM events LIMIT :n",
        "line 1:36: no value for the parameter `:n`",
        "give it: `--param n=VALUE`",
    ),
];
