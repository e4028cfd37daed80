//! What investigators write by hand elsewhere. Not part of Lake.

mod actor;
mod arn;
mod networks;

use std::sync::Arc;

use arrow::array::{ArrayRef, StructArray};
use arrow::datatypes::DataType;
use datafusion::common::plan_err;

use super::kit::Kind::{Any, Text};
use super::kit::scalar;
use super::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![actor(), arn_parts(), cidr_contains(), is_private_ip()]
}

fn actor() -> Function {
    scalar("actor")
        .on_arrays(
            &[Any],
            |types| if let [DataType::Struct(_) | DataType::Null] = types { Ok(DataType::Utf8View) } else { plan_err!("actor takes userIdentity") },
            |arrays, rows| Ok(actor::texts(arrays.first(), rows)),
        )
        .documented(FunctionDoc {
            name: "actor",
            aliases: &[],
            group: Group::Investigation,
            usage: &["actor(useridentity) → varchar"],
            text: "Who really acted, in one text: `root@account`, `user name@account`, `role name/session@account`, \
                   `sso permission-set/user@account`, `federated name@account`, `web identity name`, `saml name`, \
                   `identity center user`, `service name`, `account id`; followed by the source identity or the \
                   Identity Center user on whose behalf it was, where the session names one.",
            origin: Origin::Here,
            examples: &[
                (
                    "actor(CAST(ROW('IAMUser', 'alice', '111122223333') AS row(type varchar, username varchar, accountid varchar)))",
                    "user alice@111122223333",
                ),
                ("actor(CAST(ROW('AWSService', 'config.amazonaws.com') AS row(type varchar, invokedby varchar)))", "service config.amazonaws.com"),
            ],
        })
}

fn arn_parts() -> Function {
    scalar("arn_parts")
        .on_arrays(&[Text], |_| Ok(arn::row_type()), |arrays, rows| arn::rows(arrays.first(), rows).map(as_array))
        .documented(FunctionDoc {
            name: "arn_parts",
            aliases: &[],
            group: Group::Investigation,
            usage: &["arn_parts(varchar) → row(partition, service, region, account, resource)"],
            text: "The parts of an ARN; empty parts are empty texts. NULL for a text that is no ARN.",
            origin: Origin::Here,
            examples: &[
                (
                    "arn_parts('arn:aws:s3:::logs/a:b')",
                    "{partition=aws, service=s3, region=, account=, resource=logs/a:b}",
                ),
                ("arn_parts('logs')", "NULL"),
            ],
        })
}

fn cidr_contains() -> Function {
    scalar("cidr_contains").on(&[Text, Text], |row| Ok(Some(networks::contains(row.text(0), row.text(1))))).documented(
        FunctionDoc {
            name: "cidr_contains",
            aliases: &[],
            group: Group::Investigation,
            usage: &["cidr_contains(cidr, address) → boolean"],
            text: "Whether a text is an address of the network. It never fails: false where either is no address, \
                   as `sourceIPAddress` is for calls of services.",
            origin: Origin::Crate("ipnet"),
            examples: &[
                ("cidr_contains('10.0.0.0/8', '10.1.2.3')", "true"),
                ("cidr_contains('10.0.0.0/8', 'ec2.amazonaws.com')", "false"),
                ("cidr_contains('2001:db8::/32', '2001:db8::1')", "true"),
            ],
        },
    )
}

fn is_private_ip() -> Function {
    scalar("is_private_ip").on(&[Text], |row| Ok(Some(networks::is_private(row.text(0))))).documented(FunctionDoc {
        name: "is_private_ip",
        aliases: &[],
        group: Group::Investigation,
        usage: &["is_private_ip(address) → boolean"],
        text: "Whether a text is an address that the public internet does not route: private (RFC 1918, RFC 4193), \
               shared (RFC 6598), loopback or link-local. False for everything else, texts that are no address included.",
        origin: Origin::Here,
        examples: &[
            ("is_private_ip('192.168.1.5')", "true"),
            ("is_private_ip('203.0.113.7')", "false"),
            ("is_private_ip('AWS Internal')", "false"),
        ],
    })
}

fn as_array(rows: StructArray) -> ArrayRef {
    Arc::new(rows)
}
