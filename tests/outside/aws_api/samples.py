"""The bundled queries, found by words and run."""
import os

from .queries import asked


def run(world):
    logs = os.path.join(world.folder.name, "logs")
    world.traillake("generate", logs, "--events", "500", "--days", "2", "--seed", "3")
    world.traillake("ingest", logs, "--store", "events")
    world.serve()
    client = world.boto3()
    found = client.search_sample_queries(SearchPhrase="who used the root user?")["SearchResults"]
    world.equal("a phrase finds its query first", found[0]["Name"], "Use of the root user")
    relevance = [sample["Relevance"] for sample in found]
    world.check("by falling relevance", relevance == sorted(relevance, reverse=True) and
                all(0 <= value <= 1 for value in relevance), relevance)
    world.check("ten at most", 1 < len(found) <= 10, len(found))
    names, token = [], {}
    while True:
        page = client.search_sample_queries(SearchPhrase="access keys of users", MaxResults=3, **token)
        names += [sample["Name"] for sample in page["SearchResults"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    world.equal("pages hold each once", len(set(names)), len(names))
    world.refused("a page has fifty at most", "InvalidParameterException",
                  client.search_sample_queries, SearchPhrase="keys", MaxResults=51)
    world.equal("words nobody uses find nothing",
                client.search_sample_queries(SearchPhrase="zzzz qqqq")["SearchResults"], [])
    store = client.list_event_data_stores()["EventDataStores"][0]["EventDataStoreArn"].rsplit("/", 1)[1]
    for sample in found[:3]:
        _, described = asked(world, client, sample["SQL"].replace("$EDS_ID", store))
        world.equal(f"`{sample['Name']}` runs as it is found", described["QueryStatus"], "FINISHED")
    listed = world.aws("search-sample-queries", "--search-phrase", "root user")["SearchResults"]
    world.equal("the command line finds it", listed[0]["Name"], "Use of the root user")
