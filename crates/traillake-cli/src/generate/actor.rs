//! Who makes calls, and the `userIdentity` that records it.

use super::random::Random;
use super::template::Caller;
use super::time::Moment;
use crate::text::push;

/// The kinds of callers with an identity of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActorKind {
    /// An IAM user with a long-term access key.
    User,
    /// An IAM user in the console.
    ConsoleUser,
    /// A role session of a machine.
    Role {
        instance: bool,
    },
    /// A role session of a person through single sign-on.
    SingleSignOn,
    /// A role of another account.
    OtherAccount,
    Root,
}

/// A caller with all its texts.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) kind: ActorKind,
    pub(crate) account: String,
    /// The user's or role's name.
    pub(crate) name: String,
    session: String,
    principal: String,
    long_term_key: String,
    address: String,
    user_agent: &'static str,
    seed: u64,
}

impl Actor {
    pub(crate) fn new(
        kind: ActorKind,
        account: &str,
        name: &str,
        session: &str,
        address: &str,
        user_agent: &'static str,
        random: &mut Random,
    ) -> Self {
        let is_user = matches!(kind, ActorKind::User | ActorKind::ConsoleUser);
        let mut principal = String::from(if is_user { "AIDA" } else { "AROA" });
        random.base32(&mut principal, 17);
        let mut long_term_key = String::from("AKIA");
        random.base32(&mut long_term_key, 16);
        Self {
            kind,
            account: account.to_owned(),
            name: name.to_owned(),
            session: session.to_owned(),
            principal,
            long_term_key,
            address: address.to_owned(),
            user_agent,
            seed: random.next(),
        }
    }

    pub(crate) fn write_arn(&self, out: &mut String) {
        let Self { account, name, session, .. } = self;
        match self.kind {
            ActorKind::User | ActorKind::ConsoleUser => push(out, format_args!("arn:aws:iam::{account}:user/{name}")),
            ActorKind::Root => push(out, format_args!("arn:aws:iam::{account}:root")),
            _ => push(out, format_args!("arn:aws:sts::{account}:assumed-role/{name}/{session}")),
        }
    }

    pub(crate) fn write_identity(&self, seconds: i64, invoked_by: Option<&str>, out: &mut String) {
        match self.kind {
            ActorKind::User | ActorKind::ConsoleUser => self.write_user(seconds, out),
            ActorKind::Root => self.write_root(seconds, out),
            ActorKind::OtherAccount => self.write_other_account(out),
            ActorKind::Role { .. } | ActorKind::SingleSignOn => self.write_role(seconds, out),
        }
        if let Some(service) = invoked_by {
            push(out, format_args!(r#","invokedBy":"{service}""#));
        }
        out.push('}');
    }

    fn write_user(&self, seconds: i64, out: &mut String) {
        let Self { account, name, principal, .. } = self;
        push(
            out,
            format_args!(
                r#"{{"type":"IAMUser","principalId":"{principal}","arn":"arn:aws:iam::{account}:user/{name}","accountId":"{account}","accessKeyId":""#
            ),
        );
        if self.kind == ActorKind::User {
            out.push_str(&self.long_term_key);
            push(out, format_args!(r#"","userName":"{name}""#));
            return;
        }
        let created = self.write_session_key(seconds, out);
        push(out, format_args!(r#"","userName":"{name}","sessionContext":{{"attributes":{{"creationDate":""#));
        Moment::from_seconds(created).write_iso(out);
        out.push_str(r#"","mfaAuthenticated":"true"}}"#);
    }

    fn write_root(&self, seconds: i64, out: &mut String) {
        let account = &self.account;
        push(
            out,
            format_args!(
                r#"{{"type":"Root","principalId":"{account}","arn":"arn:aws:iam::{account}:root","accountId":"{account}","accessKeyId":""#
            ),
        );
        let created = self.write_session_key(seconds, out);
        out.push_str(r#"","sessionContext":{"attributes":{"creationDate":""#);
        Moment::from_seconds(created).write_iso(out);
        out.push_str(r#"","mfaAuthenticated":"false"}}"#);
    }

    fn write_other_account(&self, out: &mut String) {
        let Self { account, principal, session, .. } = self;
        push(
            out,
            format_args!(r#"{{"type":"AWSAccount","principalId":"{principal}:{session}","accountId":"{account}""#),
        );
    }

    fn write_role(&self, seconds: i64, out: &mut String) {
        let Self { account, name, principal, session, .. } = self;
        push(
            out,
            format_args!(
                r#"{{"type":"AssumedRole","principalId":"{principal}:{session}","arn":"arn:aws:sts::{account}:assumed-role/{name}/{session}","accountId":"{account}","accessKeyId":""#
            ),
        );
        let created = self.write_session_key(seconds, out);
        let path = if self.kind == ActorKind::SingleSignOn { "aws-reserved/sso.amazonaws.com/" } else { "" };
        push(
            out,
            format_args!(
                r#"","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"{principal}","arn":"arn:aws:iam::{account}:role/{path}{name}","accountId":"{account}","userName":"{name}"}},"attributes":{{"creationDate":""#
            ),
        );
        Moment::from_seconds(created).write_iso(out);
        out.push_str(r#"","mfaAuthenticated":"false"}"#);
        if self.kind == (ActorKind::Role { instance: true }) {
            out.push_str(r#","ec2RoleDelivery":"2.0""#);
        }
        out.push('}');
    }

    /// Temporary keys live for some hours; all calls of one session carry the same one.
    fn write_session_key(&self, seconds: i64, out: &mut String) -> i64 {
        let length = if matches!(self.kind, ActorKind::Role { .. }) { 21_600 } else { 28_800 };
        let shift = i64::try_from(self.seed % 3600).unwrap_or(0);
        let number = (seconds - shift).div_euclid(length);
        out.push_str("ASIA");
        Random::derived(self.seed, &[number.unsigned_abs()]).base32(out, 16);
        number * length + shift
    }
}

/// One call: an actor, or a service for itself, or a service on an actor's behalf.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) caller: Caller,
    pub(crate) actor: Option<&'a Actor>,
    /// The service that calls for itself or forwards.
    pub(crate) service: &'static str,
}

impl Call<'_> {
    pub(crate) fn write_arn(&self, out: &mut String) {
        if let Some(actor) = self.actor {
            actor.write_arn(out);
        } else {
            out.push_str(self.service);
        }
    }

    pub(crate) fn user_agent(&self) -> &str {
        self.forwarding_service().or_else(|| self.actor.map(|actor| actor.user_agent)).unwrap_or(self.service)
    }

    pub(crate) fn address(&self) -> &str {
        self.forwarding_service().or_else(|| self.actor.map(|actor| actor.address.as_str())).unwrap_or(self.service)
    }

    pub(crate) fn is_from_console(&self) -> bool {
        self.actor.is_some_and(|actor| matches!(actor.kind, ActorKind::ConsoleUser | ActorKind::Root))
            || self
                .actor
                .is_some_and(|actor| actor.kind == ActorKind::SingleSignOn && actor.user_agent.starts_with("Mozilla"))
    }

    pub(crate) fn forwarding_service(&self) -> Option<&'static str> {
        (self.caller == Caller::Forwarded).then_some(self.service)
    }
}
