//! Who is let in, and what they see.

use std::sync::Arc;

use tonic::Code;
use traillake::SystemClock;

use super::support::{ask, rows, serve, server, server_with, status, texts};
use crate::ServerConfig;
use crate::access::{Access, AccessConfig};
use arrow_flight::sql::CommandGetTables;

#[tokio::test(flavor = "multi_thread")]
async fn no_call_but_the_handshake_goes_without_a_token() {
    let lake = server().await.lake;
    let file = tempfile::NamedTempFile::new().unwrap();
    let access = Access::with_users_file(file.path(), None, &AccessConfig::default(), Arc::new(SystemClock)).unwrap();
    let server = serve(lake, ServerConfig::default(), access).await;
    let mut client = server.stranger().await;
    let nobody = status(client.execute("SELECT 1".into(), None).await.unwrap_err());
    assert_eq!(nobody.code(), Code::Unauthenticated);
    assert!(nobody.message().contains("hint: give a name and password, or a bearer token"), "{nobody}");
    client.set_token("guessed".into());
    let guessed = status(client.get_catalogs().await.unwrap_err());
    assert_eq!(guessed.code(), Code::Unauthenticated);
    assert!(client.handshake("anna", "wrong").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_sees_the_granted_accounts_and_stores_alone() {
    let lake = server_with(ServerConfig::default()).await.lake;
    lake.ingest_records("secret", ["{}"]).await.unwrap();
    let token = "a".repeat(43);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let digest = crate::access::hex::encode(digest.as_ref());
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = format!(
        "[[token]]\nname = \"dash\"\nsha256 = \"{digest}\"\nrole = \"read\"\nstores = [\"events\"]\naccounts = [\"111122223333\"]\n"
    );
    std::fs::write(file.path(), text).unwrap();
    let access = Access::with_users_file(file.path(), None, &AccessConfig::default(), Arc::new(SystemClock)).unwrap();
    let server = serve(lake, ServerConfig::default(), access).await;
    let mut client = server.stranger().await;
    client.set_token(token);
    let found = ask(&mut client, "SELECT recipientAccountId, count(*) FROM events GROUP BY 1").await.unwrap();
    assert_eq!(found, [["111122223333", "50"]]);
    let hidden = ask(&mut client, "SELECT count(*) FROM secret").await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    let info = client.get_tables(CommandGetTables { include_schema: true, ..Default::default() }).await.unwrap();
    let batch = rows(&mut client, info).await.unwrap().project(&[1, 2]).unwrap();
    let tables = texts(&batch);
    assert!(tables.contains(&vec!["public".to_owned(), "events".to_owned()]));
    assert!(!tables.iter().flatten().any(|name| name == "secret"), "{tables:?}");
}
