"""The columns of a CloudTrail record as DuckDB and ClickHouse would hold them."""

WORD = "LowCardinality(String)"

DUCKDB_IDENTITY = (
    "STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, userName VARCHAR,"
    " invokedBy VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(type VARCHAR, principalId VARCHAR, arn VARCHAR,"
    " accountId VARCHAR, userName VARCHAR), attributes STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR)))"
)
CLICKHOUSE_IDENTITY = (
    f"Tuple(type {WORD}, principalId String, arn String, accountId {WORD}, accessKeyId String, userName String,"
    f" invokedBy {WORD}, sessionContext Tuple(sessionIssuer Tuple(type {WORD}, principalId String, arn String,"
    f" accountId {WORD}, userName String), attributes Tuple(creationDate String, mfaAuthenticated {WORD})))"
)

# Name, DuckDB's type, ClickHouse's type.
COLUMNS = [
    ("eventVersion", "VARCHAR", WORD),
    ("userIdentity", DUCKDB_IDENTITY, CLICKHOUSE_IDENTITY),
    ("eventTime", "TIMESTAMP", "DateTime"),
    ("eventSource", "VARCHAR", WORD),
    ("eventName", "VARCHAR", WORD),
    ("awsRegion", "VARCHAR", WORD),
    ("sourceIPAddress", "VARCHAR", "String"),
    ("userAgent", "VARCHAR", "String"),
    ("errorCode", "VARCHAR", WORD),
    ("errorMessage", "VARCHAR", "String"),
    ("requestParameters", "JSON", "Map(String, String)"),
    ("responseElements", "JSON", "String"),
    ("additionalEventData", "JSON", "String"),
    ("requestID", "VARCHAR", "String"),
    ("eventID", "VARCHAR", "String"),
    ("readOnly", "BOOLEAN", "Bool"),
    ("resources", "JSON", "String"),
    ("eventType", "VARCHAR", WORD),
    ("apiVersion", "VARCHAR", WORD),
    ("managementEvent", "BOOLEAN", "Bool"),
    ("recipientAccountId", "VARCHAR", WORD),
    ("sharedEventID", "VARCHAR", "String"),
    ("eventCategory", "VARCHAR", WORD),
    ("tlsDetails", "JSON", "String"),
]
