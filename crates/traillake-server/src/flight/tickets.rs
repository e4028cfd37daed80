//! Tickets: a statement with its values, sealed to the caller who asked for it.
//!
//! A ticket holds what it is for, so the server keeps nothing between GetFlightInfo and DoGet. It can be redeemed as
//! often as its holder likes until it expires or the server ends, and each time the statement runs anew.

use std::time::Duration;

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hmac, rand};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tonic::Status;
use uuid::Uuid;

use super::statement::Statement;

/// Bytes of a seal.
const SEAL: usize = 32;

/// What a ticket is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// By which a running query is found again to be cancelled.
    pub(super) id: Uuid,
    /// The caller it was given to.
    pub(super) owner: String,
    /// Seconds since 1970.
    pub(super) expires: i64,
    pub(super) statement: Statement,
}

impl Ticket {
    /// For a statement that its own caller redeems at once.
    pub(super) fn unsealed(statement: Statement) -> Self {
        Self { id: Uuid::new_v4(), owner: String::new(), expires: 0, statement }
    }
}

/// Seals tickets with a key of this process.
pub(super) struct Tickets {
    key: hmac::Key,
    lifetime: Duration,
}

impl Tickets {
    pub(super) fn new(lifetime: Duration) -> Result<Self, Unspecified> {
        let mut key = [0; SEAL];
        rand::fill(&mut key)?;
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key), lifetime })
    }

    /// A ticket for `owner`, and the moment it expires.
    pub(super) fn seal(
        &self,
        owner: &str,
        statement: Statement,
        now: DateTime<Utc>,
    ) -> Result<(Vec<u8>, DateTime<Utc>), Status> {
        let expires = now + self.lifetime;
        let ticket = Ticket { id: Uuid::new_v4(), owner: owner.to_owned(), expires: expires.timestamp(), statement };
        let content = serde_json::to_vec(&ticket).map_err(|error| Status::internal(error.to_string()))?;
        let mut sealed = hmac::sign(&self.key, &content).as_ref().to_vec();
        sealed.extend(content);
        Ok((sealed, expires))
    }

    /// What a ticket of `owner` is for.
    pub(super) fn open(&self, owner: &str, sealed: &[u8], now: DateTime<Utc>) -> Result<Ticket, Status> {
        let (seal, content) = sealed.split_at_checked(SEAL).ok_or_else(foreign)?;
        hmac::verify(&self.key, content, seal).map_err(|Unspecified| foreign())?;
        let ticket: Ticket = serde_json::from_slice(content).map_err(|_| foreign())?;
        if ticket.owner != owner {
            return Err(Status::permission_denied(
                "the ticket was given to another caller; hint: ask for one of your own",
            ));
        }
        if ticket.expires < now.timestamp() {
            return Err(Status::not_found("the ticket has expired; hint: ask again"));
        }
        Ok(ticket)
    }
}

fn foreign() -> Status {
    Status::not_found("this server has not made the ticket, or was started again since; hint: ask again")
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    fn tickets() -> Tickets {
        Tickets::new(Duration::from_mins(1)).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_ticket_is_redeemed_by_its_owner_until_it_expires() {
        let tickets = tickets();
        let statement = Statement::new("SELECT 1");
        let (sealed, expires) = tickets.seal("anna", statement.clone(), at(0)).unwrap();
        assert_eq!(expires, at(60));
        for second in [0, 60] {
            assert_eq!(tickets.open("anna", &sealed, at(second)).unwrap().statement, statement);
        }
        assert_eq!(tickets.open("anna", &sealed, at(61)).unwrap_err().code(), Code::NotFound);
        assert_eq!(tickets.open("ben", &sealed, at(0)).unwrap_err().code(), Code::PermissionDenied);
    }

    #[test]
    fn a_changed_ticket_and_one_of_another_process_are_refused() {
        let (sealed, _) = tickets().seal("anna", Statement::new("SELECT 1"), at(0)).unwrap();
        assert!(tickets().open("anna", &sealed, at(0)).is_err(), "another key");
        let tickets = tickets();
        let (sealed, _) = tickets.seal("anna", Statement::new("SELECT 1"), at(0)).unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(tickets.open("anna", &changed, at(0)).is_err(), "{place}");
            assert!(tickets.open("anna", &sealed[..place], at(0)).is_err(), "{place}");
        }
    }
}
