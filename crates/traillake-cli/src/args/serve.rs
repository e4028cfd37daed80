//! `serve`, `users` and `tls`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use traillake_server::Role;

use super::ListFormat;

const SERVE_HELP: &str = "\
Without a users file a key pair is made at start and printed once. Beyond loopback, a users file and TLS are needed.
Settings are those of section [serve] of the configuration file (docs/serve.md); flags win over them.";

#[derive(Args, Debug)]
#[command(after_help = SERVE_HELP)]
pub(crate) struct ServeArgs {
    /// Where Arrow Flight SQL listens, `off` for nowhere [default: 127.0.0.1:8815]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) flight: Option<String>,
    /// Where the AWS API listens, `off` for nowhere [default: 127.0.0.1:8816]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) http: Option<String>,
    /// The users file, as `traillake users` writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,
    /// The key that seals secrets, as `traillake users` makes it [default: `TRAILLAKE_SEALING_KEY`]
    #[arg(long, value_name = "FILE")]
    pub(crate) sealing_key: Option<PathBuf>,
    /// The certificate (PEM) of both doors
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The private key (PEM) of the certificate
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A name under which clients reach the server; may be repeated
    #[arg(long = "host", value_name = "NAME")]
    pub(crate) hosts: Vec<String>,
    /// A place that query results may be delivered to; may be repeated
    #[arg(long = "allow-delivery", value_name = "S3-URI")]
    pub(crate) delivery: Vec<String>,
    /// A place that imports may read from; may be repeated
    #[arg(long = "allow-import", value_name = "S3-URI")]
    pub(crate) imports: Vec<String>,
    /// Leave the trails alone instead of keeping them up to date
    #[arg(long)]
    pub(crate) no_follow: bool,
    /// Take any credentials; on loopback only
    #[arg(long, conflicts_with = "users")]
    pub(crate) insecure_open: bool,
    /// Listen beyond loopback without users or TLS: anyone there can read the lake
    #[arg(long)]
    pub(crate) danger_listen_unprotected: bool,
    /// How to print what listens where
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TlsCommand {
    /// Make a certificate for trials, signed by itself
    SelfSigned(SelfSignedArgs),
}

#[derive(Args, Debug)]
pub(crate) struct SelfSignedArgs {
    /// A name or address of the server; may be repeated
    #[arg(long = "host", value_name = "NAME", default_values_t = ["localhost".to_owned(), "127.0.0.1".to_owned()])]
    pub(crate) hosts: Vec<String>,
    /// Days it is valid
    #[arg(long, value_name = "N", default_value_t = 90)]
    pub(crate) days: u32,
    /// Where the certificate is written
    #[arg(long, value_name = "FILE", default_value = "traillake.crt")]
    pub(crate) certificate: PathBuf,
    /// Where the private key is written
    #[arg(long, value_name = "FILE", default_value = "traillake.key")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// Add an access key, for the AWS API and Flight; its secret is printed once
    AddKey(AddKeyArgs),
    /// Add a user of Flight with a password
    AddUser(AddUserArgs),
    /// Add a bearer token of Flight; it is printed once
    AddToken(AddTokenArgs),
    /// List who there is
    List(UsersListArgs),
    /// Remove an access key by its id, or a user or token by its name
    Remove(UsersRemoveArgs),
}

#[derive(Args, Debug)]
pub(crate) struct UsersFileArgs {
    /// The users file [default: users.toml beside the configuration file]
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,
    /// The key that seals secrets; it is made when missing [default: `TRAILLAKE_SEALING_KEY`, else sealing.key beside the users file]
    #[arg(long, value_name = "FILE")]
    pub(crate) sealing_key: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RightsArgs {
    /// What they may do: read, ingest (also imports), admin (everything)
    #[arg(long, value_name = "ROLE", default_value = "read")]
    pub(crate) role: Role,
    /// An event data store they may see, by name or id; may be repeated [default: all]
    #[arg(long = "store", value_name = "NAME")]
    pub(crate) stores: Vec<String>,
    /// An account whose events they may see; may be repeated [default: all]
    #[arg(long = "account", value_name = "ID")]
    pub(crate) accounts: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct AddKeyArgs {
    #[command(flatten)]
    pub(crate) files: UsersFileArgs,
    #[command(flatten)]
    pub(crate) rights: RightsArgs,
    /// The name their queries belong to [default: the access key id]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct AddUserArgs {
    /// The user's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) files: UsersFileArgs,
    #[command(flatten)]
    pub(crate) rights: RightsArgs,
    /// Read the password from standard input; without it one is made and printed once
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct AddTokenArgs {
    /// The name their queries belong to
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) files: UsersFileArgs,
    #[command(flatten)]
    pub(crate) rights: RightsArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct UsersListArgs {
    #[command(flatten)]
    pub(crate) files: UsersFileArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct UsersRemoveArgs {
    /// The access key id, or the name
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) files: UsersFileArgs,
}
