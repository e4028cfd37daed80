"""Event data stores, over boto3 and the command line."""


def run(world):
    world.serve()
    client = world.boto3()
    arn = made_with_defaults(world, client)
    changed(world, client, arn)
    stopped_and_started(world, client, arn)
    deleted_and_restored(world, client, arn)
    paged(world, client)
    on_the_command_line(world)
    kept_over_a_restart(world, arn)


def made_with_defaults(world, client):
    made = client.create_event_data_store(Name="events", TagsList=[{"Key": "team", "Value": "blue"}])
    arn = made["EventDataStoreArn"]
    world.check("the ARN is of the lake's account and region",
                arn.startswith("arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/"), arn)
    defaults = dict(Name="events", Status="CREATED", MultiRegionEnabled=True, OrganizationEnabled=False,
                    RetentionPeriod=366, TerminationProtectionEnabled=True, BillingMode="EXTENDABLE_RETENTION_PRICING",
                    TagsList=[{"Key": "team", "Value": "blue"}])
    world.equal("a store is made with AWS's defaults", {name: made.get(name) for name in defaults}, defaults)
    world.equal("it takes management events", made["AdvancedEventSelectors"][0]["Name"], "Default management events")
    found = client.get_event_data_store(EventDataStore=arn)
    world.equal("it is enabled then", (found["Status"], found["FederationStatus"]), ("ENABLED", "DISABLED"))
    world.equal("its times are times", found["CreatedTimestamp"], made["CreatedTimestamp"])
    by_id = client.get_event_data_store(EventDataStore=arn.rsplit("/", 1)[1])
    world.equal("the id alone names it", by_id["EventDataStoreArn"], arn)
    world.refused("a name is given once", "EventDataStoreAlreadyExistsException", client.create_event_data_store,
                  Name="events")
    return arn


def changed(world, client, arn):
    selectors = [{"Name": "writes", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]},
                                                       {"Field": "readOnly", "Equals": ["false"]}]}]
    updated = client.update_event_data_store(EventDataStore=arn, RetentionPeriod=90, AdvancedEventSelectors=selectors)
    world.equal("an update changes what it names", (updated["RetentionPeriod"], updated["AdvancedEventSelectors"]),
                (90, selectors))
    world.equal("and nothing else", updated["TerminationProtectionEnabled"], True)
    world.refused("an update changes something", "InvalidParameterException", client.update_event_data_store,
                  EventDataStore=arn)
    world.refused("the billing mode does not go back", "InvalidParameterException", client.update_event_data_store,
                  EventDataStore=arn, BillingMode="FIXED_RETENTION_PRICING")
    world.refused("a store keeps its kind", "InvalidEventSelectorsException", client.update_event_data_store,
                  EventDataStore=arn, AdvancedEventSelectors=[
                      {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Insight"]}]}])
    world.refused("a store keeps its name", "UnsupportedOperationException", client.update_event_data_store,
                  EventDataStore=arn, Name="others")
    world.refused("keys are not offered", "UnsupportedOperationException", client.update_event_data_store,
                  EventDataStore=arn, KmsKeyId="alias/mine")


def stopped_and_started(world, client, arn):
    status = lambda: client.get_event_data_store(EventDataStore=arn)["Status"]
    client.stop_event_data_store_ingestion(EventDataStore=arn)
    world.equal("ingestion is stopped", status(), "STOPPED_INGESTION")
    world.refused("what is stopped cannot be stopped", "InvalidEventDataStoreStatusException",
                  client.stop_event_data_store_ingestion, EventDataStore=arn)
    client.start_event_data_store_ingestion(EventDataStore=arn)
    world.equal("ingestion is started", status(), "ENABLED")
    insights = client.create_event_data_store(Name="insights", AdvancedEventSelectors=[
        {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Insight"]}]}])
    world.refused("a store of Insights is fed by others", "InvalidEventDataStoreCategoryException",
                  client.stop_event_data_store_ingestion, EventDataStore=insights["EventDataStoreArn"])


def deleted_and_restored(world, client, arn):
    world.refused("a protected store is not deleted", "EventDataStoreTerminationProtectedException",
                  client.delete_event_data_store, EventDataStore=arn)
    client.update_event_data_store(EventDataStore=arn, TerminationProtectionEnabled=False)
    client.delete_event_data_store(EventDataStore=arn)
    world.equal("a deleted store waits", client.get_event_data_store(EventDataStore=arn)["Status"], "PENDING_DELETION")
    world.refused("it cannot be changed", "InactiveEventDataStoreException", client.update_event_data_store,
                  EventDataStore=arn, RetentionPeriod=30)
    restored = client.restore_event_data_store(EventDataStore=arn)
    world.equal("and is restored", restored["Status"], "ENABLED")
    world.refused("what is there cannot be restored", "InvalidEventDataStoreStatusException",
                  client.restore_event_data_store, EventDataStore=arn)


def paged(world, client):
    for number in range(5):
        client.create_event_data_store(Name=f"page-{number}", TerminationProtectionEnabled=False)
    names, token = [], {}
    while True:
        page = client.list_event_data_stores(MaxResults=2, **token)
        names += [store["Name"] for store in page["EventDataStores"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    whole = [store["Name"] for store in client.list_event_data_stores()["EventDataStores"]]
    world.equal("pages hold every store once", names, whole)
    world.equal("and there are seven", len(names), 7)


def on_the_command_line(world):
    made = world.aws("create-event-data-store", "--name", "by-hand", "--retention-period", "2557", "--billing-mode",
                     "FIXED_RETENTION_PRICING", "--no-termination-protection-enabled", "--no-start-ingestion")
    world.equal("the command line makes a store", (made.get("Name"), made.get("RetentionPeriod")), ("by-hand", 2557))
    arn = made["EventDataStoreArn"]
    found = world.aws("get-event-data-store", "--event-data-store", arn)
    world.equal("which is not started", found["Status"], "STOPPED_INGESTION")
    world.aws("update-event-data-store", "--event-data-store", arn, "--billing-mode", "EXTENDABLE_RETENTION_PRICING",
              "--retention-period", "3653")
    listed = world.aws("list-event-data-stores")["EventDataStores"]
    found = [store for store in listed if store["Name"] == "by-hand"]
    world.equal("the command line lists it as changed", found[0]["RetentionPeriod"], 3653)
    world.equal("the command line deletes it", world.aws("delete-event-data-store", "--event-data-store", arn), {})
    error = world.aws("delete-event-data-store", "--event-data-store", arn)
    world.check("once", "(InactiveEventDataStoreException)" in error, error)


def kept_over_a_restart(world, arn):
    before = world.boto3().get_event_data_store(EventDataStore=arn)
    world.serve()
    after = world.boto3().get_event_data_store(EventDataStore=arn)
    for answer in (before, after):
        answer.pop("ResponseMetadata")
    world.equal("a store is the same after a restart", after, before)
