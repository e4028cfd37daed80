"""The way of somebody who moves here: a store, an import from S3, a query and its delivery, event history, the store's life.

The command line does every step; boto3 looks at what came of it.
"""
import json
import os
import time

from .bucket import Bucket
from .delivery import verification

EVENTS = 3000
START = "2020-01-01T00:00:00Z"
PLACE = "s3://results/lake"


def run(world):
    bucket = Bucket("org-trail", "results")
    try:
        deliver_trail(world, bucket)
        world.serve("--allow-import", "s3://org-trail/AWSLogs", "--allow-delivery", PLACE, env=bucket.environment())
        client = world.boto3()
        arn = store(world, client)
        imported(world, client, arn)
        folder = queried(world, client, arn, bucket)
        verified(world, client, bucket, folder)
        looked_up(world, client, arn)
        life_of_the_store(world, client, arn)
    finally:
        bucket.stop()


def deliver_trail(world, bucket):
    """A trail's log files, as an organisation's bucket has them."""
    logs = os.path.join(world.folder.name, "logs")
    world.traillake("generate", logs, "--events", str(EVENTS), "--accounts", "2", "--days", "2", "--seed", "3")
    for folder, _, names in os.walk(logs):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                bucket.objects["org-trail", os.path.relpath(path, logs)] = file.read()
    world.check("the bucket holds log files", all(key.startswith("AWSLogs/") for key in bucket.keys("org-trail")),
                bucket.keys("org-trail")[:2])


def store(world, client):
    made = world.aws("create-event-data-store", "--name", "events", "--retention-period", "2557",
                     "--no-termination-protection-enabled")
    world.equal("a store is made", (made["Name"], made["RetentionPeriod"]), ("events", 2557))
    listed = client.list_event_data_stores()["EventDataStores"]
    world.equal("and listed", [one["EventDataStoreArn"] for one in listed], [made["EventDataStoreArn"]])
    return made["EventDataStoreArn"]


def imported(world, client, arn):
    source = {"S3": {"S3LocationUri": "s3://org-trail/AWSLogs/", "S3BucketRegion": "eu-west-1",
                     "S3BucketAccessRoleArn": "arn:aws:iam::111122223333:role/import"}}
    started = world.aws("start-import", "--destinations", arn, "--import-source", json.dumps(source))
    running = lambda: client.get_import(ImportId=started["ImportId"])["ImportStatus"] in ("INITIALIZING", "IN_PROGRESS")
    world.check("an import ends", world.until(lambda: not running()))
    found = world.aws("get-import", "--import-id", started["ImportId"])
    world.equal("it is complete", (found["ImportStatus"], found["ImportStatistics"]["EventsCompleted"],
                                   found["ImportStatistics"]["FailedEntries"]), ("COMPLETED", EVENTS, 0))
    pages = client.get_paginator("list_imports").paginate(Destination=arn)
    world.equal("it is listed", [one["ImportId"] for page in pages for one in page["Imports"]], [started["ImportId"]])
    world.equal("nothing failed", client.list_import_failures(ImportId=started["ImportId"])["Failures"], [])
    world.refused("what is over is not stopped", "InvalidParameterException", client.stop_import,
                  ImportId=started["ImportId"])
    source["S3"]["S3LocationUri"] = "s3://results/"
    world.refused("places that are not listed are not read", "InvalidImportSourceException", client.start_import,
                  Destinations=[arn], ImportSource=source)


