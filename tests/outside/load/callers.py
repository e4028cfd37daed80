"""Callers who mean well: they ask over both doors, and check that they are told all of theirs and nothing else."""
import random
import time

import pyarrow as pa
import pyarrow.flight as flight

from .http import Http

BUSY = "MaxConcurrentQueriesException"
REFUSALS = (flight.FlightError, pa.ArrowException, OSError)
# Streams far more than anybody reads.
ENDLESS = "SELECT a.eventID, b.eventJson FROM {0} a CROSS JOIN {0} b"
BY_ACCOUNT = "SELECT recipientAccountId AS a, count(*) AS n FROM {} GROUP BY 1"


class Caller:
    """Somebody with a key, and what they may see: events by store and account."""

    def __init__(self, name, key, visible):
        self.name, self.key, self.visible = name, key, visible
        self.accounts = {account for counts in visible.values() for account in counts}


def expect(holds, *detail):
    if not holds:
        raise AssertionError(detail)


class HttpCaller:
    def __init__(self, world, caller):
        self.world, self.caller = world, caller
        self.http = Http(world.http, caller.key)

    def step(self):
        """One thing that a client does; what it was."""
        return random.choice([self.list, self.query, self.query, self.look_up, self.look_elsewhere])()

    def list(self):
        error, answer = self.http.call("ListEventDataStores")
        names = {store["Name"] for store in answer.get("EventDataStores", [])}
        expect(error is None and names == set(self.caller.visible), self.caller.name, error, names)
        return "http list"

    def query(self):
        name, counts = random.choice(list(self.caller.visible.items()))
        error, answer = self.http.call("StartQuery", QueryStatement=BY_ACCOUNT.format(name))
        if error == BUSY:
            time.sleep(0.2)
            return "http busy"
        expect(error is None, error, answer)
        self.world.queries.append((self.caller.name, answer["QueryId"]))
        while True:
            error, page = self.http.call("GetQueryResults", QueryId=answer["QueryId"])
            expect(error is None, error, page)
            if page["QueryStatus"] not in ("QUEUED", "RUNNING"):
                break
            time.sleep(0.1)
        found = {row[0]["a"]: int(row[1]["n"]) for row in page["QueryResultRows"]}
        expect(found == counts, self.caller.name, name, found, counts, page)
        return "http query"

    def look_up(self):
        error, answer = self.http.call("LookupEvents", StartTime=0, MaxResults=10)
        if error == "ThrottlingException":
            time.sleep(0.2)
            return "http busy"
        expect(error is None, error, answer)
        texts = [event["CloudTrailEvent"] for event in answer["Events"]]
        theirs = lambda text: any(f'"recipientAccountId":"{account}"' in text for account in self.caller.accounts)
        expect(texts and all(theirs(text) for text in texts), self.caller.name, "foreign events")
        return "http lookup"

    def look_elsewhere(self):
        """At stores and queries of others: as if they were not there."""
        for name, arn in self.world.stores.items():
            error, _ = self.http.call("GetEventDataStore", EventDataStore=arn)
            hidden = name not in self.caller.visible
            expect(error == ("EventDataStoreNotFoundException" if hidden else None), self.caller.name, name, error)
            if hidden:
                error, answer = self.http.call("StartQuery", QueryStatement=f"SELECT count(*) AS n FROM {name}")
                missing, other = self.http.call("StartQuery", QueryStatement="SELECT count(*) AS n FROM nowhere")
                if BUSY not in (error, missing):
                    told = answer["message"].replace(name, "nowhere")
                    expect((error, told) == (missing, other["message"]), self.caller.name, answer, other)
        if self.world.queries:
            owner, query = random.choice(self.world.queries)
            error, _ = self.http.call("DescribeQuery", QueryId=query)
            own = owner == self.caller.name
            expect(error == (None if own else "QueryIdNotFoundException"), self.caller.name, owner, error)
        return "http elsewhere"

    def close(self):
        self.http.close()


class FlightCaller:
    def __init__(self, world, caller):
        self.world, self.caller = world, caller
        # Connections of their own, as of so many machines.
        self.client = flight.connect(world.flight, generic_options=[("grpc.use_local_subchannel_pool", 1)])
        self.options = flight.FlightCallOptions(headers=[self.client.authenticate_basic_token(*caller.key)], timeout=120)

    def step(self):
        try:
            return random.choice([self.list, self.query, self.query, self.look_elsewhere, self.leave])()
        except REFUSALS as error:
            expect(BUSY in str(error) or "queries run or wait" in str(error) or "queries wait" in str(error), error)
            time.sleep(0.2)
            return "flight busy"

    def reader(self, sql):
        info = self.client.get_flight_info(flight.FlightDescriptor.for_command(command(sql)), self.options)
        return self.client.do_get(info.endpoints[0].ticket, self.options)

    def list(self):
        names = set(self.reader("SELECT name FROM system.stores").read_all().column(0).to_pylist())
        expect(names == set(self.caller.visible), self.caller.name, names)
        return "flight list"

    def query(self):
        name, counts = random.choice(list(self.caller.visible.items()))
        table = self.reader(BY_ACCOUNT.format(name)).read_all()
        found = dict(zip(table.column(0).to_pylist(), table.column(1).to_pylist()))
        expect(found == counts, self.caller.name, name, found, counts)
        return "flight query"

    def look_elsewhere(self):
        told = {}
        for name in [*self.world.stores, "nowhere"]:
            if name not in self.caller.visible:
                try:
                    self.reader(f"SELECT count(*) FROM {name}").read_all()
                    expect(False, self.caller.name, name)
                except REFUSALS as error:
                    told[name] = str(error).replace(name, "?").split("gRPC client debug context")[0]
        expect(len(set(told.values())) == 1 or any("queries" in text for text in told.values()), self.caller.name, told)
        return "flight elsewhere"

    def leave(self):
        """Asks for far more than it reads, and goes."""
        reader = self.reader(ENDLESS.format(random.choice(list(self.caller.visible))))
        expect(reader.read_chunk().data.num_rows > 0, "no rows")
        reader.cancel()
        return "flight leave"

    def close(self):
        self.client.close()


def command(sql):
    """Any { type_url: ...CommandStatementQuery, value: CommandStatementQuery { query: sql } }"""
    def field(text):
        length, bytes_of = len(text), b""
        while length > 127:
            bytes_of, length = bytes_of + bytes([length & 127 | 128]), length >> 7
        return bytes_of + bytes([length]) + text
    name = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery"
    return b"\x0a" + field(name) + b"\x12" + field(b"\x0a" + field(sql.encode()))
