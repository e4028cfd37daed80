//! The schema `athena`: stores as AWS's documented CloudTrail table.

use traillake_query::{DefaultSchema, QueryOptions};

use crate::lake::events;

async fn rows(sql: &str) -> Vec<Vec<String>> {
    let rows = events().await.rows(sql).await;
    rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn nested_data_is_json_text_as_the_record_has_it() {
    let sql = "SELECT requestparameters, responseelements FROM athena.events WHERE eventname = 'RunInstances'";
    assert_eq!(rows(sql).await, [[r#"{"instanceType":"t3.micro","bucketName":null}"#, "NULL"]]);
    let sql = "SELECT json_extract_scalar(requestparameters, '$.bucketName') FROM athena.events
               WHERE json_extract_scalar(requestparameters, '$.bucketName') = 'Logs'";
    assert_eq!(rows(sql).await, [["Logs"]]);
}

#[tokio::test]
async fn times_and_booleans_are_texts() {
    let sql = "SELECT eventtime, readonly FROM athena.events ORDER BY eventtime LIMIT 2";
    assert_eq!(rows(sql).await, [["2023-07-10T11:00:00Z", "true"], ["2023-07-10T12:30:00Z", "false"]]);
}

#[tokio::test]
async fn partition_columns_are_there_and_come_last() {
    let sql = "SELECT account, region, year, month, day, \"timestamp\" FROM athena.events WHERE eventname = 'Decrypt'";
    assert_eq!(rows(sql).await, [["222222222222", "eu-west-1", "2023", "07", "12", "2023/07/12"]]);
    assert_eq!(
        rows("SELECT count(*) FROM athena.events WHERE year = '2023' AND month = '07' AND day = '10'").await,
        [["2"]]
    );
    let path = rows("SELECT \"$path\" FROM athena.events WHERE eventname = 'Decrypt'").await;
    assert!(path[0][0].starts_with("account=222222222222/region=eu-west-1/date=2023-07-12/"), "{path:?}");
}

#[tokio::test]
async fn resources_are_an_array_of_rows() {
    let sql = "SELECT unnested.resources_entry.arn FROM athena.events t
               CROSS JOIN UNNEST(t.resources) unnested (resources_entry) WHERE eventname = 'Decrypt'";
    assert_eq!(rows(sql).await, [["arn:aws:kms:eu-west-1:222222222222:key/k"]]);
}

#[tokio::test]
async fn filters_on_texts_of_times_prune_as_times_do() {
    for condition in [
        "eventtime >= '2023-07-12T00:00:00Z'",
        "eventtime > '2023-07-11T23'",
        "\"timestamp\" = '2023/07/12'",
        "year = '2023' AND month = '07' AND day = '12'",
        "\"timestamp\" > '2023/07/11'",
        "from_iso8601_timestamp(eventtime) >= timestamp '2023-07-12 00:00:00'",
        "eventtime BETWEEN '2023-07-12' AND '2023-07-13'",
        "account = '222222222222' AND eventtime > '2023-07-11T09:00:00Z'",
        "eventtime LIKE '2023-07-12%'",
        "eventtime LIKE '%2023-07-12T0%'",
        "date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') >= timestamp '2023-07-12 00:00:00'",
        "parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ss''Z''') > timestamp '2023-07-11 08:00:00 UTC'",
        "date(substr(eventtime, 1, 10)) = date '2023-07-12'",
        "CAST(split_part(eventtime, 'T', 1) AS date) > date '2023-07-11'",
        "eventtime > timestamp '2023-07-11 23:00:00'",
        "date_parse(\"timestamp\", '%Y/%m/%d') >= date '2023-07-12'",
        "concat(year, '-', month, '-', day) = '2023-07-12'",
    ] {
        let lake = events().await;
        let sql = format!("SELECT eventname FROM athena.events WHERE {condition}");
        let result = lake.engine().query(&sql, &QueryOptions::default()).await.unwrap();
        let (batches, stats) = result.collect().await.unwrap();
        assert_eq!(batches.iter().map(arrow::array::RecordBatch::num_rows).sum::<usize>(), 1, "{condition}");
        assert_eq!((stats.files_read, stats.files_total), (1, 3), "{condition}");
    }
}

#[tokio::test]
async fn a_text_of_a_time_has_no_fraction() {
    let sql = "SELECT eventtime FROM athena.events WHERE from_iso8601_timestamp(eventtime) = timestamp '2023-07-11 08:00:00 UTC'
               AND second(date_parse(eventtime, '%Y-%m-%dT%TZ')) = 0";
    assert_eq!(rows(sql).await, [["2023-07-11T08:00:00Z"]]);
}

#[tokio::test]
async fn it_can_be_the_default_schema() {
    let lake = events().await;
    let options = QueryOptions { schema: DefaultSchema::Athena, ..QueryOptions::default() };
    let result =
        lake.engine().query("SELECT eventtime FROM events WHERE eventname = 'Decrypt'", &options).await.unwrap();
    let (batches, _) = result.collect().await.unwrap();
    assert_eq!(batches[0].schema().field(0).data_type().to_string(), "Utf8View");
}

#[tokio::test]
async fn explain_tells_stores_times_files_and_columns_in_words() {
    let sql = "EXPLAIN SELECT eventname, useridentity.arn FROM events WHERE eventtime >= '2023-07-11' AND eventtime < '2023-07-12'";
    let facts = rows(sql).await;
    let items: Vec<_> = facts.iter().map(|fact| fact[0].as_str()).collect();
    assert_eq!(items, ["event data store", "time range", "partitions", "files", "columns"]);
    assert!(facts[0][1].starts_with("events ("), "{facts:?}");
    assert_eq!(facts[1][1], "from 2023-07-11 00:00:00.000 UTC to 2023-07-11 23:59:59.999 UTC");
    assert_eq!(facts[2][1], "1 of 3");
    assert!(facts[3][1].starts_with("1 of 3, "), "{facts:?}");
    assert_eq!(facts[4][1], "eventname, eventtime, useridentity.arn");
    assert_eq!(rows("EXPLAIN SELECT 1").await, [["event data store", "none: the query reads no events"]]);
}
