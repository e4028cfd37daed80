"""SIGTERM: the server ends soon, with 0, and what ran is written down for the next one."""
import os
import time

# Rows without end, slowly counted.
ENDLESS = ("SELECT count(*) AS n FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(y) "
           "CROSS JOIN UNNEST(sequence(1, 10000)) c(z) WHERE x + y * z <> 7")


def run(world):
    logs = os.path.join(world.folder.name, "logs")
    world.traillake("generate", logs, "--events", "500", "--days", "2", "--seed", "4")
    world.traillake("ingest", logs, "--store", "events")
    key = world.add_key("root", "--role", "admin")
    world.serve(*world.users())
    client = world.boto3(key=key)
    query = client.start_query(QueryStatement=ENDLESS)["QueryId"]
    status = lambda: client.describe_query(QueryId=query)
    world.check("a query runs", world.until(lambda: status()["QueryStatus"] == "RUNNING"), status())
    begun = time.monotonic()
    world.process.terminate()
    code = world.process.wait(60)
    world.equal("the server ends well", code, 0)
    world.check("and soon", time.monotonic() - begun < 35, time.monotonic() - begun)
    world.serve(*world.users())
    client = world.boto3(key=key)
    found = status()
    world.equal("its query has failed", found["QueryStatus"], "FAILED")
    world.check("and says why", "server" in found["ErrorMessage"], found)
    again = client.start_query(QueryStatement="SELECT count(*) AS n FROM events")["QueryId"]
    finished = lambda: client.describe_query(QueryId=again)["QueryStatus"] == "FINISHED"
    world.check("the next one answers", world.until(finished))
