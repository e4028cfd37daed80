//! `tls`: certificates for trials.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use traillake_server::ServerError;

use crate::args::{SelfSignedArgs, TlsCommand};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;

pub(super) fn run(context: &Context, command: &TlsCommand) -> Result<ExitStatus> {
    match command {
        TlsCommand::SelfSigned(args) => self_signed(context, args),
    }
}

fn self_signed(context: &Context, args: &SelfSignedArgs) -> Result<ExitStatus> {
    if let Some(there) = [&args.key, &args.certificate].into_iter().find(|path| path.exists()) {
        return Err(CliError::Exists { path: there.clone() });
    }
    let made = traillake_server::self_signed(&args.hosts, args.days).map_err(ServerError::from)?;
    create(&args.key, &made.key, 0o600)?;
    create(&args.certificate, &made.certificate, 0o644)?;
    context.printer.status(format_args!(
        "next: traillake serve --tls-certificate {} --tls-key {}",
        args.certificate.display(),
        args.key.display()
    ));
    Ok(ExitStatus::Done)
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &str, mode: u32) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(CliError::write(path))
}
