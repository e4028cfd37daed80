use super::*;
use crate::access::{EntryProblem, Role, password::cheap_hash};

const ACCOUNT: &str = "111122223333";

struct Fixture {
    folder: tempfile::TempDir,
    sealing: SealingKey,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sealing = SealingKey::create_file(&folder.path().join("sealing.key")).unwrap();
        Self { folder, sealing }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("users.toml")
    }

    fn open(&self) -> UsersFile {
        UsersFile::open(&self.path()).unwrap()
    }

    fn users(&self) -> Users {
        let bytes = std::fs::read(self.path()).unwrap();
        users(&self.path(), &bytes, Some(&self.sealing)).unwrap()
    }
}

fn problem(error: AccessError) -> EntryProblem {
    match error {
        AccessError::Entry { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_added_can_be_used_listed_and_removed() {
    let fixture = Fixture::new();
    let mut file = fixture.open();
    let held = UserRights::new(Role::Read).held_to(Some(vec!["events".to_owned()]), Some(vec![ACCOUNT.to_owned()]));
    let key = file.add_access_key(Some("reports"), &held, None, &fixture.sealing).unwrap();
    let token = file.add_token("dashboard", &UserRights::new(Role::Ingest)).unwrap();
    file.save().unwrap();

    let users = fixture.users();
    let found = users.access_key(&key.id).unwrap();
    assert!(found.secret.is(&key.secret));
    assert_eq!((&*found.principal.name, found.principal.role), ("reports", Role::Read));
    assert!(found.principal.grants.allows_account(ACCOUNT) && !found.principal.grants.allows_account("444455556666"));
    let dashboard = users.token(&crate::access::tokens::hash(&token.0)).unwrap();
    assert!(dashboard.grants.is_all() && dashboard.role == Role::Ingest);

    let mut file = fixture.open();
    let kinds: Vec<_> = file.list().into_iter().map(|entry| (entry.kind, entry.id)).collect();
    assert_eq!(kinds, [(UserKind::AccessKey, key.id.clone()), (UserKind::Token, "dashboard".to_owned())]);
    assert_eq!(file.remove(&key.id).unwrap().len(), 1);
    assert!(matches!(file.remove(&key.id), Err(AccessError::NoSuchEntry { .. })));
    file.save().unwrap();
    assert!(fixture.users().access_key(&key.id).is_none());
}

#[test]
fn the_file_holds_no_secret_and_no_token() {
    let fixture = Fixture::new();
    let mut file = fixture.open();
    let key = file.add_access_key(None, &UserRights::new(Role::Admin), None, &fixture.sealing).unwrap();
    let token = file.add_token("t", &UserRights::new(Role::Read)).unwrap();
    file.save().unwrap();
    let text = std::fs::read_to_string(fixture.path()).unwrap();
    assert!(text.contains(&key.id) && !text.contains(&key.secret) && !text.contains(&token.0), "{text}");
    assert!(!format!("{key:?} {token:?} {file:?}").contains(&key.secret));
}

#[test]
fn made_up_keys_have_the_form_of_access_keys() {
    let key = NewAccessKey::generate().unwrap();
    assert!(key.id.starts_with("TLAK") && key.id.len() == 20 && key.secret.len() == 40, "{key:?}");
    assert_ne!(key, NewAccessKey::generate().unwrap());
}

#[test]
fn entries_that_cannot_be_are_refused_before_they_are_added() {
    let fixture = Fixture::new();
    let (mut file, read) = (fixture.open(), UserRights::new(Role::Read));
    let mut add = |name, id: &str, secret: &str, rights: &UserRights| {
        let given = NewAccessKey { id: id.to_owned(), secret: secret.to_owned() };
        file.add_access_key(name, rights, Some(given), &fixture.sealing).map_err(problem)
    };
    let (id, secret) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    add(Some("a"), id, secret, &read).unwrap();
    assert!(matches!(add(None, id, secret, &read), Err(EntryProblem::Duplicate)));
    assert!(matches!(add(None, "AKIA/IOSFODNN7EXAMPLE", secret, &read), Err(EntryProblem::BadKeyId)));
    assert!(matches!(add(None, "AKIA", secret, &read), Err(EntryProblem::BadKeyId)));
    assert!(matches!(add(Some("a:b"), "AKIAIOSFODNN7EXAMPL2", secret, &read), Err(EntryProblem::BadName)));
    assert!(matches!(add(None, "AKIAIOSFODNN7EXAMPL2", "short", &read), Err(EntryProblem::BadSecret)));
    assert!(matches!(add(None, "AKIAIOSFODNN7EXAMPL2", &format!("{secret} "), &read), Err(EntryProblem::BadSecret)));
    let elsewhere = read.clone().held_to(None, Some(vec!["nowhere".to_owned()]));
    assert!(matches!(add(None, "AKIAIOSFODNN7EXAMPL2", secret, &elsewhere), Err(EntryProblem::Grants(_))));
    assert!(matches!(
        add(Some("a"), "AKIAIOSFODNN7EXAMPL2", secret, &UserRights::new(Role::Admin)),
        Err(EntryProblem::SharedName)
    ));
    assert!(matches!(file.add_user("bob", &read, "too short").map_err(problem), Err(EntryProblem::BadPassword)));
    assert_eq!(file.list().len(), 1);
    file.check(Some(&fixture.sealing)).unwrap();
    assert!(matches!(file.check(None).map_err(problem), Err(EntryProblem::NoSealingKey)));
}

#[test]
fn two_keys_of_one_name_and_the_same_rights_are_one_caller() {
    let fixture = Fixture::new();
    let (mut file, read) = (fixture.open(), UserRights::new(Role::Read));
    let one = file.add_access_key(Some("reports"), &read, None, &fixture.sealing).unwrap();
    let two = file.add_access_key(Some("reports"), &read, None, &fixture.sealing).unwrap();
    file.save().unwrap();
    let users = fixture.users();
    assert_eq!(users.access_key(&one.id).unwrap().principal, users.access_key(&two.id).unwrap().principal);
}

#[test]
fn an_edit_does_not_undo_another_one() {
    let fixture = Fixture::new();
    let (mut one, mut two) = (fixture.open(), fixture.open());
    one.add_token("one", &UserRights::new(Role::Read)).unwrap();
    one.save().unwrap();
    two.add_token("two", &UserRights::new(Role::Read)).unwrap();
    assert!(matches!(two.save(), Err(AccessError::Changed { .. })));
    assert_eq!(fixture.open().list().len(), 1);
}

/// Error and hint of a file with this text.
fn refusal(text: &str, sealing: Option<&SealingKey>) -> String {
    let error = users(Path::new("users.toml"), text.as_bytes(), sealing).unwrap_err();
    format!("{error}; hint: {}", error.hint().unwrap_or_default())
}

#[test]
fn mistakes_are_named_with_file_and_line() {
    for (text, expected) in [
        ("[[user]]\nname = \"a\"\npasword = \"x\"\n", "`users.toml`, line 3: unknown field `pasword`"),
        ("[[users]]\n", "`users.toml`, line 1: unknown field `users`"),
        (
            "\n[[user]]\nname = \"a\"\npassword = \"x\"\nrole = \"root\"\n",
            "`users.toml`, line 5: unknown variant `root`",
        ),
        ("[[token]]\nname = \"a\"\n", "missing field `sha256`"),
        ("[[user\n", "`users.toml`, line 1: "),
        ("\u{0}", "`users.toml`, line 1: "),
    ] {
        let refusal = refusal(text, None);
        assert!(refusal.contains(expected) && refusal.contains("hint: tables are"), "{text} {refusal}");
    }
    let error = users(Path::new("users.toml"), b"\n\xff", None).unwrap_err();
    assert_eq!(error.to_string(), "`users.toml`, line 2: the text is not UTF-8");
}

#[test]
fn entries_that_cannot_be_used_are_named() {
    let hash = cheap_hash("a password");
    let digest = "0".repeat(64);
    let user = |name: &str, rights: &str| format!("[[user]]\nname = \"{name}\"\npassword = \"{hash}\"\n{rights}\n");
    let token =
        |name: &str, digest: &str| format!("[[token]]\nname = \"{name}\"\nsha256 = \"{digest}\"\nrole = \"read\"\n");
    let key = "[[access_key]]\nid = \"AKIAIOSFODNN7EXAMPLE\"\nsecret = \"v1.AAAA\"\nrole = \"read\"\n".to_owned();
    let sealing = Fixture::new().sealing;
    for (text, expected) in [
        (user("a", "role = \"read\"").repeat(2), "user `a`: it is there twice"),
        (token("t", &digest) + &token("u", &digest), "token `u`: it is there twice"),
        (token("t", "00"), "token `t`: `sha256` is not 64"),
        (user("a b", "role = \"read\""), "user `a b`: the name is not"),
        (user("a", "role = \"read\"\naccounts = [\"x\"]"), "user `a`: `x`"),
        (user("a", "role = \"read\"").replace("argon2id", "argon2d"), "user `a`: the password is not an argon2id hash"),
        (user("t", "role = \"admin\"") + &token("t", &digest), "token `t`: an entry of the same name"),
        (key.clone(), "access key `AKIAIOSFODNN7EXAMPLE`: its secret cannot be unsealed"),
    ] {
        let refusal = refusal(&text, Some(&sealing));
        assert!(refusal.starts_with("`users.toml`: ") && refusal.contains(expected), "{refusal}");
    }
    assert!(refusal(&key, None).contains("TRAILLAKE_SEALING_KEY"));
    assert!(users(Path::new("users.toml"), b"", None).is_ok());
}
