"""Wrong requests: every client finds the exception it knows."""
import socket
import urllib.error
import urllib.request

import boto3
import botocore.session


def run(world):
    world.serve()
    client = world.boto3()
    signatures(world)
    every_operation(world, client)
    validation(world, client)
    plain_http(world)
    error = world.aws("get-trail", "--name", "missing")
    world.check("the command line shows code and text of an error",
                "(TrailNotFoundException)" in error and "there is no trail `missing`" in error, error)


def signatures(world):
    wrong = world.boto3(key=(world.key[0], "x" * 40))
    world.refused("another secret is refused", "InvalidSignatureException", wrong.list_trails)
    unknown = world.boto3(key=("AKIAIOSFODNN7EXAMPLE", "x" * 40))
    error = world.refused("an unknown key is refused", "UnrecognizedClientException", unknown.list_trails)
    world.equal("a refused signature is HTTP 403", error.response["ResponseMetadata"]["HTTPStatusCode"], 403)
    session = boto3.client("cloudtrail", endpoint_url=world.url, region_name="us-east-1", aws_session_token="x",
                           aws_access_key_id=world.key[0], aws_secret_access_key=world.key[1])
    world.refused("a session token is refused", "UnrecognizedClientException", session.list_trails)


def every_operation(world, client):
    """No operation of the service model is unknown, and what is not offered says so."""
    model = client.meta.service_model
    for name in model.operation_names:
        shape = model.operation_model(name).input_shape
        parameters = {member: sample(shape.members[member]) for member in (shape.required_members if shape else [])}
        method = getattr(client, botocore.xform_name(name))
        try:
            method(**parameters)
        except client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            known = code in ("UnsupportedOperationException", "AccessDeniedException") or \
                code in {shape.name for shape in model.error_shapes}
            world.check(f"{name} answers with an exception of the service model", known, error)
            if code == "UnsupportedOperationException":
                message = error.response["Error"]["Message"]
                world.check(f"{name} says why it is not offered", " is not offered: " in message, message)
    data = world.boto3("cloudtrail-data")
    world.refused("audit events are not offered, in their own protocol", "UnsupportedOperationException",
                  data.put_audit_events, channelArn="arn:aws:cloudtrail:eu-west-1:111122223333:channel/x",
                  auditEvents=[{"id": "1", "eventData": "{}"}])


def sample(shape):
    """Any value that botocore lets pass."""
    kind = shape.type_name
    if kind == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}
    if kind == "list":
        return [sample(shape.member)]
    if kind == "map":
        return {sample(shape.key): sample(shape.value)}
    if shape.enum if kind == "string" else False:
        return shape.enum[0]
    samples = {"string": "x" * max(shape.metadata.get("min", 3), 3), "boolean": True, "timestamp": 0}
    return samples.get(kind, shape.metadata.get("min", 1))


def validation(world, client):
    """What botocore does not check is checked here, and the text names member, value and rule."""
    for name, code, method, parameters in [
        ("a pattern", "InvalidParameterException", client.create_event_data_store, {"Name": "my store"}),
        ("a length", "InvalidParameterException", client.create_event_data_store, {"Name": "x" * 129}),
        ("a range", "InvalidParameterException", client.create_event_data_store,
         {"Name": "abc", "RetentionPeriod": 5000}),
        ("an enum", "InvalidParameterException", client.create_event_data_store,
         {"Name": "abc", "BillingMode": "FREE"}),
        ("a page size", "InvalidMaxResultsException", client.list_event_data_stores, {"MaxResults": 1001}),
        ("a page token", "InvalidNextTokenException", client.list_event_data_stores, {"NextToken": "AAAA"}),
        ("an ARN", "EventDataStoreARNInvalidException", client.get_event_data_store, {"EventDataStore": "events"}),
        ("an unknown store", "EventDataStoreNotFoundException", client.get_event_data_store,
         {"EventDataStore": "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa"}),
    ]:
        world.refused(f"{name} is checked", code, method, **parameters)
    try:
        client.create_event_data_store(Name="my store")
    except client.exceptions.InvalidParameterException as error:
        message = error.response["Error"]["Message"]
        world.check("a broken rule is told in AWS's words", message.startswith(
            "Value 'my store' at 'Name' failed to satisfy constraint: Member must satisfy regular expression"), message)
        world.check("an error has a request id", len(error.response["ResponseMetadata"]["RequestId"]) == 36)


def plain_http(world):
    for path, status in [("/health", 200), ("/ready", 200), ("/metrics", 200), ("/", 404), ("/other", 404)]:
        try:
            found = urllib.request.urlopen(world.url + path, timeout=10).status
        except urllib.error.HTTPError as error:
            found = error.code
        world.equal(f"GET {path}", found, status)
    figures = urllib.request.urlopen(world.url + "/metrics", timeout=10).read().decode()
    world.check("requests are counted by operation and error",
                'traillake_requests_total{door="http",operation="CreateEventDataStore",code="InvalidParameterException"}'
                in figures, figures[:2000])
    host, port = world.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        answer = plain.recv(4096).decode()
    world.check("a name the server does not go by is refused", " 200 " not in answer.splitlines()[0], answer)
