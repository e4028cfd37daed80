"""Tags of stores and trails."""


def run(world):
    world.traillake("trail", "add", "main", world.folder.name, "--store", "events")
    world.serve("--no-follow")
    client = world.boto3()
    store = client.create_event_data_store(Name="events")["EventDataStoreArn"]
    trail = client.get_trail(Name="main")["Trail"]["TrailARN"]
    tags_of = lambda arn: client.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"]
    for arn in (store, trail):
        client.add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "blue"}, {"Key": "flag"}])
        client.add_tags(ResourceId=arn, TagsList=[{"Key": "team", "Value": "red"}])
        world.equal("tags are added and replaced", tags_of(arn), [{"Key": "flag"}, {"Key": "team", "Value": "red"}])
    client.remove_tags(ResourceId=store, TagsList=[{"Key": "flag"}, {"Key": "other"}])
    world.equal("tags are removed by their keys", tags_of(store), [{"Key": "team", "Value": "red"}])
    pages = client.get_paginator("list_tags").paginate(ResourceIdList=[store, trail])
    world.equal("the paginator lists each resource once",
                [entry["ResourceId"] for page in pages for entry in page["ResourceTagList"]], [store, trail])
    listed = world.aws("list-tags", "--resource-id-list", trail)
    world.equal("the command line lists them", len(listed["ResourceTagList"][0]["TagsList"]), 2)
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
    world.refused("fifty tags are the most", "TagsLimitExceededException", client.add_tags, ResourceId=store,
                  TagsList=many)
    world.refused("a key stands once", "InvalidTagParameterException", client.add_tags, ResourceId=store,
                  TagsList=[{"Key": "k"}, {"Key": "k"}])
    world.refused("an unknown store has none", "EventDataStoreNotFoundException", client.list_tags,
                  ResourceIdList=[store.rsplit("/", 1)[0] + "/0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa"])
    world.refused("an id alone is no resource", "CloudTrailARNInvalidException", client.list_tags,
                  ResourceIdList=["events"])
