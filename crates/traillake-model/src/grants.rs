//! What one caller may see of a lake: which event data stores, and the events of which accounts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{EventDataStoreName, EventDataStoreSettings, ModelError, checked_account};

/// The event data stores and accounts that a caller may see.
///
/// A missing list does not restrict, an empty one leaves nothing:
///
/// ```text
///            stores             accounts
/// missing    every store        every event, also those of no known account
/// listed     the listed ones    events of the listed accounts alone
/// ```
///
/// The account of an event is the one it is stored under: its `recipientAccountId`, else the account of its envelope
/// or of its log file's key. In a store that is not partitioned by account only the first is known later. Events
/// whose account is `unknown` belong to nobody on a list, so only a caller without an account list sees them.
///
/// As JSON: `{"stores": ["events"], "accounts": ["111122223333"]}`; both members may be missing, no others are taken.
///
/// ```
/// use traillake_model::Grants;
///
/// let grants = Grants::all().with_stores(["events"]).with_accounts(["111122223333"])?;
/// assert!(grants.allows_account("111122223333") && !grants.allows_account("unknown"));
/// # Ok::<(), traillake_model::ModelError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "GrantLists")]
pub struct Grants {
    #[serde(skip_serializing_if = "Option::is_none")]
    stores: Option<BTreeSet<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<BTreeSet<String>>,
}

impl Grants {
    /// Everything in the lake.
    pub fn all() -> Self {
        Self::default()
    }

    /// The grants held to these event data stores, given by their names or ids.
    #[must_use]
    pub fn with_stores<S: Into<String>>(mut self, stores: impl IntoIterator<Item = S>) -> Self {
        self.stores = Some(stores.into_iter().map(Into::into).collect());
        self
    }

    /// The grants held to the events of these accounts.
    ///
    /// # Errors
    /// [`ModelError::InvalidAccount`] for what is not 12 digits.
    pub fn with_accounts<S: Into<String>>(mut self, accounts: impl IntoIterator<Item = S>) -> Result<Self, ModelError> {
        let checked = |account: S| match account.into() {
            account if checked_account(&account).is_some() => Ok(account),
            text => Err(ModelError::InvalidAccount { text }),
        };
        self.accounts = Some(accounts.into_iter().map(checked).collect::<Result<_, _>>()?);
        Ok(self)
    }

    /// Whether nothing is kept from the caller.
    pub fn is_all(&self) -> bool {
        self.stores.is_none() && self.accounts.is_none()
    }

    /// Whether the caller may know of this store.
    pub fn allows_store(&self, store: &EventDataStoreSettings) -> bool {
        let Some(stores) = &self.stores else { return true };
        let id = store.id.to_string();
        stores.iter().any(|granted| granted == store.name.as_str() || granted.eq_ignore_ascii_case(&id))
    }

    /// Whether the caller would see a store made under this name.
    pub fn allows_new_store(&self, name: &EventDataStoreName) -> bool {
        self.stores.as_ref().is_none_or(|stores| stores.contains(name.as_str()))
    }

    /// Whether the caller may see events stored under this account: 12 digits, or [`UNKNOWN`](crate::UNKNOWN).
    pub fn allows_account(&self, account: &str) -> bool {
        self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account))
    }

    /// Whether the caller may see what belongs to this account, or to none that is known.
    pub fn allows_owner(&self, account: Option<&str>) -> bool {
        account.map_or(self.accounts.is_none(), |account| self.allows_account(account))
    }

    /// Whether everything may be seen that a caller held to these accounts (`None`: to none) may see.
    pub fn covers_accounts(&self, accounts: Option<&BTreeSet<String>>) -> bool {
        match (&self.accounts, accounts) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(accounts)) => accounts.is_subset(own),
        }
    }

    /// The accounts the caller is held to; `None` when every event may be seen.
    pub fn accounts(&self) -> Option<&BTreeSet<String>> {
        self.accounts.as_ref()
    }
}

/// Grants as they are written, before the accounts are checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantLists {
    stores: Option<BTreeSet<String>>,
    accounts: Option<BTreeSet<String>>,
}

