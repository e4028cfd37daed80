"""Queries: started, watched, paged, listed, cancelled, and kept over a restart."""
import os

ENDLESS = ("SELECT sum(x * y) FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN "
           "(SELECT y FROM UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 30)) c(z))")


def run(world):
    logs = os.path.join(world.folder.name, "logs")
    world.traillake("generate", logs, "--events", "3000", "--days", "2", "--seed", "7")
    world.traillake("ingest", logs, "--store", "events")
    root = world.add_key("root", "--role", "admin")
    ann = world.add_key("ann", "--role", "read", "--store", "events")
    world.serve(*world.users())
    client, reader = world.boto3(key=root), world.boto3(key=ann)
    arn = next(store["EventDataStoreArn"] for store in client.list_event_data_stores()["EventDataStores"])
    store = arn.rsplit("/", 1)[1]
    query = answered(world, client, store)
    paged(world, client, store)
    refused(world, client, store)
    by_alias(world, client, store)
    cancelled(world, client)
    owned(world, client, reader, query, store)
    listed(world, client, arn)
    on_the_command_line(world, store, root)
    kept_over_a_restart(world, query, root)
    killed(world, root)


def asked(world, client, sql, **parameters):
    """Runs a query to its end; its id and description."""
    query = client.start_query(QueryStatement=sql, **parameters)["QueryId"]
    return query, over(world, client, query)


def over(world, client, query):
    found = {}
    def ended():
        found.update(client.describe_query(QueryId=query))
        return found["QueryStatus"] not in ("QUEUED", "RUNNING")
    world.check("a query ends", world.until(ended), found)
    return found


def rows(answer):
    """Rows as lists of (name, value)."""
    return [[item for cell in row for item in cell.items()] for row in answer["QueryResultRows"]]


def answered(world, client, store):
    sql = f"SELECT eventSource, count(*) AS calls, max(errorCode) AS code FROM {store} GROUP BY 1 ORDER BY 2 DESC, 1"
    query, described = asked(world, client, sql)
    statistics = described["QueryStatistics"]
    world.equal("a query is finished", (described["QueryStatus"], described["QueryString"]), ("FINISHED", sql))
    world.equal("its statistics are true", (statistics["EventsScanned"], statistics["EventsMatched"]), (3000, 3000))
    answer = client.get_query_results(QueryId=query)
    found = rows(answer)
    world.equal("each value has its column's name", {tuple(name for name, _ in row) for row in found},
                {("eventSource", "calls", "code")})
    world.equal("the rows add up", sum(int(dict(row)["calls"]) for row in found), 3000)
    world.equal("and are counted", answer["QueryStatistics"]["TotalResultsCount"], len(found))
    described = asked(world, client, f"SELECT 1 FROM {store} WHERE readOnly = false")[1]["QueryStatistics"]
    world.check("what matches is told from what is read",
                0 < described["EventsMatched"] < described["EventsScanned"] == 3000, described)
    types = ("SELECT true AS b, 1.5e0 AS d, timestamp '2023-06-11 16:26:27' AS t, date '2023-06-11' AS day, "
             "ROW(1, 'x') AS r, MAP(ARRAY['a'], ARRAY['b']) AS m, ARRAY['a', 'b'] AS l, NULL AS n, '' AS e, 1 AS b")
    found = rows(client.get_query_results(QueryId=asked(world, client, types)[0]))[0]
    world.equal("values are texts as in Lake", [value for _, value in found],
                ["true", "1.5", "2023-06-11 16:26:27.000", "2023-06-11", "{field0=1, field1=x}", "{a=b}", "[a, b]",
                 None, "", "1"])
    world.equal("a name may repeat", [name for name, _ in found].count("b"), 2)
    return query


def paged(world, client, store):
    query, _ = asked(world, client, f"SELECT eventID FROM {store} ORDER BY eventID")
    ids, token, pages = [], {}, 0
    while True:
        page = client.get_query_results(QueryId=query, MaxQueryResults=700, **token)
        ids += [row[0][1] for row in rows(page)]
        pages += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    world.equal("pages hold every row once, in order", (pages, len(set(ids)), ids == sorted(ids)), (5, 3000, True))
    other, _ = asked(world, client, "SELECT 1")
    world.refused("a token is of its query", "InvalidNextTokenException", client.get_query_results, QueryId=other, **token)
    world.refused("a page has a thousand rows at most", "InvalidMaxResultsException", client.get_query_results,
                  QueryId=query, MaxQueryResults=1001)


