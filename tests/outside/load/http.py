"""A small client of the AWS API, which signs by itself: quick to make, and able to sign wrongly."""
import hashlib
import hmac
import http.client
import json
from datetime import datetime, timezone

REGION = "eu-west-1"
TARGET = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."


def signed(host, key, operation, body, at=None, **others):
    """The headers of a request that is signed with this key id and secret, now or at another time."""
    stamp = (at or datetime.now(timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": "application/x-amz-json-1.1", "host": host, "x-amz-date": stamp,
               "x-amz-target": TARGET + operation, **others}
    names = ";".join(sorted(headers))
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{canonical}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{stamp[:8]}/{REGION}/cloudtrail/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    secret = ("AWS4" + key[1]).encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={names}, "
                                f"Signature={signature}")
    return headers


class Http:
    """One connection, made again when it is lost."""

    def __init__(self, host, key):
        self.host, self.key = host, key
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def call(self, operation, at=None, **parameters):
        """Code of the error, or none, and the answer."""
        body = json.dumps(parameters).encode()
        headers = signed(self.host, self.key, operation, body, at)
        self.connection.request("POST", "/", body, headers)
        answer = self.connection.getresponse()
        text = json.loads(answer.read() or b"{}")
        return (None if answer.status == 200 else text.get("__type", str(answer.status)).rsplit("#")[-1]), text

    def close(self):
        self.connection.close()
