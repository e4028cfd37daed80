//! Groups made of the codes of texts, against groups of the same texts that were worked on.

use super::lake::{TestLake, events};

/// Which operator makes the groups.
async fn is_by_codes(lake: &TestLake, sql: &str) -> bool {
    lake.rows(&format!("EXPLAIN ANALYZE {sql}")).await.join("\n").contains("GroupByCodesExec: gby=[")
}

async fn sorted(lake: &TestLake, sql: &str) -> Vec<String> {
    let mut rows = lake.rows(sql).await;
    rows.sort_unstable();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_and_members_are_grouped_by_their_codes_with_the_same_answers() {
    let lake = events().await;
    let answers = [
        "count(*)",
        "count(errorCode)",
        "count(userIdentity.userName)",
        "count(DISTINCT sourceIPAddress)",
        "min(eventTime), max(eventTime)",
        "approx_distinct(eventName)",
    ];
    for key in ["userIdentity.arn", "errorCode", "userIdentity.sessionContext.sessionIssuer.userName", "eventSource"] {
        for answer in answers {
            let by_codes = format!("SELECT {key} AS k, {answer} FROM events GROUP BY 1");
            let by_texts = format!("SELECT substr({key}, 1) AS k, {answer} FROM events GROUP BY 1");
            assert_eq!(sorted(&lake, &by_codes).await, sorted(&lake, &by_texts).await, "{by_codes}");
            assert!(!is_by_codes(&lake, &by_texts).await, "{by_texts}");
        }
        assert!(is_by_codes(&lake, &format!("SELECT {key}, count(*) FROM events GROUP BY 1")).await, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_keys_and_conditions_are_grouped_by_codes_too() {
    let lake = events().await;
    for sql in [
        "SELECT eventSource, errorCode, count(*) AS n FROM events WHERE errorCode IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC",
        "SELECT date_trunc('hour', eventTime), eventName, count(*) FROM events GROUP BY 1, 2",
        "SELECT recipientAccountId, count(DISTINCT sourceIPAddress) AS n FROM events GROUP BY 1",
        "SELECT DISTINCT userIdentity.type, readOnly FROM events",
    ] {
        assert!(is_by_codes(&lake, sql).await, "{sql}");
    }
    let rows = sorted(&lake, "SELECT userIdentity.type, readOnly, count(*) FROM events GROUP BY 1, 2").await;
    assert_eq!(rows, ["AssumedRole|true|1", "IAMUser|false|1", "IAMUser|true|1", "Root|false|1"]);
    let rows = sorted(&lake, "SELECT errorCode, count(*) FROM events WHERE eventName <> 'Decrypt' GROUP BY 1").await;
    assert_eq!(rows, ["AccessDenied|1", "NULL|2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_of_an_answer_and_unique_texts_are_left_to_the_engine() {
    let lake = events().await;
    for sql in [
        "SELECT eventName, count(*) FILTER (WHERE readOnly) FROM events GROUP BY 1",
        "SELECT eventID, count(*) FROM events GROUP BY 1",
        "SELECT eventName, errorCode, count(*) FROM events GROUP BY ROLLUP (eventName, errorCode)",
        "SELECT upper(eventName), count(*) FROM events GROUP BY 1",
    ] {
        assert!(!is_by_codes(&lake, sql).await, "{sql}");
    }
}
