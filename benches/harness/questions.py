"""The investigations, each in the words of the three engines.

The texts differ only where the tables do: request parameters are a map for TrailLake and ClickHouse and a
JSON text for DuckDB; an absent text is NULL for TrailLake and DuckDB and empty for ClickHouse.
"""

from dataclasses import dataclass

# Needles, what metadata may answer, and the newest events; the rest are scans.
LOOKUP, SCAN = "lookup", "scan"

EVENT = "SELECT eventTime, eventName, eventID, sourceIPAddress FROM events"
EVENT_COLUMNS = ("eventtime", "eventname", "eventid", "sourceipaddress")


@dataclass(frozen=True)
class Question:
    name: str
    kind: str
    sql: str
    #: The stored leaves that an answer needs, for the bare scan.
    columns: tuple[str, ...]
    #: Places of the output columns that the question determines; ties at a LIMIT leave others open.
    compared: tuple[int, ...]
    #: What stands for `{0}` in the text, for an engine.
    traillake: str = ""
    duckdb: str = ""
    clickhouse: str = ""

    def text(self, engine, values):
        """The statement for an engine, with the values of a lake."""
        part = getattr(self, engine).format(**values)
        return self.sql.format(part, **values)


def needle(name, path, value):
    return Question(name, LOOKUP, f"{EVENT} WHERE {path} = '{{{value}}}'", (*EVENT_COLUMNS, path.lower()), (0, 1, 2, 3))


QUESTIONS = [
    Question("count", LOOKUP, "SELECT count(*) AS n FROM events", (), (0,)),
    needle("access key", "userIdentity.accessKeyId", "access_key"),
    needle("event id", "eventID", "event_id"),
    needle("address", "sourceIPAddress", "address"),
    needle("role ARN", "userIdentity.sessionContext.sessionIssuer.arn", "role"),
    Question(
        "bucket",
        LOOKUP,
        EVENT + " WHERE {0} = '{bucket}'",
        (*EVENT_COLUMNS, "requestparameters"),
        (0, 1, 2, 3),
        traillake="element_at(requestParameters, 'bucketName')",
        duckdb="(requestParameters->>'bucketName')",
        clickhouse="requestParameters['bucketName']",
    ),
    Question(
        "top principals",
        SCAN,
        "SELECT userIdentity.arn AS arn, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
        ("useridentity.arn",),
        (1,),
    ),
    Question(
        "errors by service",
        SCAN,
        "SELECT eventSource, errorCode, count(*) AS n FROM events WHERE {0} GROUP BY 1, 2 ORDER BY 3 DESC",
        ("eventsource", "errorcode"),
        (0, 1, 2),
        traillake="errorCode IS NOT NULL",
        duckdb="errorCode IS NOT NULL",
        clickhouse="errorCode != ''",
    ),
    Question(
        "hourly series of a day",
        SCAN,
        "SELECT {0} AS hour, count(*) AS n FROM events"
        " WHERE eventTime >= '{day} 00:00:00' AND eventTime <= '{day} 23:59:59' GROUP BY 1 ORDER BY 1",
        ("eventtime",),
        (0, 1),
        traillake="date_trunc('hour', eventTime)",
        duckdb="date_trunc('hour', eventTime)",
        clickhouse="toStartOfHour(eventTime)",
    ),
    Question(
        "text in request parameters",
        SCAN,
        EVENT + " WHERE {0}",
        (*EVENT_COLUMNS, "requestparameters"),
        (0, 1, 2, 3),
        traillake="any_match(map_values(requestParameters), v -> v LIKE '%{text}%')",
        duckdb="requestParameters LIKE '%{text}%'",
        clickhouse="arrayExists(v -> v LIKE '%{text}%', mapValues(requestParameters))",
    ),
    Question(
        "addresses per account",
        SCAN,
        "SELECT recipientAccountId, count(DISTINCT sourceIPAddress) AS n FROM events GROUP BY 1",
        ("recipientaccountid", "sourceipaddress"),
        (0, 1),
    ),
    Question(
        "latest 100",
        LOOKUP,
        "SELECT eventTime, eventName, userIdentity.arn AS arn FROM events ORDER BY eventTime DESC LIMIT 100",
        ("eventtime", "eventname", "useridentity.arn"),
        (0,),
    ),
    Question(
        "root activity",
        SCAN,
        "SELECT eventTime, eventName, sourceIPAddress FROM events WHERE userIdentity.type = 'Root' ORDER BY eventTime",
        ("eventtime", "eventname", "sourceipaddress", "useridentity.type"),
        (0, 1, 2),
    ),
]