def queried(world, client, arn, bucket):
    """A query over several pages; the folder its result is delivered to."""
    sql = f"SELECT eventID, eventName, recipientAccountId FROM {arn.rsplit('/', 1)[1]} ORDER BY eventID"
    query = world.aws("start-query", "--query-statement", sql, "--delivery-s3-uri", PLACE)["QueryId"]
    status = lambda: world.aws("describe-query", "--query-id", query)
    world.check("a query ends", world.until(lambda: status()["QueryStatus"] not in ("QUEUED", "RUNNING")), status())
    world.equal("its figures are true", status()["QueryStatistics"]["EventsMatched"], EVENTS)
    rows, pages, token = [], 0, None
    while pages == 0 or token:
        page = client.get_query_results(QueryId=query, **({"NextToken": token} if token else {}))
        rows, pages, token = rows + page["QueryResultRows"], pages + 1, page.get("NextToken")
    ids = [cell["eventID"] for row in rows for cell in row if "eventID" in cell]
    world.equal("its pages hold every row once, in order", (len(ids), ids == sorted(set(ids))), (EVENTS, True))
    world.check("in several pages", pages > 1, pages)
    world.check("its result is delivered", world.until(lambda: status()["DeliveryStatus"] == "SUCCESS"), status())
    return next(key for key in bucket.keys("results") if query in key).rsplit("/", 1)[0]


def verified(world, client, bucket, folder):
    """The steps of `aws cloudtrail verify-query-results`, which the second command line has and the one of PyPI has not."""
    read = lambda name: bucket.objects["results", f"{folder}/{name}"]
    world.equal("the result is verified", verification(client, read),
                "Successfully validated sign and query result files")
    bucket.objects["results", f"{folder}/result_1.csv.gz"] += b"x"
    world.check("and a change is noticed", "inconsistent" in verification(client, read), verification(client, read))


def looked_up(world, client, arn):
    counted = count(client, f"SELECT count(*) AS n FROM {arn.rsplit('/', 1)[1]} WHERE eventCategory = 'Management'")
    pages = list(client.get_paginator("lookup_events").paginate(StartTime=START))
    events = [event for page in pages for event in page["Events"]]
    world.equal("event history has every management event", (len(events), len({e["EventId"] for e in events})),
                (counted, counted))
    times = [event["EventTime"] for event in events]
    world.check("newest first, over pages", times == sorted(times, reverse=True) and len(pages) == -(-counted // 50))
    one = events[len(events) // 2]
    for key, member in [("EventId", "EventId"), ("EventName", "EventName"), ("EventSource", "EventSource"),
                        ("ReadOnly", "ReadOnly"), ("Username", "Username"), ("AccessKeyId", "AccessKeyId")]:
        if member in one:
            found = client.lookup_events(StartTime=one["EventTime"], EndTime=one["EventTime"], LookupAttributes=[
                {"AttributeKey": key, "AttributeValue": one[member]}])["Events"]
            world.check(f"an event is found by its {key}", one["EventId"] in {event["EventId"] for event in found}, one)
    found = world.aws("lookup-events", "--start-time", START, "--max-items", "3", "--lookup-attributes",
                      f"AttributeKey=EventName,AttributeValue={one['EventName']}")
    world.equal("the command line looks up too", {event["EventName"] for event in found["Events"]}, {one["EventName"]})
    record = json.loads(found["Events"][0]["CloudTrailEvent"])
    world.equal("with the whole record", record["eventID"], found["Events"][0]["EventId"])


def count(client, sql):
    query = client.start_query(QueryStatement=sql)["QueryId"]
    while client.describe_query(QueryId=query)["QueryStatus"] in ("QUEUED", "RUNNING"):
        time.sleep(0.05)
    return int(client.get_query_results(QueryId=query)["QueryResultRows"][0][0]["n"])


def life_of_the_store(world, client, arn):
    updated = world.aws("update-event-data-store", "--event-data-store", arn, "--retention-period", "400")
    world.equal("retention is changed", updated["RetentionPeriod"], 400)
    deleted = world.aws("delete-event-data-store", "--event-data-store", arn)
    world.equal("a store is deleted", (deleted, client.get_event_data_store(EventDataStore=arn)["Status"]),
                ({}, "PENDING_DELETION"))
    world.equal("what it held is not found", client.lookup_events(StartTime=START)["Events"], [])
    restored = world.aws("restore-event-data-store", "--event-data-store", arn)
    world.equal("and restored", restored["Status"], "ENABLED")