impl TryFrom<GrantLists> for Grants {
    type Error = ModelError;

    fn try_from(lists: GrantLists) -> Result<Self, ModelError> {
        let grants = Self { stores: lists.stores, accounts: None };
        match lists.accounts {
            Some(accounts) => grants.with_accounts(accounts),
            None => Ok(grants),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{EventDataStoreId, EventDataStoreKind, LakeId, LakeMetadata, UNKNOWN};

    fn store(name: &str) -> EventDataStoreSettings {
        let lake = LakeMetadata::new(LakeId::random(), "us-east-1", "111122223333", DateTime::UNIX_EPOCH);
        let name = name.parse().unwrap();
        let id = EventDataStoreId::derive(&lake.id, &name, 0);
        EventDataStoreSettings::new(&lake, id, name, EventDataStoreKind::CloudTrail, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn without_lists_everything_is_seen() {
        let grants = Grants::all();
        assert!(grants.is_all() && grants.allows_store(&store("events")) && grants.accounts().is_none());
        assert!(grants.allows_account("111122223333") && grants.allows_account(UNKNOWN) && grants.allows_owner(None));
    }

    #[test]
    fn a_store_is_granted_by_its_exact_name_or_its_id() {
        let events = store("events");
        let id = events.id.to_string().to_uppercase();
        assert!(Grants::all().with_stores(["events"]).allows_store(&events));
        assert!(Grants::all().with_stores([id]).allows_store(&events));
        assert!(Grants::all().allows_new_store(&events.name));
        assert!(Grants::all().with_stores(["events"]).allows_new_store(&events.name));
        assert!(!Grants::all().with_stores(["others"]).allows_new_store(&events.name));
        for other in ["Events", "event", ""] {
            assert!(!Grants::all().with_stores([other]).allows_store(&events), "{other}");
        }
        assert!(!Grants::all().with_stores::<&str>([]).allows_store(&events));
    }

    #[test]
    fn events_of_no_known_account_are_seen_without_an_account_list_only() {
        let grants = Grants::all().with_accounts(["111122223333"]).unwrap();
        assert!(grants.allows_account("111122223333") && grants.allows_owner(Some("111122223333")));
        assert!(
            !grants.allows_account("444455556666") && !grants.allows_account(UNKNOWN) && !grants.allows_owner(None)
        );
        assert!(!Grants::all().with_accounts::<&str>([]).unwrap().allows_account("111122223333"));
    }

    #[test]
    fn grants_cover_the_accounts_of_others_where_they_see_all_of_them() {
        let held = |accounts: &[&str]| Grants::all().with_accounts(accounts.iter().copied()).unwrap();
        let (one, both) = (held(&["111122223333"]), held(&["111122223333", "444455556666"]));
        assert!(both.covers_accounts(one.accounts()) && both.covers_accounts(both.accounts()));
        assert!(!one.covers_accounts(both.accounts()) && !both.covers_accounts(None));
        assert!(Grants::all().covers_accounts(None) && Grants::all().covers_accounts(both.accounts()));
    }

    #[test]
    fn unknown_is_no_account_that_can_be_granted() {
        for text in [UNKNOWN, "", "11112222333", "*"] {
            assert!(Grants::all().with_accounts([text]).is_err(), "{text}");
        }
    }

    #[test]
    fn grants_are_written_as_their_lists() {
        let grants = Grants::all().with_stores(["events"]).with_accounts(["111122223333"]).unwrap();
        let json = serde_json::to_string(&grants).unwrap();
        assert_eq!(json, r#"{"stores":["events"],"accounts":["111122223333"]}"#);
        assert_eq!(serde_json::from_str::<Grants>(&json).unwrap(), grants);
        assert_eq!(serde_json::from_str::<Grants>("{}").unwrap(), Grants::all());
        assert_eq!(serde_json::to_string(&Grants::all()).unwrap(), "{}");
        for wrong in [r#"{"account":["111122223333"]}"#, r#"{"accounts":["unknown"]}"#, r#"{"accounts":"*"}"#] {
            assert!(serde_json::from_str::<Grants>(wrong).is_err(), "{wrong}");
        }
    }
}
