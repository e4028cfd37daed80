"""Callers of the users file: what each may do, and what does not exist for them."""


def run(world):
    root = world.add_key("root", "--role", "admin")
    ann = world.add_key("ann", "--role", "read", "--store", "open")
    bob = world.add_key("bob", "--role", "ingest")
    world.serve(*world.users())
    admin, reader, ingester = (world.boto3(key=key) for key in (root, ann, bob))
    arns = {name: admin.create_event_data_store(Name=name)["EventDataStoreArn"] for name in ("open", "secret")}
    listed = reader.list_event_data_stores()["EventDataStores"]
    world.equal("a caller lists what is granted", [store["Name"] for store in listed], ["open"])
    reader.get_event_data_store(EventDataStore=arns["open"])
    world.refused("the rest is not there", "EventDataStoreNotFoundException", reader.get_event_data_store,
                  EventDataStore=arns["secret"])
    world.refused("nor its tags", "EventDataStoreNotFoundException", reader.list_tags, ResourceIdList=[arns["secret"]])
    error = world.refused("a reader makes nothing", "AccessDeniedException", reader.create_event_data_store, Name="new")
    words = "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: cloudtrail:CreateEventDataStore"
    world.check("and is told so in AWS's words", error.response["Error"]["Message"].startswith(words), error)
    ingester.stop_event_data_store_ingestion(EventDataStore=arns["secret"])
    world.equal("who may ingest stops and starts", admin.get_event_data_store(EventDataStore=arns["secret"])["Status"],
                "STOPPED_INGESTION")
    world.refused("and deletes nothing", "AccessDeniedException", ingester.delete_event_data_store,
                  EventDataStore=arns["secret"])
    error = world.aws("delete-event-data-store", "--event-data-store", arns["open"], key=ann)
    world.check("the command line shows it", "(AccessDeniedException)" in error, error)
    for name in ("page-1", "page-2"):
        admin.create_event_data_store(Name=name)
    token = admin.list_event_data_stores(MaxResults=1)["NextToken"]
    world.refused("a page token is of its caller", "InvalidNextTokenException", ingester.list_event_data_stores,
                  MaxResults=1, NextToken=token)