def refused(world, client, store):
    for name, code, sql in [
        ("a misspelled column", "InvalidQueryStatementException", f"SELECT evntName FROM {store}"),
        ("what is no query", "InvalidQueryStatementException", f"DELETE FROM {store}"),
        ("an unknown store", "EventDataStoreNotFoundException", "SELECT 1 FROM 0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa"),
    ]:
        world.refused(f"{name} gets no id", code, client.start_query, QueryStatement=sql)
    error = world.refused("and a hint", "InvalidQueryStatementException", client.start_query,
                          QueryStatement=f"SELECT evntName FROM {store}")
    world.check("the error says what to write", "eventname" in error.response["Error"]["Message"].lower(), error)
    query, described = asked(world, client, "SELECT 1 / (n - 2) FROM UNNEST(sequence(1, 3)) AS t(n)")
    world.equal("what goes wrong later is a failed query", described["QueryStatus"], "FAILED")
    answer = client.get_query_results(QueryId=query)
    world.check("which says why", "ivision by zero" in answer["ErrorMessage"], answer)
    world.refused("an id nobody has", "QueryIdNotFoundException", client.describe_query,
                  QueryId="0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa")
    world.refused("delivery to a place that is not listed", "InsufficientS3BucketPolicyException", client.start_query,
                  QueryStatement="SELECT 1", DeliveryS3Uri="s3://my-results/x")


def by_alias(world, client, store):
    query = client.start_query(QueryAlias="root-user-activity", QueryParameters=[store, "-3650d"])["QueryId"]
    world.equal("a bundled query runs by its name", over(world, client, query)["QueryStatus"], "FINISHED")
    world.equal("and is found by it", client.describe_query(QueryAlias="root-user-activity")["QueryId"], query)


def cancelled(world, client):
    query = client.start_query(QueryStatement=ENDLESS)["QueryId"]
    world.until(lambda: client.describe_query(QueryId=query)["QueryStatus"] == "RUNNING")
    world.equal("a query is cancelled", client.cancel_query(QueryId=query)["QueryStatus"], "CANCELLED")
    world.refused("once", "InactiveQueryException", client.cancel_query, QueryId=query)
    queries = [client.start_query(QueryStatement=ENDLESS)["QueryId"] for _ in range(10)]
    world.refused("ten queries are the most", "MaxConcurrentQueriesException", client.start_query,
                  QueryStatement="SELECT 1")
    for query in queries:
        client.cancel_query(QueryId=query)
    world.equal("and then there is room again", asked(world, client, "SELECT 1")[1]["QueryStatus"], "FINISHED")


def owned(world, client, reader, query, store):
    for name in ("describe_query", "get_query_results", "cancel_query"):
        world.refused(f"{name} does not know the query of another", "QueryIdNotFoundException", getattr(reader, name),
                      QueryId=query)
    world.equal("nor are they listed", reader.list_queries(EventDataStore=store)["Queries"], [])


def listed(world, client, arn):
    queries = client.list_queries(EventDataStore=arn)["Queries"]
    times = [query["CreationTime"] for query in queries]
    world.equal("queries are listed newest first", times, sorted(times, reverse=True))
    pages, token = [], {}
    while True:
        page = client.list_queries(EventDataStore=arn, MaxResults=2, **token)
        pages += page["Queries"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    world.equal("pages hold each once", pages, queries)
    world.equal("by status", client.list_queries(EventDataStore=arn, QueryStatus="CANCELLED")["Queries"], [])
    world.refused("an unknown status", "InvalidQueryStatusException", client.list_queries, EventDataStore=arn,
                  QueryStatus="DONE")
    world.refused("a time range backwards", "InvalidDateRangeException", client.list_queries, EventDataStore=arn,
                  StartTime=2, EndTime=1)


def on_the_command_line(world, store, key):
    query = world.aws("start-query", "--query-statement", f"SELECT count(*) AS n FROM {store}", key=key)["QueryId"]
    world.until(lambda: world.aws("describe-query", "--query-id", query, key=key)["QueryStatus"] == "FINISHED")
    answer = world.aws("get-query-results", "--query-id", query, key=key)
    world.equal("the command line asks", answer["QueryResultRows"], [[{"n": "3000"}]])


def kept_over_a_restart(world, query, key):
    before = world.boto3(key=key).get_query_results(QueryId=query)
    world.serve(*world.users())
    after = world.boto3(key=key).get_query_results(QueryId=query)
    world.equal("a result is the same after a restart", rows(after), rows(before))


def killed(world, key):
    """A server that is killed leaves no query running for ever."""
    client = world.boto3(key=key)
    stopped = client.start_query(QueryStatement=ENDLESS)["QueryId"]
    world.until(lambda: client.describe_query(QueryId=stopped)["QueryStatus"] == "RUNNING")
    world.serve(*world.users())
    client = world.boto3(key=key)
    found = client.describe_query(QueryId=stopped)
    world.equal("a server that is stopped fails its queries", found["QueryStatus"], "FAILED")
    world.check("and says so", "the server was stopped" in found["ErrorMessage"], found)
    killed = client.start_query(QueryStatement=ENDLESS)["QueryId"]
    world.until(lambda: client.describe_query(QueryId=killed)["QueryStatus"] == "RUNNING")
    world.process.kill()
    world.serve(*world.users())
    client = world.boto3(key=key)
    failed = lambda: client.describe_query(QueryId=killed)["QueryStatus"] == "FAILED"
    world.check("a server that is killed has failed them within two minutes", world.until(failed, 120))
    message = client.describe_query(QueryId=killed)["ErrorMessage"]
    world.check("with a clear message", "the server that ran the query ended" in message, message)
