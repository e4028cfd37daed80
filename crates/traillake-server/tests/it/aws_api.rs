//! The AWS API over a real socket: signatures, roles, and the errors of the protocol.

use serde_json::json;
use traillake_server::{Role, SealingKey, ServerConfig, UserRights, UsersFile};

use crate::support::Running;

#[tokio::test]
async fn a_signed_request_is_answered_with_an_id_and_amazons_json() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path()).await;
    let made = server.call("CreateEventDataStore", &json!({"Name": "events"})).await;
    assert_eq!((made.status, made.header("content-type")), (200, "application/x-amz-json-1.1"), "{}", made.body);
    assert_eq!(made.header("x-amzn-requestid").len(), 36);
    let listed = server.call("ListEventDataStores", &json!({})).await.json();
    assert_eq!(listed["EventDataStores"][0]["EventDataStoreArn"], made.json()["EventDataStoreArn"]);
    assert_eq!(server.lake.event_data_stores().await.unwrap().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn who_does_not_sign_well_is_told_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path()).await;
    let bare = server.send("POST /", &[("x-amz-target".into(), "x.ListTrails".into())], b"{}").await;
    assert_eq!(bare.refusal(), (403, "MissingAuthenticationTokenException".to_owned()));
    assert_eq!(bare.header("x-amzn-requestid").len(), 36);
    let (id, secret) = server.key.clone();
    for (key, code) in [
        ((id, "another secret of 40 characters, or not".to_owned()), "InvalidSignatureException"),
        (("AKIAIOSFODNN7EXAMPLE".to_owned(), secret), "UnrecognizedClientException"),
    ] {
        for operation in ["ListTrails", "NoSuchOperation", "CreateTrail"] {
            let refused = server.call_as(&key, operation, &json!({})).await;
            assert_eq!(refused.refusal(), (403, code.to_owned()), "{operation}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_done_has_the_code_that_clients_know() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path()).await;
    for (operation, body, status, code) in [
        ("NoSuchOperation", "{}", 404, "UnknownOperationException"),
        ("CreateTrail", "{}", 400, "UnsupportedOperationException"),
        ("ListTrails", "{", 400, "SerializationException"),
        ("ListTrails", "[]", 400, "SerializationException"),
        ("GetTrail", r#"{"Name": 1}"#, 400, "SerializationException"),
        ("GetTrail", "", 400, "InvalidParameterException"),
        ("GetTrail", r#"{"Name": "main"}"#, 400, "TrailNotFoundException"),
    ] {
        let answer = server.post(&server.key, operation, body.as_bytes()).await;
        assert_eq!(answer.refusal(), (status, code.to_owned()), "{operation} {body}");
        assert_eq!(answer.header("x-amzn-errortype"), code);
        assert_eq!(answer.json()["Message"], answer.json()["message"]);
    }
    for (line, status, code) in [
        ("GET /", 404, "UnknownOperationException"),
        ("POST /other", 404, "UnknownOperationException"),
        ("POST /PutAuditEvents?channelArn=x", 400, "UnsupportedOperationException"),
    ] {
        assert_eq!(server.send(line, &[], b"").await.refusal(), (status, code.to_owned()), "{line}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_or_too_slow_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path()).await;
    let large = server.post(&server.key, "ListTrails", &vec![b' '; 200_000]).await;
    assert_eq!(large.refusal(), (413, "RequestEntityTooLargeException".to_owned()));
    // As many bytes are announced as are signed, and one comes.
    let late = server.post_part(&server.key, "ListTrails", b"{}", 1).await;
    assert_eq!(late.refusal(), (408, "RequestTimeoutException".to_owned()));
    server.stop().await;
}

#[tokio::test]
async fn those_who_run_the_server_see_that_it_is_alive_and_what_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path()).await;
    assert_eq!(server.send("GET /health", &[], b"").await.status, 200);
    assert_eq!(server.send("GET /ready", &[], b"").await.status, 200);
    server.call("ListTrails", &json!({})).await;
    server.call("GetTrail", &json!({"Name": "main"})).await;
    let metrics = server.send("GET /metrics", &[], b"").await;
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text"));
    for line in [
        r#"traillake_requests_total{door="http",operation="ListTrails",code="OK"} 1"#,
        r#"traillake_requests_total{door="http",operation="GetTrail",code="TrailNotFoundException"} 1"#,
        "traillake_queries_running 0",
    ] {
        assert!(metrics.body.contains(line), "{line} in {}", metrics.body);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_of_the_users_file_does_what_its_role_and_stores_allow() {
    let folder = tempfile::tempdir().unwrap();
    let (users, sealing_key) = (folder.path().join("users.toml"), folder.path().join("sealing.key"));
    let sealing = SealingKey::create_file(&sealing_key).unwrap();
    let mut file = UsersFile::open(&users).unwrap();
    let mut add = |name: &str, rights: UserRights| {
        let key = file.add_access_key(Some(name), &rights, None, &sealing).unwrap();
        (key.id.clone(), key.secret.clone())
    };
    let root = add("root", UserRights::new(Role::Admin));
    let ann = add("ann", UserRights::new(Role::Read).held_to(Some(vec!["open".to_owned()]), None));
    file.save().unwrap();
    let config = ServerConfig { users: Some(users), sealing_key: Some(sealing_key), ..ServerConfig::default() };
    let server = Running::with_config(folder.path(), config).await;
    for name in ["open", "secret"] {
        let made = server.call_as(&root, "CreateEventDataStore", &json!({ "Name": name })).await;
        assert_eq!(made.status, 200, "{}", made.body);
    }
    let listed = server.call_as(&ann, "ListEventDataStores", &json!({})).await.json();
    let stores = listed["EventDataStores"].as_array().unwrap();
    assert_eq!((stores.len(), &stores[0]["Name"]), (1, &json!("open")));
    let refused = server.call_as(&ann, "CreateEventDataStore", &json!({"Name": "open"})).await;
    assert_eq!(refused.refusal(), (403, "AccessDeniedException".to_owned()));
    let words =
        "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: cloudtrail:CreateEventDataStore";
    assert!(refused.json()["Message"].as_str().unwrap().starts_with(words), "{}", refused.body);
    server.stop().await;
}
