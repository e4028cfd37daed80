"""Results delivered to S3, and verified as `aws cloudtrail verify-query-results` does it."""
import base64
import csv
import gzip
import hashlib
import io
import json
import os
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from .bucket import Bucket
from .queries import asked

PLACE = "s3://results/audit"


def run(world):
    bucket = Bucket("results")
    try:
        logs = os.path.join(world.folder.name, "logs")
        world.traillake("generate", logs, "--events", "2000", "--days", "2", "--seed", "9")
        world.traillake("ingest", logs, "--store", "events")
        key = world.add_key("root", "--role", "admin")
        flags = [*world.users(), "--allow-delivery", PLACE, "--allow-delivery", "s3://missing-bucket"]
        world.serve(*flags, env=bucket.environment())
        client = world.boto3(key=key)
        world.equal("there are no keys before a delivery", client.list_public_keys()["PublicKeyList"], [])
        folder = delivered(world, client, bucket)
        verified(world, client, bucket, folder)
        refused(world, client, bucket)
        denied(world, client, bucket)
        world.serve(*flags, env=bucket.environment())
        client = world.boto3(key=key)
        verified(world, client, bucket, folder)
        again, _ = asked(world, client, "SELECT 1", DeliveryS3Uri=PLACE)
        settled(world, client, again)
        keys = client.list_public_keys()["PublicKeyList"]
        world.equal("a restarted server signs with the same key", len(keys), 1)
        ranges(world, client, key)
    finally:
        bucket.stop()


def settled(world, client, query):
    """The status of a delivery once it is over."""
    world.until(lambda: client.describe_query(QueryId=query)["DeliveryStatus"] != "PENDING")
    return client.describe_query(QueryId=query)["DeliveryStatus"]


def delivered(world, client, bucket):
    sql = "SELECT eventID, eventName, userAgent, errorCode, requestParameters FROM events ORDER BY eventID"
    query, described = asked(world, client, sql, DeliveryS3Uri=PLACE)
    world.equal("a result is delivered", (settled(world, client, query), described["DeliveryS3Uri"]), ("SUCCESS", PLACE))
    folder = next(key for key in bucket.keys("results") if query in key).rsplit("/", 1)[0]
    day = datetime.now(timezone.utc).strftime("%Y/%m")
    world.check("where AWS puts it", folder.startswith(f"audit/AWSLogs/111122223333/CloudTrail-Lake/Query/{day}/"), folder)
    world.equal("as these files", [key.rsplit("/", 1)[1] for key in bucket.keys("results") if key.startswith(folder)],
                ["result_1.csv.gz", "result_sign.json"])
    text = gzip.decompress(bucket.objects["results", f"{folder}/result_1.csv.gz"]).decode()
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    world.equal("with a header", header, ["eventID", "eventName", "userAgent", "errorCode", "requestParameters"])
    world.equal("and every row", (len(lines), [line[0] for line in lines] == sorted(line[0] for line in lines)), (2000, True))
    first = client.get_query_results(QueryId=query, MaxQueryResults=1)["QueryResultRows"][0]
    world.equal("as the API gives them", lines[0], [value or "" for cell in first for value in cell.values()])
    return folder


