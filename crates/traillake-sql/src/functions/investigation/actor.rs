//! Who really acted, from `userIdentity`. Source: CloudTrail User Guide, "CloudTrail userIdentity element".

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, BooleanArray, StringViewArray};
use arrow::compute::{cast, nullif};
use arrow::datatypes::DataType;

/// One text for each identity; NULL for NULL.
pub(super) fn texts(identities: Option<&ArrayRef>, rows: usize) -> ArrayRef {
    let fields = Fields::of(identities);
    let known = |row: usize| identities.is_some_and(|identities| identities.is_valid(row));
    let texts = (0..rows).map(|row| known(row).then(|| Identity::read(&fields, row).text()));
    Arc::new(texts.collect::<StringViewArray>())
}

/// The texts an identity is told from; absent where the row has no such field.
struct Fields([Option<StringViewArray>; PATHS.len()]);

const PATHS: [&[&str]; 11] = [
    &["type"],
    &["username"],
    &["accountid"],
    &["arn"],
    &["principalid"],
    &["invokedby"],
    &["sessioncontext", "sessionissuer", "username"],
    &["sessioncontext", "sourceidentity"],
    &["onbehalfof", "userid"],
    &["identityprovider"],
    &["credentialid"],
];

impl Fields {
    fn of(identities: Option<&ArrayRef>) -> Self {
        Self(PATHS.map(|path| identities.and_then(|identities| field(identities, path))))
    }
}

fn field(array: &ArrayRef, path: &[&str]) -> Option<StringViewArray> {
    let Some((name, rest)) = path.split_first() else {
        return cast(array, &DataType::Utf8View).ok()?.as_string_view_opt().cloned();
    };
    let row = array.as_struct_opt()?;
    let place = row.fields().iter().position(|field| field.name().eq_ignore_ascii_case(name))?;
    // A field of an absent row is absent too.
    let absent = row.nulls().map(|nulls| BooleanArray::new(!nulls.inner(), None));
    match absent {
        Some(absent) => field(&nullif(row.column(place), &absent).ok()?, rest),
        None => field(row.column(place), rest),
    }
}

/// One identity; empty texts count as absent.
struct Identity<'a>([Option<&'a str>; PATHS.len()]);

impl<'a> Identity<'a> {
    fn read(fields: &'a Fields, row: usize) -> Self {
        let text = |field: &'a Option<StringViewArray>| {
            let field = field.as_ref().filter(|field| field.is_valid(row))?;
            Some(field.value(row)).filter(|text| !text.is_empty())
        };
        Self(fields.0.each_ref().map(text))
    }

    fn text(&self) -> String {
        let [kind, name, account, arn, principal, service, issuer, source, behalf, provider, credential] = self.0;
        let at = account.or_else(|| arn.and_then(account_of)).map(|account| format!("@{account}")).unwrap_or_default();
        let session =
            principal.and_then(|id| id.split_once(':')).map(|(_, session)| session).or_else(|| last_part(arn));
        let named = name.or_else(|| last_part(arn)).or(principal).unwrap_or("unknown");
        let who = match kind.unwrap_or_default() {
            "Root" => format!("root{at}"),
            "AssumedRole" | "Role" => role(issuer.or_else(|| role_of(arn)), session, &at),
            "IAMUser" => format!("user {named}{at}"),
            "FederatedUser" => format!("federated {named}{at}"),
            "WebIdentityUser" => format!("web identity {}", name.or(principal).or(provider).unwrap_or("unknown")),
            "SAMLUser" => format!("saml {}", name.or(principal).unwrap_or("unknown")),
            "IdentityCenterUser" => format!("identity center {}", behalf.or(credential).or(name).unwrap_or("unknown")),
            "AWSService" => format!("service {}", service.or(principal).unwrap_or("unknown")),
            "AWSAccount" => format!("account {}", account.or(principal).unwrap_or("unknown")),
            "Directory" => format!("directory {named}{at}"),
            _ => service.map_or_else(|| format!("{named}{at}"), |service| format!("service {service}")),
        };
        let is_told = kind == Some("IdentityCenterUser");
        [
            Some(who),
            source.map(|source| format!("for {source}")),
            behalf.filter(|_| !is_told).map(|user| format!("for identity center {user}")),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
    }
}

/// A role's session; permission sets of Identity Center make roles of a name of their own.
fn role(name: Option<&str>, session: Option<&str>, at: &str) -> String {
    let name = name.unwrap_or("unknown");
    let permission_set =
        name.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.rsplit_once('_')).map(|(set, _)| set);
    let kind = if permission_set.is_some() { "sso" } else { "role" };
    let name = permission_set.unwrap_or(name);
    match session.filter(|session| *session != name) {
        Some(session) => format!("{kind} {name}/{session}{at}"),
        None => format!("{kind} {name}{at}"),
    }
}

fn last_part(arn: Option<&str>) -> Option<&str> {
    arn?.rsplit('/').next().filter(|part| !part.contains(':'))
}

/// `arn:aws:sts::account:assumed-role/name/session`, `arn:aws:iam::account:role/path/name`.
fn role_of(arn: Option<&str>) -> Option<&str> {
    let (_, resource) = arn?.rsplit_once(':')?;
    match resource.strip_prefix("assumed-role/") {
        Some(rest) => rest.split('/').next(),
        None => resource.strip_prefix("role/").and_then(|rest| rest.rsplit('/').next()),
    }
}

fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(parts: &[(&str, &str)]) -> String {
        let place = |name: &str| PATHS.iter().position(|path| path.join(".") == name).unwrap();
        let mut texts = [None; PATHS.len()];
        for (name, value) in parts {
            texts[place(name)] = Some(*value);
        }
        Identity(texts).text()
    }

    #[test]
    fn every_kind_of_identity_has_its_text() {
        let account = ("accountid", "111122223333");
        for (parts, text) in [
            (&[("type", "Root"), account][..], "root@111122223333"),
            (&[("type", "IAMUser"), ("username", "bob"), account], "user bob@111122223333"),
            (&[("type", "AWSService"), ("invokedby", "config.amazonaws.com")], "service config.amazonaws.com"),
            (&[("type", "AWSAccount"), account], "account 111122223333"),
            (&[("type", "WebIdentityUser"), ("username", "123")], "web identity 123"),
            (&[("type", "IdentityCenterUser"), ("onbehalfof.userid", "u-1")], "identity center u-1"),
            (&[("type", "Unknown"), ("principalid", "x")], "x"),
            (&[], "unknown"),
        ] {
            assert_eq!(identity(parts), text);
        }
    }

    #[test]
    fn a_role_session_names_the_role_the_session_and_its_source() {
        let arn = ("arn", "arn:aws:sts::111122223333:assumed-role/ops/alice");
        assert_eq!(identity(&[("type", "AssumedRole"), arn]), "role ops/alice@111122223333");
        let issuer = ("sessioncontext.sessionissuer.username", "ops");
        let session = ("principalid", "AROAEXAMPLE:i-0abc");
        let source = ("sessioncontext.sourceidentity", "alice@example.com");
        let parts = [("type", "AssumedRole"), arn, issuer, session, source];
        assert_eq!(identity(&parts), "role ops/i-0abc@111122223333 for alice@example.com");
    }

    #[test]
    fn a_role_of_identity_center_is_its_permission_set() {
        let arn = ("arn", "arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_Access_1b74cd717d47002b/anna");
        assert_eq!(identity(&[("type", "AssumedRole"), arn]), "sso Admin_Access/anna@1");
    }
}
