use std::path::PathBuf;

use axum::http::Request;
use traillake::{Grants, SystemClock};

use super::*;
use crate::access::password::cheap_hash;

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// A users file with one user and one token.
struct Fixture {
    _folder: tempfile::TempDir,
    path: PathBuf,
    token: String,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.toml");
        let token = tokens::generate().unwrap();
        let text = format!(
            "[[user]]\nname = \"alice\"\npassword = \"{}\"\nrole = \"ingest\"\nstores = [\"events\"]\n\
             [[token]]\nname = \"dashboard\"\nsha256 = \"{}\"\nrole = \"read\"\n",
            cheap_hash("alice's password"),
            hex::encode(&tokens::hash(&token)),
        );
        file::write_private(&path, text.as_bytes(), file::Existing::Keep).unwrap();
        Self { _folder: folder, path, token }
    }

    fn access(&self) -> Access {
        Access::with_users_file(&self.path, None, &AccessConfig::default(), clock()).unwrap()
    }
}

#[tokio::test]
async fn a_password_is_exchanged_for_a_token_with_the_rights_of_its_user() {
    let fixture = Fixture::new();
    let access = fixture.access();
    let issued = access.handshake("alice", "alice's password").await.unwrap();
    let expected = Principal::new("alice", Role::Ingest, Grants::all().with_stores(["events"]));
    assert_eq!((&issued.principal, access.bearer(&issued.token)), (&expected, Ok(expected.clone())));
    assert!(!format!("{issued:?}").contains(&issued.token));
    assert_eq!(access.bearer("no such token"), Err(Denied::UnknownToken));
}

#[tokio::test]
async fn wrong_names_and_wrong_passwords_are_not_told_apart_and_have_to_wait() {
    let fixture = Fixture::new();
    let access = fixture.access();
    for name in ["alice", "nobody"] {
        for _ in 0..3 {
            assert_eq!(access.handshake(name, "a guess").await.unwrap_err(), Denied::Wrong, "{name}");
        }
        assert!(matches!(access.handshake(name, "a guess").await.unwrap_err(), Denied::Wait { .. }), "{name}");
    }
    assert!(access.handshake("alice", "alice's password").await.unwrap_err().is_transient());
}

#[tokio::test]
async fn a_token_of_the_users_file_is_good_without_a_handshake() {
    let fixture = Fixture::new();
    let principal = fixture.access().bearer(&fixture.token).unwrap();
    assert_eq!(principal, Principal::new("dashboard", Role::Read, Grants::all()));
}

#[tokio::test]
async fn tokens_end_with_the_user_they_were_issued_to() {
    let fixture = Fixture::new();
    let access = fixture.access();
    let issued = access.handshake("alice", "alice's password").await.unwrap();
    let text = std::fs::read_to_string(&fixture.path).unwrap();
    let other = cheap_hash("another password");
    let old = text.lines().find_map(|line| line.strip_prefix("password = ")).unwrap();
    file::write_private(&fixture.path, text.replace(old, &format!("\"{other}\"")).as_bytes(), file::Existing::Replace)
        .unwrap();
    assert!(access.bearer(&issued.token).is_ok());
    tokio::time::sleep(std::time::Duration::from_millis(2100)).await;
    assert_eq!(access.bearer(&issued.token), Err(Denied::UnknownToken));
    assert!(access.bearer(&fixture.token).is_ok());
}

#[tokio::test]
async fn an_access_key_is_user_and_password_of_flight() {
    let key = NewAccessKey::generate().unwrap();
    let access = Access::with_key(&key, &AccessConfig::default(), clock());
    let issued = access.handshake(&key.id, &key.secret).await.unwrap();
    assert_eq!(access.bearer(&issued.token), Ok(Principal::admin(LOCAL)));
    for (name, password) in [(key.id.as_str(), "guess"), (key.id.as_str(), ""), ("alice", &key.secret)] {
        assert_eq!(access.handshake(name, password).await.unwrap_err(), Denied::Wrong, "{name}");
    }
}

#[tokio::test]
async fn an_open_server_takes_credentials_of_the_right_form_only() {
    let access = Access::insecure_open(&AccessConfig::default(), clock());
    let issued = access.handshake("alice", "").await.unwrap();
    assert_eq!(access.bearer(&issued.token), Ok(Principal::admin("alice")));
    assert_eq!(access.bearer("any"), Ok(Principal::admin("anyone")));

    let signed = "AWS4-HMAC-SHA256 Credential=me/20150830/eu-west-1/cloudtrail/aws4_request, SignedHeaders=host, \
                  Signature=00";
    let request = Request::post("/").header("authorization", signed).header("x-amz-date", "20150830T123600Z");
    let caller = access.begin(&request.body(()).unwrap().into_parts().0).unwrap().finish(b"{}").unwrap();
    assert_eq!((caller.principal, caller.region.as_str()), (Principal::admin("me"), "eu-west-1"));
    let bare = Request::post("/").body(()).unwrap().into_parts().0;
    assert_eq!(access.begin(&bare).unwrap_err(), SignatureError::Missing);
}
