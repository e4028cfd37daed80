use crate::lake::events;

#[tokio::test]
async fn probe2() {
    let lake = events().await;
    lake.create("copy", traillake_model::Retention::Unlimited).await;
    lake.store("copy", &crate::lake::EVENTS[..2]).await;
    let mut out = String::new();
    for sql in SQL {
        use std::fmt::Write;
        match lake.query(sql).await {
            Ok(result) => {
                let names: Vec<String> = result.schema().fields().iter().map(|f| f.name().clone()).collect();
                match result.collect().await {
                    Ok((batches, _)) => {
                        let rows: Vec<String> = batches.iter().flat_map(crate::lake::as_text).collect();
                        let mut text = format!("{names:?} {rows:?}");
                        if text.len() > 600 { text.truncate(text.char_indices().take(600).last().unwrap().0); }
                        writeln!(out, "@@ {sql}\n   OK {text}")
                    }
                    Err(error) => writeln!(out, "@@ {sql}\n   RUN {}", crate::lake::chain(&error)),
                }
            }
            Err(error) => writeln!(out, "@@ {sql}\n   ERR {} {:?}", crate::lake::chain(&error), error.hint()),
        }.unwrap();
    }
    std::fs::write("/tmp/q_probe2.txt", out).unwrap();
}

const SQL: &[&str] = &[
    "SELECT eventName, EXISTS (SELECT 1 FROM copy c WHERE c.eventID = e.eventID) AS x FROM events e ORDER BY 1",
    "SELECT eventName, NOT EXISTS (SELECT eventID, eventName FROM copy c WHERE c.eventID = e.eventID) AS x FROM events e ORDER BY 1",
    "SELECT eventName, eventID IN (SELECT eventID FROM copy) AS x FROM events ORDER BY 1",
    "SELECT eventName, eventID NOT IN (SELECT eventID FROM copy UNION SELECT 'x') AS x FROM events ORDER BY 1",
    "SELECT CASE WHEN eventID IN (SELECT eventID FROM copy) THEN 1 ELSE 0 END AS k, count(*) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT sum(CASE WHEN eventID IN (SELECT eventID FROM copy) THEN 1 ELSE 0 END) FROM events",
    "SELECT 1 IN (SELECT 2), NULL IN (SELECT 2), 1 IN (SELECT NULL), 1 IN (SELECT 1 WHERE false), NULL IN (SELECT 1 WHERE false)",
    "SELECT EXISTS (SELECT 1 WHERE false), EXISTS (SELECT 1)",
    "SELECT eventName FROM events e WHERE EXISTS (SELECT 1 FROM copy c WHERE c.eventID = e.eventID) OR eventName = 'Decrypt' ORDER BY 1",
    "SELECT eventName FROM events e WHERE CASE WHEN eventID IN (SELECT eventID FROM copy) THEN true ELSE false END ORDER BY 1",
    "SELECT lag(eventName) FROM events",
    "SELECT lower(eventName) OVER () FROM events",
    "SELECT eventName FROM (SELECT 1 AS a)",
    "SELECT t.* FROM events e",
    "SELECT eventName FROM events HAVING 1",
    "SELECT eventName FROM events LIMIT :n",
    "SELECT eventName, (SELECT count(*) FROM UNNEST(e.resources) AS t(r)) FROM events e ORDER BY 1",
    "SELECT count(*) FROM events a WHERE a.eventTime > (SELECT b.eventTime FROM copy b WHERE b.eventID = a.eventID)",
];