def verification(client, read, files_of=lambda sign: sign["files"]):
    """The steps of `verify-query-results`: what it says in the end."""
    sign = json.loads(read("result_sign.json"))
    found = []
    for file in files_of(sign):
        found.append(hashlib.sha256(read(file["fileName"])).hexdigest())
        if found[-1] != file["fileHashValue"]:
            return f"File {file['fileName']} has inconsistent hash value"
    start = datetime.strptime(sign["queryCompleteTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    listed = client.list_public_keys(StartTime=start, EndTime=start + timedelta(days=20))["PublicKeyList"]
    key = next((key for key in listed if key["Fingerprint"] == sign["publicKeyFingerprint"]), None)
    if key is None:
        return "No public key"
    if hashlib.md5(key["Value"]).hexdigest() != key["Fingerprint"]:
        return "Wrong fingerprint"
    public = load_der_public_key(spki(key["Value"]))
    try:
        public.verify(bytes.fromhex(sign["hashSignature"]), " ".join(found).encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return "Invalid signature in sign file"
    return "Successfully validated sign and query result files"


def spki(pkcs1):
    """A PKCS#1 public key as X.509 has it."""
    def der(tag, body):
        length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big") if len(body) > 127 else b""
        return bytes([tag]) + (bytes([0x80 | len(length)]) + length if length else bytes([len(body)])) + body
    algorithm = der(0x30, bytes.fromhex("06092a864886f70d010101") + b"\x05\x00")
    return der(0x30, algorithm + der(0x03, b"\x00" + pkcs1))


def verified(world, client, bucket, folder):
    good = "Successfully validated sign and query result files"
    read = lambda name: bucket.objects["results", f"{folder}/{name}"]
    world.equal("a delivery is verified", verification(client, read), good)
    changed = lambda name: gzip.compress(b"x") if name.endswith(".gz") else read(name)
    world.check("a changed file is noticed", verification(client, changed).startswith("File result_1.csv.gz"))
    sign = json.loads(read("result_sign.json"))
    world.equal("the sign file has AWS's members", sorted(sign), sorted(
        ["version", "region", "files", "hashAlgorithm", "signatureAlgorithm", "queryCompleteTime", "hashSignature",
         "publicKeyFingerprint"]))
    forged = {**sign, "hashSignature": sign["hashSignature"][::-1]}
    of_forged = lambda name: json.dumps(forged).encode() if name == "result_sign.json" else read(name)
    world.equal("a changed signature is noticed", verification(client, of_forged), "Invalid signature in sign file")
    loaded = load_der_public_key(spki(client.list_public_keys()["PublicKeyList"][0]["Value"]))
    world.equal("keys have 2048 bits", loaded.key_size, 2048)


def refused(world, client, bucket):
    bucket.objects["results", "audit/lake/lake.json"] = b"{}"
    for name, code, uri in [
        ("beside the listed places", "InsufficientS3BucketPolicyException", "s3://results/elsewhere"),
        ("into a lake", "InsufficientS3BucketPolicyException", "s3://results/audit/lake/queries"),
        ("to a bucket that is not there", "S3BucketDoesNotExistException", "s3://missing-bucket/x"),
        ("to a name no bucket has", "InvalidS3BucketNameException", "s3://results..x"),
        ("to a prefix no key has", "InvalidS3PrefixException", PLACE + "/a//b"),
    ]:
        world.refused(f"nothing is delivered {name}", code, client.start_query, QueryStatement="SELECT 1", DeliveryS3Uri=uri)


def denied(world, client, bucket):
    for refused, status in [("result_sign.json", "ACCESS_DENIED_SIGNING_FILE"), (".csv.gz", "ACCESS_DENIED")]:
        bucket.refused = (refused,)
        query, _ = asked(world, client, "SELECT 1", DeliveryS3Uri=PLACE)
        world.equal(f"a bucket that refuses {refused} is told", settled(world, client, query), status)
        world.equal("and the result can be read all the same",
                    client.get_query_results(QueryId=query)["QueryStatus"], "FINISHED")
    bucket.refused = ()
    query, _ = asked(world, client, "SELECT 1 / (n - n) FROM UNNEST(sequence(1, 2)) AS t(n)", DeliveryS3Uri=PLACE)
    world.equal("a query that fails delivers nothing", settled(world, client, query), "FAILED")


def ranges(world, client, key):
    now = datetime.now(timezone.utc)
    keys = client.list_public_keys(StartTime=now, EndTime=now)["PublicKeyList"]
    world.equal("a key is valid for thirty days", keys[0]["ValidityEndTime"] - keys[0]["ValidityStartTime"],
                timedelta(days=30))
    past = client.list_public_keys(StartTime=now - timedelta(days=2), EndTime=now - timedelta(days=1))
    world.equal("none was valid yesterday", past["PublicKeyList"], [])
    pages = client.get_paginator("list_public_keys").paginate(StartTime=now, EndTime=now + timedelta(days=1))
    world.equal("the paginator lists them", [key for page in pages for key in page["PublicKeyList"]], keys)
    world.refused("a time range backwards", "InvalidTimeRangeException", client.list_public_keys, StartTime=now,
                  EndTime=now - timedelta(days=1))
    listed = world.aws("list-public-keys", key=key)["PublicKeyList"]
    world.equal("the command line lists them", base64.b64decode(listed[0]["Value"]), keys[0]["Value"])
