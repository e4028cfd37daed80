"""The lake's trails, to read, while the server follows them."""
import os


def run(world):
    logs = os.path.join(world.folder.name, "logs")
    world.traillake("generate", logs, "--events", "200", "--days", "2", "--seed", "5")
    world.traillake("trail", "add", "main", logs, "--store", "events")
    world.traillake("trail", "add", "far", "s3://logs/org/AWSLogs/", "--store", "elsewhere")
    world.serve("--no-follow")
    client = world.boto3()
    main = client.get_trail(Name="main")["Trail"]
    world.equal("a trail has the ARN of the lake", main["TrailARN"],
                "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main")
    far = client.get_trail(Name="arn:aws:cloudtrail:eu-west-1:111122223333:trail/far")["Trail"]
    world.equal("its bucket and prefix are its source's", (far["S3BucketName"], far["S3KeyPrefix"]),
                ("logs", "org/AWSLogs"))
    pages = client.get_paginator("list_trails").paginate()
    world.equal("all are listed", [trail["Name"] for page in pages for trail in page["Trails"]], ["far", "main"])
    described = client.describe_trails(trailNameList=["main", "missing"])["trailList"]
    world.equal("those that are named are described", [trail["Name"] for trail in described], ["main"])
    described = world.aws("describe-trails")
    world.equal("the command line describes all", len(described["trailList"]), 2)
    selectors = client.get_event_selectors(TrailName="main")
    world.equal("a trail brings all management events", selectors["EventSelectors"][0]["ReadWriteType"], "All")
    world.equal("a trail that is not followed does not log", client.get_trail_status(Name="main")["IsLogging"], False)
    world.refused("a trail that is not there", "TrailNotFoundException", client.get_trail_status, Name="missing")
    world.refused("a name that cannot be", "InvalidTrailNameException", client.get_trail, Name="-")
    world.refused("an ARN of another account", "CloudTrailARNInvalidException", client.get_trail,
                  Name="arn:aws:cloudtrail:eu-west-1:444455556666:trail/main")
    world.refused("Insights are never on", "InsightNotEnabledException", client.get_insight_selectors, TrailName="main")
    world.equal("there are no channels", client.list_channels()["Channels"], [])
    world.equal("and no dashboards", client.list_dashboards()["Dashboards"], [])
    followed(world)


def followed(world):
    world.traillake("trail", "remove", "far")
    world.serve()
    client = world.boto3()
    status = lambda: client.get_trail_status(Name="main")
    world.equal("a trail that is followed logs", status()["IsLogging"], True)
    world.check("and delivers", world.until(lambda: "LatestDeliveryTime" in status()), status())
    store = client.list_event_data_stores()["EventDataStores"][0]["EventDataStoreArn"]
    client.stop_event_data_store_ingestion(EventDataStore=store)
    world.equal("until the ingestion of its store is stopped", status()["IsLogging"], False)
