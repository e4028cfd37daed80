//! `serve`: the doors of a lake, until it is told to end.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use traillake::QueryLimits;
use traillake_server::{Server, ServerConfig, TlsConfig};

use crate::args::{ListFormat, ServeArgs};
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::folders;
use crate::listing::print_thing;
use crate::printer::Printer;

/// Ends at the first interrupt in good order, at the second one at once.
pub(super) async fn run(context: &Context, args: &ServeArgs) -> Result<ExitStatus> {
    let config = config(context.settings.serve.clone(), args);
    let limits = QueryLimits { memory_bytes: Some(config.memory_bytes()), ..QueryLimits::default() };
    let lake = context.serving(limits).await?;
    let server = Server::bind(lake, config).await?;
    announce(&server, args.format)?;
    for warning in server.warnings() {
        context.printer.note(&warning, None);
    }
    server.run(context.interrupt.token().cancelled_owned()).await?;
    context.printer.status("the server has ended");
    Ok(ExitStatus::Done)
}

/// The configuration file, and the flags over it.
fn config(mut config: ServerConfig, args: &ServeArgs) -> ServerConfig {
    door(&mut config.flight, args.flight.as_ref());
    door(&mut config.http, args.http.as_ref());
    config.users = args.users.clone().or(config.users);
    config.sealing_key = args.sealing_key.clone().or(config.sealing_key).or_else(|| beside(config.users.as_deref()?));
    if let (Some(certificate), Some(key)) = (args.tls_certificate.clone(), args.tls_key.clone()) {
        config.tls = Some(TlsConfig { certificate, key });
    }
    config.hosts.extend(args.hosts.iter().cloned());
    config.places.delivery.extend(args.delivery.iter().cloned());
    config.places.import.extend(args.imports.iter().cloned());
    config.background.follow_trails &= !args.no_follow;
    config.insecure_open |= args.insecure_open;
    config.danger_listen_unprotected |= args.danger_listen_unprotected;
    config
}

/// The sealing key that `traillake users` makes, if it is there and the environment has none.
fn beside(users: &Path) -> Option<PathBuf> {
    let path = folders::sealing_key_beside(users);
    (std::env::var_os(traillake_server::SEALING_KEY_VARIABLE).is_none() && path.exists()).then_some(path)
}

fn door(address: &mut Option<String>, named: Option<&String>) {
    if let Some(named) = named {
        *address = (named != "off").then(|| named.clone());
    }
    if address.as_deref() == Some("off") {
        *address = None;
    }
}

/// What listens where goes to standard output, and the key pair that was made for this run.
fn announce(server: &Server, format: ListFormat) -> Result<()> {
    let mut shown = serde_json::Map::new();
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            shown.insert(name.to_owned(), value.into());
        }
    };
    add("flight", server.flight_url());
    add("http", server.http_url());
    if let Some(key) = server.new_key() {
        add("access_key_id", Some(&key.id));
        add("secret_access_key", Some(&key.secret));
    }
    match format {
        // One line, so that a script can read it from a pipe while the server runs.
        ListFormat::Json => Ok(Printer::data(&format!("{}\n", json!(shown)))?),
        ListFormat::Table => print_thing(format, &Value::Object(shown)),
    }
}
